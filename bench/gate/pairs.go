package gate

import (
	"errors"
	"fmt"
	"strings"
)

// onlyHere makes of a pair that has nothing to be held against an error, or a
// note.
func (o Options) onlyHere(rep *Report, run *Run, res *Result, missing bool, err error) error {
	switch {
	case !missing:
		return err
	case !o.Subset:
		return fmt.Errorf("%s:%d: %w", run.File, res.Line, err)
	}
	rep.Notes = append(rep.Notes, fmt.Sprintf("%s was not judged: there is nothing to hold it against", res.Pair))
	return nil
}

// absent makes of pairs that were not measured an error, or a note.
func (o Options) absent(rep *Report, run *Run, pairs []Pair, where string) error {
	var names []string
	var errs []error
	for _, p := range pairs {
		if run.Result(p) == nil {
			names = append(names, p.String())
			errs = append(errs, fmt.Errorf("gate: %s: %s %s and none here (-subset if it was left out on purpose)", run.File, p, where))
		}
	}
	if o.Subset && names != nil {
		rep.Notes = append(rep.Notes, "not run: "+strings.Join(names, ", "))
		return nil
	}
	return errors.Join(errs...)
}

// goldenPairs are those recorded below dir of the suites that were measured.
func goldenPairs(dir string, run *Run) ([]Pair, error) {
	var pairs []Pair
	seen := map[string]bool{}
	for _, res := range run.Pairs {
		if seen[res.Suite] {
			continue
		}
		seen[res.Suite] = true
		of, err := GoldenPairs(dir, res.Suite)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, of...)
	}
	return pairs, nil
}
