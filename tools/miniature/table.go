package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/score"
)

// table writes what the answers in journals of the suite are worth: for each set and prompt a markdown table of macro-F1 with
// its 95 % interval, a row for each model and a column for each precision. The first pass of a pair counts.
func table(paths []string, w io.Writer) error {
	type of struct{ set, prompt string }
	type pair struct{ model, precision string }
	var tables []of
	models, precisions := map[of][]string{}, map[of][]string{}
	scores := map[of]map[pair]*score.Confusion{}
	runs := map[of]map[pair]string{}
	for _, path := range paths {
		records, err := journal.ReadFile(path)
		if err != nil {
			return err
		}
		for _, r := range records {
			at, p, run := of{r.Set, r.Prompt}, pair{r.Model, r.Precision}, fmt.Sprint(path, r.Run, r.Pass)
			if scores[at] == nil {
				tables = append(tables, at)
				scores[at], runs[at] = map[pair]*score.Confusion{}, map[pair]string{}
			}
			if scores[at][p] == nil {
				scores[at][p], runs[at][p] = score.NewConfusion(labels), run
				models[at], precisions[at] = add(models[at], r.Model), add(precisions[at], r.Precision)
			}
			if runs[at][p] != run {
				continue
			}
			if err := scores[at][p].Add(r.Want, r.Got); err != nil {
				return fmt.Errorf("miniature: %s: %s at %s, %s: %w", path, r.Model, r.Precision, r.ID, err)
			}
		}
	}
	for _, at := range tables {
		fmt.Fprintf(w, "%s, %s\n\n| model | %s | unparsed |\n|---|%s\n", at.set, at.prompt, strings.Join(precisions[at], " | "), strings.Repeat("---|", len(precisions[at])+1))
		for _, m := range models[at] {
			fmt.Fprintf(w, "| `%s` |", m)
			unparsed := 0.0
			for _, p := range precisions[at] {
				c := scores[at][pair{m, p}]
				if c == nil {
					fmt.Fprint(w, " – |")
					continue
				}
				lo, hi := c.MacroF1Interval()
				fmt.Fprintf(w, " %.3f [%.3f, %.3f] |", c.MacroF1(), lo, hi)
				unparsed = max(unparsed, c.Unparsed())
			}
			fmt.Fprintf(w, " %.4f |\n", unparsed)
		}
		fmt.Fprintln(w)
	}
	return nil
}

func add(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
