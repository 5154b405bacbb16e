package gate

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/joulebench/joulebench/bench/journal"
)

// Run is what one invocation of `make bench` measured: its results file, and the
// answers from the journal beside it.
type Run struct {
	*Results
	Answers map[Pair]*Recorded
}

// Result is that of the pair, nil if it was not measured.
func (r *Run) Result(p Pair) *Result {
	if i := slices.IndexFunc(r.Pairs, func(res *Result) bool { return res.Pair == p }); i >= 0 {
		return r.Pairs[i]
	}
	return nil
}

// Journal is where `make bench` writes the answers whose scores stand in a
// results file.
func Journal(results string) string {
	return strings.TrimSuffix(results, filepath.Ext(results)) + ".jsonl"
}

// ReadRun reads results and the answers that belong to them, and holds the one
// against the other: as many passes, the same set and prompt, and answers that
// give the F1 which the results claim. An error names the file and, where there
// is one, the line.
func ReadRun(results, answers string) (*Run, error) {
	measured, err := ReadResults(results)
	if err != nil {
		return nil, err
	}
	recorders := map[Pair]*recorder{}
	for _, res := range measured.Pairs {
		size, err := res.size()
		if err != nil {
			return nil, fmt.Errorf("gate: %s:%d: %w", results, res.Line, err)
		}
		recorders[res.Pair] = &recorder{pair: res.Pair, size: size}
	}
	var options string // those last looked at: they are the same from line to line
	var skip bool
	for a, err := range journal.Scan(answers) {
		if a.Options != options {
			options, skip = a.Options, observed(a)
		}
		if c := recorders[Pair{a.Suite, a.Model, a.Precision}]; err == nil && c != nil && !skip {
			err = c.add(a)
		}
		if err != nil {
			return nil, fmt.Errorf("gate: answers of %s: %w", results, err)
		}
	}
	run := &Run{Results: measured, Answers: map[Pair]*Recorded{}}
	var errs []error
	for _, res := range measured.Pairs {
		rec, err := recorders[res.Pair].recorded()
		if err == nil {
			err = res.agrees(rec, recorders[res.Pair].size)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w", results, res.Line, answers, err))
			continue
		}
		run.Answers[res.Pair] = rec
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return run, nil
}

// observed tells an answer of a pass that was not measured, but asked for label probabilities (see -probabilities).
func observed(a journal.Outcome) bool { return strings.Contains(a.Options, `"top_logprobs":`) }

// size is how many sentences a pass has, 0 where the results do not say.
func (r *Result) size() (int, error) {
	s := r.Config["set-size"]
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("set-size %q is not a number of sentences", s)
	}
	return n, nil
}

// agrees checks that the recorded answers are those whose score stands in the
// results; size is that of a pass, or 0.
func (r *Result) agrees(rec *Recorded, size int) error {
	if r.Config["set"] != rec.Set || r.Config["prompt"] != rec.Prompt {
		return fmt.Errorf("results of %s are of set %q and prompt %q, the journal of set %q and prompt %q: not the same run",
			r.Pair, r.Config["set"], r.Config["prompt"], rec.Set, rec.Prompt)
	}
	if n := len(rec.Runs); n != r.Passes {
		why := "a result stands twice, or the journal is of another run"
		if n > r.Passes {
			why = "the results are cut short, or the journal is of another run"
		}
		return fmt.Errorf("the journal holds %d whole passes of %s, the results %d: %s", n, r.Pair, r.Passes, why)
	}
	if n := len(rec.Answers); size > 0 && n != size {
		return fmt.Errorf("the journal holds %d answers of %s in a pass, and set-size is %d", n, r.Pair, size)
	}
	scores, err := scoresOf(labelsOf(rec.Answers), rec.Answers)
	if err != nil {
		return err
	}
	if f1 := printed(scores.F1); f1 != r.F1 {
		return fmt.Errorf("the results of %s say F1 %v, the answers in the journal give %v: not the same run, or edited", r.Pair, r.F1, f1)
	}
	return nil
}
