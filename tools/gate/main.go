// Gate says by its exit status whether a change made a pair worse: in its answers,
// and in what they cost.
//
//	gate [-golden DIR] [flags] RESULTS.txt...          against what was recorded
//	gate [-golden DIR] [flags] -base BASE.txt RESULTS.txt   against a base measured in turns
//
// The answers are those of the journal that the same run wrote; it is looked for
// beside the results. Every golden pair of the suites in the results must be there,
// and every pair in the results must have golden answers. Several results files are
// several sittings of the same pairs, for costs of which golden holds five sittings or
// more; the answers of the first count. See
// package bench/gate for what is compared, what counts, and what is refused.
//
// Exit status: 2 on an error, else 1 if something regressed, else 3 if something is
// inconclusive (0 with -inconclusive=pass), else 0. `make` and `go run` turn each
// failure into a status of their own: in CI, call the binary.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/gate"
)

const (
	statusPass = iota
	statusRegressed
	statusError
	statusInconclusive
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are what the command line says.
type options struct {
	golden, base, answers string
	format                string
	lenient               bool // an inconclusive run passes
	judge                 gate.Options
	results               []string
}

func run(args []string, stdout, stderr io.Writer) (status int) {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return statusPass
	}
	if err != nil {
		fmt.Fprintln(stderr, plain(err.Error()))
		return statusError
	}
	rep, err := o.compare()
	out := output{Report: rep, err: err, options: o}
	if writeErr := formats[o.format](stdout, out); writeErr != nil {
		err = errors.Join(err, fmt.Errorf("gate: writing the verdict: %w", writeErr))
	}
	if err != nil {
		fmt.Fprintln(stderr, plain(err.Error()))
		return statusError
	}
	switch verdict := rep.Verdict(); {
	case verdict == gate.Regressed:
		return statusRegressed
	case verdict == gate.Inconclusive && !o.lenient:
		return statusInconclusive
	}
	return statusPass
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("gate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.golden, "golden", "golden", "`DIR` of the golden files")
	flags.StringVar(&o.base, "base", "", "results `FILE` that was measured in turns with RESULTS, to compare with instead of golden")
	flags.StringVar(&o.answers, "answers", "", "journal `FILE` of the run (default: RESULTS with the extension .jsonl)")
	flags.StringVar(&o.format, "format", "text", "write the verdict as `text`, markdown, junit, json or github (annotations)")
	flags.BoolVar(&o.judge.Subset, "subset", false, "compare the pairs that stand on both sides, and name the others, instead of failing")
	across := flags.String("across", "", "`KEYS` of conditions that differ on purpose (ollama,prompt): any but host, meter and set")
	flags.Float64Var(&o.judge.Alpha, "alpha", gate.Alpha, "`SHARE` of runs without a change that may be found regressed, over all pairs and metrics")
	inconclusive := flags.String("inconclusive", "fail", "what an inconclusive run does: `fail` (status 3) or pass")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: gate [flags] RESULTS.txt...\nexit status: 0 pass, 1 regressed, 2 error, 3 inconclusive")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			err = fmt.Errorf("gate: %w", err)
		}
		return o, err
	}
	o.results = flags.Args()
	o.lenient = *inconclusive == "pass"
	if *across != "" {
		o.judge.Across = strings.Split(*across, ",")
	}
	switch {
	case len(o.results) == 0:
		flags.Usage()
		return o, errors.New("gate: no results file (`make bench` writes one; flags come before it)")
	case slices.ContainsFunc(o.results, func(arg string) bool { return strings.HasPrefix(arg, "-") }):
		return o, fmt.Errorf("gate: %q: flags come before the results file", o.results)
	case o.base != "" && len(o.results) > 1:
		return o, fmt.Errorf("gate: -base and %d results files: a base is compared with one", len(o.results))
	case o.answers != "" && len(o.results) > 1:
		return o, fmt.Errorf("gate: -answers and %d results files: their journals must lie beside them", len(o.results))
	case formats[o.format] == nil:
		return o, fmt.Errorf("gate: -format %s: want text, markdown, junit, json or github", o.format)
	case *inconclusive != "pass" && *inconclusive != "fail":
		return o, fmt.Errorf("gate: -inconclusive %s: want pass or fail", *inconclusive)
	case !(o.judge.Alpha > 0 && o.judge.Alpha < 1):
		return o, fmt.Errorf("gate: -alpha %v: want a share above 0 and below 1", o.judge.Alpha)
	}
	return o, gate.CheckAcross(o.judge.Across)
}

// compare judges all pairs. Its report is never nil and holds what could be
// compared, even where the error says that something could not.
func (o options) compare() (*gate.Report, error) {
	nothing := &gate.Report{Alpha: o.judge.Alpha}
	var runs []*gate.Run
	for _, results := range o.results {
		journal := gate.Journal(results)
		if o.answers != "" {
			journal = o.answers
		}
		run, err := gate.ReadRun(results, journal)
		if err != nil {
			return nothing, err
		}
		runs = append(runs, run)
	}
	if o.base == "" {
		return gate.AgainstGolden(o.golden, runs, o.judge)
	}
	base, err := gate.ReadRun(o.base, gate.Journal(o.base))
	if err != nil {
		return nothing, err
	}
	return gate.AgainstBase(o.golden, base, runs[0], o.judge)
}
