package gate

import (
	"errors"
	"fmt"
	"slices"
)

// distinct refuses runs that hold the same passes: a run is no worse than itself,
// and not two sittings.
func distinct(runs ...*Run) error {
	for i, b := range runs {
		for _, a := range runs[:i] {
			for _, res := range a.Pairs {
				if b.Answers[res.Pair] == nil {
					continue
				}
				for _, pass := range b.Answers[res.Pair].Runs {
					if slices.Contains(a.Answers[res.Pair].Runs, pass) {
						return fmt.Errorf("gate: %s and %s hold the same passes of %s (%s): a run cannot be held against itself", a.File, b.File, res.Pair, pass)
					}
				}
			}
		}
	}
	return nil
}

// alike refuses runs that are not sittings of one thing: of the same pairs, set,
// prompt and weights under the same conditions.
func alike(runs []*Run) error {
	var errs []error
	for _, run := range runs[1:] {
		for _, res := range runs[0].Pairs {
			if run.Result(res.Pair) == nil {
				errs = append(errs, fmt.Errorf("gate: %s has no result of %s, which %s has", run.File, res.Pair, runs[0].File))
			}
		}
		for _, res := range run.Pairs {
			first := runs[0].Result(res.Pair)
			if first == nil {
				errs = append(errs, fmt.Errorf("gate: %s has no result of %s, which %s has", runs[0].File, res.Pair, run.File))
				continue
			}
			if d := differing(first.Config, res.Config, nil); d != "" {
				errs = append(errs, fmt.Errorf("gate: %s:%d: %s has %s from %s: not sittings of the same thing", run.File, res.Line, res.Pair, d, runs[0].File))
			}
			if was, is := runs[0].Answers[res.Pair].Digest, run.Answers[res.Pair].Digest; was != is {
				errs = append(errs, fmt.Errorf("gate: %s:%d: %s has weights %q here and %q in %s: not sittings of the same thing", run.File, res.Line, res.Pair, is, was, runs[0].File))
			}
		}
	}
	return errors.Join(errs...)
}

// otherwise notes the answers to the pair that a later sitting does not share with
// the first, whose answers count.
func otherwise(runs []*Run, p Pair) (notes []string) {
	first := map[string]string{}
	for _, a := range runs[0].Answers[p].Answers {
		first[a.ID] = a.Got
	}
	for _, run := range runs[1:] {
		n := 0
		for _, a := range run.Answers[p].Answers {
			if first[a.ID] != a.Got {
				n++
			}
		}
		if n > 0 {
			notes = append(notes, fmt.Sprintf("%d sentences were answered otherwise in %s; those of %s count", n, run.File, runs[0].File))
		}
	}
	return notes
}
