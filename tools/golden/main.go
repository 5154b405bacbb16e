// Command golden makes a measured run the golden one, which the gate holds later
// runs against:
//
//	go run ./tools/golden [-suite NAME|FILE] [flags] RESULTS.txt
//
// It records the answers of every pair, and its costs as one more sitting of this
// class of host, if there are six passes or more. RESULTS.txt and the journal beside
// it are what `make bench` wrote.
//
// It refuses a run that lacks a pair or a sentence, that fell on a machine which
// changed while it went on (a trend in time, joules, clock or temperature), or of
// another set than the suite's. Answers whose F1 is lower than that of those which
// they replace, or to another set or prompt, it records only where
// -accept-regression says why, and writes the reason into their files.
//
// The exit status is 0 if the run was recorded, and 1, with nothing written, if not.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	command.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) error {
	var r gate.Recording
	var reading dataset.Options
	flags := flag.NewFlagSet("golden", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: golden [flags] RESULTS.txt")
		flags.PrintDefaults()
	}
	suiteName := flags.String("suite", "miniature", "the suite that was measured: a `FILE`, or the name of one in fixtures/suites")
	set := flags.String("set", "", "`FILE` of the sentences, if they are not the suite's own")
	reading.Register(flags)
	dir := flags.String("golden", "", "`DIR` to record in, if it is not the suite's own")
	flags.StringVar(&r.Accept, "accept-regression", "", "record answers that are worse, or to another set or prompt, for the reason `WHY`")
	flags.BoolVar(&r.Subset, "subset", false, "keep golden pairs that were not measured, instead of refusing the run")
	others, err := command.Parse(flags, args)
	if err != nil {
		return err
	}
	if len(others) != 1 {
		return fmt.Errorf("golden: want one results file, got %d (`make bench` writes it)", len(others))
	}
	s, err := readSuite(*suiteName)
	if err != nil {
		return fmt.Errorf("golden: -suite: %w", err)
	}
	if *set == "" {
		*set = s.Set
	}
	if *dir == "" {
		*dir = s.Golden
	}
	switch {
	case *dir == "":
		return errors.New("golden: the suite names no folder of golden files: name one with -golden")
	case *set == "":
		return errors.New("golden: the suite names no set: name its file with -set")
	}
	sentences, err := reading.Open(*set)
	if err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	measured, err := gate.ReadRun(others[0], gate.Journal(others[0]))
	if err != nil {
		return err
	}
	for _, res := range measured.Pairs {
		if was := res.Config["set"]; was != sentences.ID() {
			return fmt.Errorf("golden: %s:%d: %s was measured on the set %s, and %s is %s (name its file with -set; a sample cannot be recorded)",
				others[0], res.Line, res.Pair, was, *set, sentences.ID())
		}
	}
	r.Labels, r.Texts = s.Labels, map[string]string{}
	for _, e := range sentences.Examples {
		r.Texts[e.ID] = e.Text
	}
	notes, err := gate.Record(*dir, measured, r)
	for _, note := range notes {
		fmt.Fprintln(stdout, note)
	}
	return err
}

// suite is what recording needs to know of one; package bench reads all of it.
type suite struct {
	Set    string
	Labels []string
	Golden string
}

func readSuite(name string) (s suite, err error) {
	if !strings.ContainsAny(name, `./\`) {
		name = filepath.Join("fixtures", "suites", name+".json")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	if len(s.Labels) == 0 {
		return s, fmt.Errorf("%s: no labels", name)
	}
	for _, path := range []*string{&s.Set, &s.Golden} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(filepath.Dir(name), *path)
		}
	}
	return s, nil
}
