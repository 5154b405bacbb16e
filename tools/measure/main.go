// Measure runs the benchmark over all pairs, pass after pass, and on request that of another commit in turns with it:
//
//	measure [-count N] [-base COMMIT | -sweep DIM] [-seed S] [flags] [-- FLAGS of the test binary]
//
// It is started in the module's root; `make bench` does so. It builds ./bench of the working tree, and runs one process a
// pass over all pairs, so that what changes with time (heat, other users of the machine) does not fall on one pair.
// -test.count would repeat each pair back to back. Passes alternate between an order of the pairs that follows from the
// seed and the reverse of it (-order of the test binary): of a steady trend, every pair gets the same share over two passes.
//
// With -base, each pass is run by both commits, base first in one and last in the next, in the same order of the pairs.
// The base is checked out into a temporary folder (git worktree) and built there, with the server that it pins; the working
// tree is not touched, and what is not committed in it is what is held against the base. In the base, flags that name files
// by a path from the module's root mean the base's files.
//
// With -sweep, each pass is run once by each value of a dimension, in turns, and the table has a column a value.
//
// Results are T.txt and the answers T.jsonl, where T is the time of the start in UTC; those of the base are T.base.txt and
// T.base.jsonl, those of a sweep T.sweep.txt and T.sweep.jsonl. A run that did not come to its end leaves T.part instead of T.txt.
//
// Exit status: without -base 0, with it that of tools/gate, built from the working tree; 2 on an error. `make` and `go run`
// turn each failure into a status of their own.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	statusPass  = 0
	statusError = 2
)

func main() {
	if root, ok := os.LookupEnv(guardVariable); ok {
		os.Exit(guard(root))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// options are what the command line says.
type options struct {
	count                   int
	base, sweep             string
	swept                   dimension // parsed
	seed                    int
	results, golden, filter string
	subset                  bool
	flags                   []string // of the test binary
}

func run(args []string, stdout, stderr io.Writer) (status int) {
	var o options
	fs := flag.NewFlagSet("measure", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.IntVar(&o.count, "count", 0, "`N` passes over all pairs; 0 is 1, or 10 with -base")
	fs.StringVar(&o.base, "base", "", "measure `COMMIT` in turns with the working tree, and hold this against it")
	fs.StringVar(&o.sweep, "sweep", "", "measure in turns by the values of `DIM`: batch, tokens, cache, threads, kv-cache or flash-attention; also as DIM=VALUES (threads=1,4)")
	fs.IntVar(&o.seed, "seed", 1, "`SEED` of the order of the pairs; 0 is the table's own order in every pass")
	fs.StringVar(&o.results, "o", "results", "`DIR` of results and binaries")
	fs.StringVar(&o.golden, "golden", "golden", "`DIR` of the golden files, for the verdict on -base")
	fs.BoolVar(&o.subset, "subset", false, "pass -subset to the gate: pairs are left out on purpose")
	fs.StringVar(&o.filter, "filter", "*", "what benchstat's table shows (its -filter)")
	fs.Usage = func() {
		fmt.Fprintln(stderr, "usage: measure [flags] [-- flags of the test binary]\nexit status: that of the gate with -base, else 0; 2 on an error")
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return statusPass
	} else if err != nil {
		return statusError
	}
	o.flags = fs.Args()
	status, err := measure(o, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return statusError
	}
	return status
}

// check refuses values that mean nothing, and fills in the number of passes.
func (o *options) check() (err error) {
	switch {
	case o.count < 0:
		return fmt.Errorf("measure: -count %d: want 1 pass or more", o.count)
	case o.seed < 0:
		return fmt.Errorf("measure: -seed %d: want 0 or more (every second pass is run in the reverse order anyway)", o.seed)
	case o.base != "" && o.sweep != "":
		return fmt.Errorf("measure: -base %s -sweep %s: one measurement answers one question (leave one of the two out)", o.base, o.sweep)
	case len(o.flags) > 0 && !strings.HasPrefix(o.flags[0], "-"):
		return fmt.Errorf("measure: unexpected argument %q: flags of the test binary come behind --, as in -- -models llama3.2-mini", o.flags[0])
	case o.count == 0 && o.base != "":
		o.count = 10
	case o.count == 0:
		o.count = 1
	}
	if o.sweep != "" {
		if o.swept, err = parseSweep(o.sweep); err != nil {
			return err
		}
	}
	return nil
}
