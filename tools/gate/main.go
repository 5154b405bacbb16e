// Gate holds a results file against the golden answers and says by its exit
// status whether a pair got worse.
//
//	gate [-golden DIR] [-answers FILE.jsonl] [-subset] RESULTS.txt
//
// The answers are those of the journal that the same run wrote; it is looked
// for beside the results. Every golden pair of the suites in the results must
// be there, and every pair in the results must have golden answers. See package
// bench/gate for what is compared and what is refused.
//
// Exit status: 2 on an error, else 1 if a pair regressed, else 0. `make` and
// `go run` turn each failure into a status of their own: in CI, call the binary.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/journal"
)

const (
	statusPass = iota
	statusRegressed
	statusError
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) (status int) {
	flags := flag.NewFlagSet("gate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	golden := flags.String("golden", "golden", "folder of the golden files")
	answers := flags.String("answers", "", "journal of the run (default: RESULTS with the extension .jsonl)")
	subset := flags.Bool("subset", false, "accept results that lack pairs which have golden answers")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: gate [flags] RESULTS.txt\nexit status: 0 pass, 1 regressed, 2 error")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return statusPass
	} else if err != nil {
		return statusError
	}
	if flags.NArg() != 1 {
		fmt.Fprintf(stderr, "gate: want one results file, got %d (`make bench` writes it; flags come before it)\n", flags.NArg())
		flags.Usage()
		return statusError
	}
	results := flags.Arg(0)
	if *answers == "" {
		*answers = strings.TrimSuffix(results, filepath.Ext(results)) + ".jsonl"
	}
	rep, err := compare(*golden, results, *answers, *subset)
	rep.print(stdout)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return statusError
	}
	if rep.regressed() > 0 {
		return statusRegressed
	}
	return statusPass
}

// report is what was compared and what a reader should know besides.
type report struct {
	comparisons []*gate.Comparison
	notes       []string
}

// compare judges all pairs. Its report is never nil and holds what could be
// compared, even where the error says that something could not.
func compare(golden, results, answers string, subset bool) (*report, error) {
	rep := &report{}
	measured, err := gate.ReadResults(results)
	if err != nil {
		return rep, err
	}
	records, err := journal.ReadFile(answers)
	if err != nil {
		return rep, fmt.Errorf("gate: answers of %s: %w", results, err)
	}
	var errs []error
	for _, res := range measured {
		if err := rep.judge(golden, res, records); err != nil {
			errs = append(errs, err)
		}
	}
	absent, err := absent(golden, measured)
	if err != nil {
		errs = append(errs, err)
	}
	for _, p := range absent {
		if subset {
			rep.notes = append(rep.notes, fmt.Sprintf("note: %s was not run", p))
			continue
		}
		errs = append(errs, fmt.Errorf("gate: %s: %s has golden answers and no result (-subset if it was left out on purpose)", results, p))
	}
	return rep, errors.Join(errs...)
}

// absent are the golden pairs of the measured suites that were not measured.
func absent(golden string, measured []gate.Result) ([]gate.Pair, error) {
	var absent []gate.Pair
	seen := map[string]bool{}
	for _, res := range measured {
		if seen[res.Suite] {
			continue
		}
		seen[res.Suite] = true
		pairs, err := gate.GoldenPairs(golden, res.Suite)
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			if !slices.ContainsFunc(measured, func(r gate.Result) bool { return r.Pair == p }) {
				absent = append(absent, p)
			}
		}
	}
	return absent, nil
}

func (rep *report) judge(golden string, res gate.Result, records []journal.Record) error {
	g, err := gate.ReadGolden(golden, res.Pair)
	if err != nil {
		return err
	}
	rec, err := gate.FromJournal(records, res.Pair)
	if err != nil {
		return err
	}
	if note := "note: joules are of " + res.Meter + ": time times a constant, which says nothing that the time does not"; strings.HasPrefix(res.Meter, "estimate") && !slices.Contains(rep.notes, note) {
		rep.notes = append(rep.notes, note)
	}
	if rec.Unsteady > 0 {
		rep.notes = append(rep.notes, fmt.Sprintf("warning: %s: %d sentences were answered otherwise in a later one of %d passes; the first counts",
			res.Pair, rec.Unsteady, rec.Passes))
	}
	if res.Ollama != g.Ollama || res.CPU != g.CPU {
		rep.notes = append(rep.notes, fmt.Sprintf("note: %s: golden answers are of ollama %s (%s), these of ollama %s (%s); builds differ in a few answers",
			res.Pair, g.Ollama, g.CPU, res.Ollama, res.CPU))
	}
	c, err := gate.Judge(g, res, rec)
	if err != nil {
		return err
	}
	rep.comparisons = append(rep.comparisons, c)
	return nil
}

func (rep *report) regressed() int {
	n := 0
	for _, c := range rep.comparisons {
		if c.Verdict != gate.Pass {
			n++
		}
	}
	return n
}

func (rep *report) print(w io.Writer) {
	if len(rep.comparisons) > 0 {
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "suite\tmodel\tprecision\tF1 golden → new\tΔF1\tmargin\tbroke\tfixed\tMcNemar p (mid-p)\tverdict")
		for _, c := range rep.comparisons {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%.4f → %.4f\t%+.4f\t%g\t%d\t%d\t%.3g (%.3g)\t%s\n", c.Suite, c.Model, c.Precision,
				c.Old.F1, c.New.F1, c.New.F1-c.Old.F1, c.Margin, c.Broke, c.Fixed, c.P, c.MidP, c.Verdict)
		}
		tw.Flush()
	}
	for _, n := range rep.notes {
		fmt.Fprintln(w, n)
	}
	for _, c := range rep.comparisons {
		if c.Verdict != gate.Pass {
			fmt.Fprintf(w, "\n%s", c)
		}
	}
	if n := len(rep.comparisons); n > 0 {
		fmt.Fprintf(w, "\n%d of %d pairs compared regressed\n", rep.regressed(), n)
	}
}
