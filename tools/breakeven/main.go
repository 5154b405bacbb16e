// Command breakeven prints from which length of answer on a lower precision of a model costs less than a higher one, in time
// and in joules:
//
//	go run ./tools/breakeven [-prompt N] [-model M] [-format text|json|markdown] [-line] RESULTS.txt...
//
// Each two precisions of a model are compared, warm and cold apart, for the mean prompt of the results or, extrapolated, for
// one of N tokens. The interval holds the break-even in 95 % of runs; it takes two passes, and six to be worth reading.
// Lengths are in tokens of an answer as Ollama counts them, its end included. Package breakeven says how it is found.
//
// Results of different configurations are in tables of their own, named by the lines in which they differ. With -line one
// line is printed, as at the end of `make bench`.
//
// The exit status is 0 whatever the results tell, and 1 on an error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/joulebench/joulebench/bench/breakeven"
	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	command.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) error {
	var o breakeven.Options
	flags := flag.NewFlagSet("breakeven", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: breakeven [flags] RESULTS.txt...")
		flags.PrintDefaults()
	}
	flags.IntVar(&o.Prompt, "prompt", 0, "for a prompt of `N` tokens; 0 is the mean prompt of the results")
	flags.StringVar(&o.Model, "model", "", "compare the precisions of this `MODEL` only")
	format := flags.String("format", "text", "`FORMAT`: text, json or markdown")
	line := flags.Bool("line", false, "print one line: of the first model, the highest precision against the lowest")
	paths, err := command.Parse(flags, args)
	if err != nil {
		return err
	}
	write := map[string]func(io.Writer, []breakeven.Table) error{
		"text": writeText, "json": writeJSON, "markdown": writeMarkdown,
	}[*format]
	switch {
	case len(paths) == 0:
		return errors.New("breakeven: no results: name one or more files that `make bench` wrote, such as results/*.txt")
	case write == nil:
		return fmt.Errorf("breakeven: -format %s: want text, json or markdown", *format)
	case o.Prompt < 0:
		return fmt.Errorf("breakeven: -prompt %d: want the tokens of a prompt, 1 or more", o.Prompt)
	}
	tables, err := breakeven.Read(paths, o)
	if err != nil {
		return err
	}
	if *line {
		_, err := fmt.Fprintln(stdout, breakeven.Line(tables))
		return err
	}
	var out strings.Builder // an error prints no half a table
	if err := write(&out, tables); err != nil {
		return err
	}
	_, err = io.WriteString(stdout, out.String())
	return err
}
