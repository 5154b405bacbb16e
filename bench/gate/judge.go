package gate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// Options say how to judge; the zero value is the strict way.
type Options struct {
	// Alpha is the share of unchanged runs that may be found regressed, in
	// all; 0 means [Alpha].
	Alpha float64
	// Across are conditions that differ on purpose, such as "ollama" for an
	// upgrade. See [CheckAcross].
	Across []string
	// Subset has pairs that stand on one side only left out with a note,
	// instead of being an error.
	Subset bool
}

// Judged is what was found of one pair.
type Judged struct {
	Pair
	Answers *Comparison
	Costs   *Costs // nil where there is nothing to compare them with
}

// Report is what was found of a run.
type Report struct {
	Pairs []Judged
	Notes []string // what a reader should know besides
	Alpha float64
}

// AgainstGolden holds runs against what is recorded below dir: answers of the
// first run, and costs where the golden files hold some of this class of host.
// Several runs are several sittings.
//
// What could be compared stands in the report, which is never nil, even where the
// error says that something could not.
func AgainstGolden(dir string, runs []*Run, o Options) (*Report, error) {
	rep, run := o.report(runs...), runs[0]
	recorded := recordedCosts{dir, map[string]*sittings{}}
	golden, err := goldenPairs(dir, run)
	errs := []error{err}
	for _, res := range run.Pairs {
		g, err := ReadGolden(dir, res.Pair)
		if err != nil {
			errs = append(errs, o.onlyHere(rep, run, res, !slices.Contains(golden, res.Pair), err))
			continue
		}
		if note := build(g, res); note != "" {
			rep.Notes = append(rep.Notes, note)
		}
		costs, err := recorded.compare(runs, res, o.Across)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w", run.File, res.Line, res.Pair, err))
		}
		errs = append(errs, o.compare(rep, g, run, res, costs))
	}
	errs = append(errs, o.absent(rep, run, golden, "has golden answers"))
	rep.decide()
	return rep, errors.Join(errs...)
}

// AgainstBase holds a run against another one that was measured in turns with it,
// as `make bench BASE=COMMIT` does. Margins are those of the golden files below
// dir, and the default ones for pairs without.
func AgainstBase(dir string, base, run *Run, o Options) (*Report, error) {
	rep := o.report(base, run)
	var errs []error
	for _, res := range run.Pairs {
		was := base.Result(res.Pair)
		if was == nil {
			errs = append(errs, o.onlyHere(rep, run, res, true, fmt.Errorf("gate: %s has no result of %s", base.File, res.Pair)))
			continue
		}
		g, err := asGolden(dir, was, base.Answers[res.Pair])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		costs, err := compareCosts(was.samples(base.units), res.samples(run.units), o.Across)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w (%s)", run.File, res.Line, res.Pair, err, base.File))
			continue
		}
		costs.Advice = notInTurns(base.Answers[res.Pair].Runs, run.Answers[res.Pair].Runs)
		errs = append(errs, o.compare(rep, g, run, res, costs))
	}
	var pairs []Pair
	for _, res := range base.Pairs {
		pairs = append(pairs, res.Pair)
	}
	errs = append(errs, o.absent(rep, run, pairs, "stands in "+base.File))
	rep.decide()
	return rep, errors.Join(errs...)
}

func (o Options) report(runs ...*Run) *Report {
	if o.Alpha == 0 {
		o.Alpha = Alpha
	}
	rep := &Report{Alpha: o.Alpha}
	for _, run := range runs {
		for _, drift := range run.Unstable() {
			rep.Notes = append(rep.Notes, fmt.Sprintf("%s is unstable: %s", run.File, drift))
		}
	}
	return rep
}

func (o Options) compare(rep *Report, g *Golden, run *Run, res *Result, costs *Costs) error {
	c, err := Compare(g, run.Answers[res.Pair], o.Across...)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", run.File, res.Line, err)
	}
	rep.Pairs = append(rep.Pairs, Judged{res.Pair, c, costs})
	if note := "joules are of " + res.Config["meter"] + ", time times a constant: they are not tested beside the time"; estimated(res.Config["meter"]) && !slices.Contains(rep.Notes, note) {
		rep.Notes = append(rep.Notes, note)
	}
	return nil
}

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
			errs = append(errs, fmt.Errorf("gate: %s: %s %s and no result (-subset if it was left out on purpose)", run.File, p, where))
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

// build notes that another build of the server answered.
func build(g *Golden, res *Result) string {
	ollama, cpu := res.Config["ollama"], res.Config["ollama-cpu"]
	if ollama == g.Ollama && cpu == g.CPU {
		return ""
	}
	return fmt.Sprintf("%s: golden answers are of ollama %s (%s), these of ollama %s (%s); builds differ in a few answers", res.Pair, g.Ollama, g.CPU, ollama, cpu)
}

// asGolden makes of a base's answers what new ones are held against, with margin
// and texts of the golden file if there is one.
func asGolden(dir string, base *Result, rec *Recorded) (*Golden, error) {
	g := &Golden{
		Pair: base.Pair, Set: rec.Set, Prompt: rec.Prompt, Digest: rec.Digest,
		Ollama: base.Config["ollama"], CPU: base.Config["ollama-cpu"],
		Labels: labelsOf(rec.Answers), Answers: slices.Clone(rec.Answers),
	}
	pairs, err := GoldenPairs(dir, base.Suite)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(pairs, base.Pair) {
		g.Margin, g.Reason = DefaultMargin(g.Labels, g.Answers)
		return g, nil
	}
	recorded, err := ReadGolden(dir, base.Pair)
	if err != nil {
		return nil, err
	}
	g.Margin, g.Reason = recorded.Margin, recorded.Reason
	if recorded.Set != g.Set {
		return g, nil
	}
	g.Labels = recorded.Labels
	texts := map[string]string{}
	for _, a := range recorded.Answers {
		texts[a.ID] = a.Text
	}
	for i, a := range g.Answers {
		g.Answers[i].Text = texts[a.ID]
	}
	return g, nil
}

// labelsOf are the labels that occur, sorted.
func labelsOf(answers []Answer) []string {
	labels := map[string]bool{}
	for _, a := range answers {
		labels[a.Want], labels[a.Got] = true, true
	}
	delete(labels, score.Unparsed)
	return sortedKeys(labels)
}

// notInTurns is why costs of two runs are advice only; empty if their passes took
// turns: sorted by time, each two have one of either. Runs are named by the time
// at which they began.
func notInTurns(old, new []string) string {
	type pass struct {
		run string
		new bool
	}
	var passes []pass
	for _, r := range old {
		passes = append(passes, pass{r, false})
	}
	for _, r := range new {
		passes = append(passes, pass{r, true})
	}
	slices.SortStableFunc(passes, func(a, b pass) int { return strings.Compare(a.run, b.run) })
	for i := 0; i < len(passes); i += 2 {
		if i+1 == len(passes) || passes[i].new == passes[i+1].new {
			return "base and new were not measured in turns (make bench BASE=COMMIT does)"
		}
	}
	return ""
}
