package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/joulebench/joulebench/bench/dataset"
)

// print writes the audit as a table of names and values.
func print(w io.Writer, a *dataset.Audit) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	row("set", "%s", a.Set)
	row("file", "%s", a.File)
	row("read as", "%s, %s", a.Form, a.Encoding)
	row("records", "%d: %d read, %d bad", a.Records, a.Examples, len(a.Bad))
	name := "labels"
	for _, l := range a.Labels {
		row(name, "%d %s (%s)", l.Examples, l.Label, percent(l.Share))
		name = ""
	}
	row("words", "%d to %d, median %g", a.Words.Min, a.Words.Max, a.Words.Median)
	row("duplicates", "%d with text and label of an earlier record", a.Duplicates)
	row("contradictory", "%d texts with several labels, in %d records", a.Contradictory, a.ContradictoryExamples)
	row("accuracy ceiling", "%s (%d of %d: no deterministic classifier gets more of them right)", percent(a.Ceiling), a.Best, a.Examples)
	row("always "+a.Majority.Label, "accuracy %s, macro-F1 %.4f", percent(a.Majority.Accuracy), a.Majority.MacroF1)
	name = "encoding damage"
	for _, d := range a.Damage {
		row(name, "%d with %s (%s)", d.Records, d.Kind, lines(d.Lines))
		name = ""
	}
	if len(a.Damage) == 0 {
		row(name, "none found")
	}
	if l := a.Leakage; l != nil {
		where := ""
		if l.Examples > 0 {
			where = "; " + lines(l.Lines)
		}
		row("leakage", "%d (%s) are in %s as well%s", l.Examples, percent(l.Share), l.Against, where)
	}
	name = "bad"
	for _, b := range a.Bad {
		row(name, "line %d: record %d: %s", b.Line, b.Number, b.Reason)
		name = ""
	}
	return t.Flush()
}

func percent(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }

// lines names the first few lines.
func lines(all []int) string {
	const most = 5
	var b strings.Builder
	b.WriteString("line")
	if len(all) > 1 {
		b.WriteByte('s')
	}
	for i, n := range all[:min(most, len(all))] {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d", n)
	}
	if len(all) > most {
		b.WriteString(", …")
	}
	return b.String()
}
