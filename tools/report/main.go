// Command report makes a readable table, and on request a page with a plot, of
// benchmark results:
//
//	go run ./tools/report [-html FILE] RESULTS.txt...
//
// It prints one markdown table for each configuration found in the files: pairs
// of model and precision, medians over their samples, and what each precision
// changes against the highest of its model. Above every table stands where its
// numbers come from: results without a meter, a grid, a set, a prompt or a
// server's version are refused, and so is a file with a line that cannot be
// read. It gives no verdict: tools/gate does.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	command.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run writes the tables to stdout, and nothing at all if any result is bad.
func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	page := flags.String("html", "", "also write one self-contained page to this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("report: no results: name one or more files that `make bench` wrote, such as results/*.txt")
	}
	tables, err := read(flags.Args())
	if err != nil {
		return err
	}
	if *page != "" {
		var b bytes.Buffer
		if err := writePage(&b, tables); err != nil {
			return err
		}
		if err := os.WriteFile(*page, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return writeMarkdown(stdout, tables)
}
