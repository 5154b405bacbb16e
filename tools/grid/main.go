// Command grid lists and searches the grids that joules can be turned into
// grams by, and puts another grid under results without measuring again:
//
//	go run ./tools/grid                                lists the table
//	go run ./tools/grid france                         searches it, by code, name or part of a name
//	go run ./tools/grid ukcarbon                       asks a live source, and prints what it says now
//	go run ./tools/grid -recompute FRA RESULTS.txt     prints the results as they would be in France
//
// -recompute takes any grid that -grid takes. It replaces the `grid:` lines, and
// in every result gCO2/op by its joules/op × intensity × PUE, the PUE being that
// of its own configuration; all else stays as it is, byte for byte. That is also
// how passes of several hours on a live grid come under one line, so that
// benchstat compares them.
//
// gCO2e-sci/op is computed anew from the results' `embodied:` line or, where
// they have none, from -embodied. Where neither tells the embodied part it is
// left out, and the command fails after printing the rest.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/joulebench/joulebench/bench/carbon"
	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	command.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("grid", flag.ContinueOnError)
	flags.SetOutput(stderr)
	to := flags.String("recompute", "", "print the results in a file as they would be on this `GRID`")
	embodied := flags.String("embodied", "", "embodied carbon of the machine, such as `300kg/4y`, of results that do not say it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *to != "":
		if flags.NArg() != 1 {
			return fmt.Errorf("grid: -recompute %s: want one file of results, got %d (flags stand before it)", *to, flags.NArg())
		}
		var machine carbon.Embodied
		var err error
		if *embodied != "" {
			if machine, err = carbon.ParseEmbodied(*embodied); err != nil {
				return fmt.Errorf("grid: -embodied: %w", err)
			}
		}
		g, err := now(*to)
		if err != nil {
			return fmt.Errorf("grid: -recompute: %w", err)
		}
		return recompute(stdout, flags.Arg(0), g, machine)
	case *embodied != "":
		return errors.New("grid: -embodied is of results: want -recompute GRID RESULTS.txt as well")
	case flags.NArg() == 0:
		grids, err := carbon.Grids()
		if err != nil {
			return fmt.Errorf("grid: %w", err)
		}
		return list(stdout, grids)
	}
	word := strings.Join(flags.Args(), " ")
	grids, err := carbon.Search(word)
	if err != nil {
		return fmt.Errorf("grid: %w", err)
	}
	if len(grids) > 0 {
		return list(stdout, grids)
	}
	g, err := now(word)
	if err != nil {
		return fmt.Errorf("grid: %w", err)
	}
	_, err = fmt.Fprintln(stdout, g)
	return err
}

func now(spec string) (carbon.Grid, error) {
	source, err := carbon.Open(spec)
	if err != nil {
		return carbon.Grid{}, err
	}
	return source.Now(context.Background())
}

func list(w io.Writer, grids []carbon.Grid) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CODE\tNAME\tYEAR\tgCO2e/kWh")
	for _, g := range grids {
		refused := ""
		if g.Intensity == 0 {
			refused = " (refused: give a figure of your own)"
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%v%s\n", g.Code, g.Name, g.Year, g.Intensity, refused)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(w, `
Averages of a year, from Ember via Our World in Data (CC BY 4.0): https://ourworldindata.org/grapher/carbon-intensity-electricity
Besides these, -grid takes 'my site=123' in gCO2e/kWh, and what is live: electricitymaps:ZONE (token in ELECTRICITYMAPS_TOKEN),
ukcarbon or ukcarbon:REGION.
`)
	return err
}
