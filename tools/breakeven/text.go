package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/joulebench/joulebench/bench/breakeven"
)

var heads = []string{"model", "precisions", "cache", "prompt", "answers", "passes", "time", "95 %", "joules", "95 %"}

// cells are a line of the table: answers are the mean length of those of the run.
func cells(c breakeven.Comparison) []string {
	count := func(n float64) string {
		if n == 0 {
			return "–"
		}
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	prompt := count(c.Prompt)
	if c.Extrapolated() {
		prompt = "~" + prompt
	}
	cache := c.Cache
	if cache == "" {
		cache = "–"
	}
	return []string{c.Model, c.High + " → " + c.Low, cache, prompt, count(c.Answer), strconv.Itoa(c.Time.Passes),
		c.Time.Short(), c.Time.Interval(), c.Joules.Short(), c.Joules.Interval()}
}

// legend is what the heads cannot say.
const legend = `prompt and answers: mean tokens of the run (~ asked for), an answer's end counted; time and joules: for answers of
which length the lower precision costs less, and the 95 % interval of the length at which that turns`

func writeText(w io.Writer, tables []breakeven.Table) error {
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, title(t))
		if len(t.Comparisons) == 0 {
			fmt.Fprintln(w, alone)
			continue
		}
		tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tab, strings.Join(heads, "\t"))
		for _, c := range t.Comparisons {
			fmt.Fprintln(tab, strings.Join(cells(c), "\t"))
		}
		if err := tab.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(w)
		for _, s := range sentences(t) {
			fmt.Fprintln(w, s)
		}
	}
	_, err := fmt.Fprintln(w, "\n"+legend)
	return err
}

func writeMarkdown(w io.Writer, tables []breakeven.Table) error {
	for _, t := range tables {
		fmt.Fprintf(w, "### %s\n\n", title(t))
		if len(t.Comparisons) == 0 {
			fmt.Fprintf(w, "%s\n\n", alone)
			continue
		}
		fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
		for _, c := range t.Comparisons {
			fmt.Fprintf(w, "| %s |\n", strings.Join(cells(c), " | "))
		}
		fmt.Fprintln(w)
		for _, s := range sentences(t) {
			fmt.Fprintln(w, "- "+s)
		}
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintln(w, legend)
	return err
}

// alone is what is said of a table in which there is nothing to compare.
const alone = "nothing to compare: no model was measured at two precisions"

func title(t breakeven.Table) string {
	return strings.Join(append([]string{t.Name}, t.Config...), ", ")
}

// sentences are the verdicts and then the notes of all comparisons, each once.
func sentences(t breakeven.Table) (all []string) {
	var notes []string
	for _, c := range t.Comparisons {
		for _, v := range c.Verdicts() {
			all = append(all, strings.TrimSuffix(c.Model+", "+c.Cache, ", ")+": "+v)
		}
		for _, n := range c.Notes {
			notes = append(notes, "note: "+n)
		}
	}
	met := map[string]bool{}
	return slices.DeleteFunc(append(all, notes...), func(s string) bool {
		again := met[s]
		met[s] = true
		return again
	})
}
