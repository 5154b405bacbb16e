package gate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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

// AgainstGolden holds runs against what is recorded below dir: answers, and costs
// where the golden files hold some of this class of host. Several runs are several
// sittings of one thing, and the answers of the first count.
//
// What could be compared stands in the report, which is never nil, even where the
// error says that something could not.
func AgainstGolden(dir string, runs []*Run, o Options) (*Report, error) {
	rep, run := o.report(runs...), runs[0]
	if err := errors.Join(distinct(runs...), alike(runs)); err != nil {
		return rep, err
	}
	recorded := recordedCosts{dir, map[string]*sittings{}}
	golden, err := goldenPairs(dir, run)
	errs := []error{err}
	var todo []comparison
	for _, res := range run.Pairs {
		g, err := ReadGolden(dir, res.Pair)
		if err != nil {
			errs = append(errs, o.onlyHere(rep, run, res, !slices.Contains(golden, res.Pair), err))
			continue
		}
		rep.note(build(g, res))
		costs, err := recorded.compare(runs, res, o.Across)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w", run.File, res.Line, res.Pair, err))
		}
		todo = append(todo, comparison{g, runs, res, costs})
	}
	errs = append(errs, o.compareAll(rep, todo), o.absent(rep, run, golden, "has golden answers"))
	return rep, rep.conclude(run, errs)
}

// AgainstBase holds a run against another one that was measured in turns with it,
// as `make bench BASE=COMMIT` does. Margins are those of the golden files below
// dir, and the default ones for pairs without.
func AgainstBase(dir string, base, run *Run, o Options) (*Report, error) {
	rep := o.report(base, run)
	if err := distinct(base, run); err != nil {
		return rep, err
	}
	var errs []error
	var todo []comparison
	for _, res := range run.Pairs {
		was := base.Result(res.Pair)
		if was == nil {
			errs = append(errs, o.onlyHere(rep, run, res, true, fmt.Errorf("gate: %s has no result of %s", base.File, res.Pair)))
			continue
		}
		g, err := asGolden(dir, was, base.Answers[res.Pair], run.Answers[res.Pair])
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
		todo = append(todo, comparison{g, []*Run{run}, res, costs})
	}
	errs = append(errs, o.compareAll(rep, todo))
	var pairs []Pair
	for _, res := range base.Pairs {
		pairs = append(pairs, res.Pair)
	}
	errs = append(errs, o.absent(rep, run, pairs, "has a result in "+base.File))
	return rep, rep.conclude(run, errs)
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

// conclude gives the verdicts. Where nothing was judged, it is an error: no pair at
// all would pass.
func (rep *Report) conclude(run *Run, errs []error) error {
	rep.decide()
	// Passes are run in one order and another; the report has always the same.
	slices.SortFunc(rep.Pairs, func(a, b Judged) int { return strings.Compare(a.Pair.String(), b.Pair.String()) })
	err := errors.Join(errs...)
	if err == nil && len(rep.Pairs) == 0 {
		err = fmt.Errorf("gate: %s: no pair was judged: there is nothing to hold any of them against (-subset leaves out what is missing, not all)", run.File)
	}
	return err
}

// comparison is one that is to be made.
type comparison struct {
	golden *Golden
	runs   []*Run
	res    *Result
	costs  *Costs
}

// compareAll compares the answers of all pairs, several at a time: of thousands of sentences the bootstrap takes a while.
func (o Options) compareAll(rep *Report, todo []comparison) error {
	answers, errs := make([]*Comparison, len(todo)), make([]error, len(todo))
	var wg sync.WaitGroup
	for i, c := range todo {
		wg.Go(func() { answers[i], errs[i] = Compare(c.golden, c.runs[0].Answers[c.res.Pair], o.Across...) })
	}
	wg.Wait()
	for i, c := range todo {
		if errs[i] != nil {
			errs[i] = fmt.Errorf("%s:%d: %w", c.runs[0].File, c.res.Line, errs[i])
			continue
		}
		answers[i].Notes = append(answers[i].Notes, otherwise(c.runs, c.res.Pair)...)
		rep.Pairs = append(rep.Pairs, Judged{c.res.Pair, answers[i], c.costs})
		if meter := c.res.Config["meter"]; estimated(meter) {
			rep.note("joules are of " + meter + ", time times a constant: they are not tested beside the time")
		}
	}
	return errors.Join(errs...)
}

// note adds what a reader should know, once.
func (rep *Report) note(s string) {
	if s != "" && !slices.Contains(rep.Notes, s) {
		rep.Notes = append(rep.Notes, s)
	}
}

// build notes that another build of the server answered.
func build(g *Golden, res *Result) string {
	ollama, cpu := res.Config["ollama"], res.Config["ollama-cpu"]
	if ollama == g.Ollama && cpu == g.CPU {
		return ""
	}
	return fmt.Sprintf("golden answers are of ollama %s (%s), these of ollama %s (%s); builds differ in a few answers", orNone(g.Ollama), orNone(g.CPU), orNone(ollama), orNone(cpu))
}
