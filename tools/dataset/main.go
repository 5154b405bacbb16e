// Command dataset audits labelled sets, and gets public ones from their homes:
//
//	go run ./tools/dataset get [NAME [-accept-licence] [-file PATH]]
//	go run ./tools/dataset FILE [-against FILE] [-form F] [-encoding E]
//		[-skip-bad-rows] [-names 0=negative,1=positive] [-mixed-signs] [-json]
//
// Of FILE it prints what the set can tell about a classifier, and what it
// can't. It reads every form that package bench/dataset reads and prints how it
// read it: records and labels, lengths, duplicates, texts with several labels
// and the accuracy that no deterministic classifier can exceed because of them,
// the score of always giving the most frequent label, damage from encodings,
// and what the set shares with another one. See dataset.Audit for the
// definitions.
//
// A record that can't be read is an error, which names its line, unless
// -skip-bad-rows is given: then these are listed and the others audited.
//
// get lists the public sets of sets.json. With the name of one it prints its
// home and its licence, and once that is accepted (-accept-licence) downloads
// the set into joulebench/sets in the user's cache, checks its SHA-256 and
// prints how to use it. A set whose home asks for an account is downloaded by
// hand and handed in with -file, which takes an archive as well. The project
// ships none of these sets, since their licences are not its own. (A file that
// is itself named get is audited as ./get.)
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	command.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "get" {
		g, err := newGetter()
		if err != nil {
			return err
		}
		return g.run(args[1:], stdout, stderr)
	}
	var o dataset.Options
	flags := flag.NewFlagSet("dataset", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: dataset FILE [flags], or: dataset get [NAME [flags]]")
		flags.PrintDefaults()
	}
	against := flags.String("against", "", "count what the set shares with that in this `file`, whose form and encoding are detected")
	o.Register(flags)
	asJSON := flags.Bool("json", false, "print JSON, with all line numbers")
	files, err := command.Parse(flags, args)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return fmt.Errorf("dataset: want one file to audit, got %d (usage: dataset FILE [flags])", len(files))
	}
	set, err := o.Open(files[0])
	if err != nil {
		return err
	}
	var other *dataset.Set
	if *against != "" {
		// Only its texts are compared, so whatever labels it has will do.
		other, err = dataset.Options{SkipBadRows: o.SkipBadRows, MixedSigns: true}.Open(*against)
		if err != nil {
			return err
		}
	}
	audit := set.Audit(other)
	if *asJSON {
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(audit)
	}
	return print(stdout, audit)
}
