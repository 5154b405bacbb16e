// Command models lists what a suite's models would take, before anything is downloaded:
//
//	go run ./tools/models                                                     every suite in fixtures/suites
//	go run ./tools/models -suite paper                                        one of them, or a file of your own
//	go run ./tools/models -models llama3.2:1b -precisions q8_0,q4_K_M         as the benchmark's flags of these names have it
//	go run ./tools/models -suite paper -concurrency 8                         with eight requests computed at once
//
// Of each pair it says by which tag Ollama's library has it, or what it is made of, the download, the memory that asking it takes
// and whether that is free now, how many tokens of context the model knows, the digest that the suite pins and the licence; and
// of each suite how much disk it takes, beside what the model store has. A tag that several pairs need counts once.
//
// With -pull it downloads then what the store lacks: all is asked of the registries first, and nothing is downloaded that is not
// what the suite states or its lock file pins, or for which there is no room. A download that breaks off goes on from there the
// next time. Pairs that do not fit into the memory are left out, and make the exit status 1.
//
// With -json the same is one JSON object, all sizes in bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/joulebench/joulebench/bench"
	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	ollama.Guard()
	command.Exit(run(os.Args[1:], os.Stdout, os.Stderr, thisMachine))
}

// standard is the suite that the benchmark runs where -suite names no other.
const standard = "fixtures/suites/miniature.json"

func run(args []string, stdout, stderr io.Writer, ask func(store string) (machine, error)) error {
	flags := flag.NewFlagSet("models", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: models [flags]\nlists what the models of a suite take of disk and memory")
		flags.PrintDefaults()
	}
	suite := flags.String("suite", "", "the suite in this `FILE`, or the one of that name in fixtures/suites; by default all of these, or with -models the miniatures")
	models := flags.String("models", "", "these models only (comma-separated `NAMES`), of the suite, of another in its folder, or tags of Ollama's by their whole name")
	precisions := flags.String("precisions", "", "these precisions only (comma-separated `NAMES`, or all); by default those that the suite says")
	concurrency := flags.Int("concurrency", 1, "with `N` requests computed at once")
	pull := flags.Bool("pull", false, "download what is not there of the suite's tags that fit into the memory")
	store := flags.String("store", "", "`DIR` of the models that were pulled; by default joulebench/models in the user's cache")
	asJSON := flags.Bool("json", false, "print JSON, with sizes in bytes")
	others, err := command.Parse(flags, args)
	switch {
	case err != nil:
		return err
	case len(others) > 0:
		return fmt.Errorf("models: %q is no flag (name a suite with -suite, models with -models)", others[0])
	case *pull && *asJSON:
		return errors.New("models: -json lists, and -pull downloads: leave one of the two out")
	case *pull && *suite == "" && *models == "":
		return errors.New("models: -pull: all suites would be hundreds of gigabytes: name one with -suite, or models with -models")
	case *concurrency < 1:
		return fmt.Errorf("models: -concurrency %d: want 1 or more", *concurrency)
	}
	names := []string{*suite}
	if *suite == "" && *models == "" {
		if names, err = filepath.Glob(filepath.Join(filepath.Dir(standard), "*.json")); err != nil || len(names) == 0 {
			return fmt.Errorf("models: no suites in %s (run this in the repository's root, or name a file with -suite)", filepath.Dir(standard))
		}
	}
	m, err := ask(*store)
	if err != nil {
		return err
	}
	var last *bench.Suite
	l := list{Machine: m, All: total{Suite: "all"}}
	for _, name := range names {
		s, err := bench.ReadSuite(name, standard)
		if err != nil {
			return err
		}
		pairs, err := s.Choose(*models, *precisions)
		if err != nil {
			return err
		}
		last = s
		l.add(strings.TrimSuffix(filepath.Base(s.File), ".json"), s, pairs, *concurrency)
	}
	if *asJSON {
		return l.writeJSON(stdout)
	}
	if err := l.write(stdout); err != nil || !*pull {
		return err
	}
	return puller{store: m.Store, stdout: stdout}.pull(last, &l)
}
