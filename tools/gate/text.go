package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/joulebench/joulebench/bench/gate"
)

// writeText is for a terminal: tables, then what changed. Nothing is said twice,
// and of costs that are advice only what regressed.
func writeText(w io.Writer, o output) error {
	var b strings.Builder
	if len(o.Pairs) > 0 {
		table := [][]string{o.answersHead()}
		for _, j := range o.Pairs {
			table = append(table, answersRow(j.Answers))
		}
		writeTable(&b, table)
	}
	if counting := o.costs(false); len(counting) > 0 {
		table := [][]string{o.costsHead()}
		for _, j := range counting {
			for i := range j.Costs.Metrics {
				table = append(table, costsRow(j.Pair, &j.Costs.Metrics[i]))
			}
		}
		fmt.Fprintln(&b)
		writeTable(&b, table)
	}
	if advised := o.advised(); len(advised) > 0 {
		fmt.Fprintln(&b, "\ncosts that seem worse (advice):")
		writeTable(&b, append([][]string{o.costsHead()}, advised...))
	}
	for _, j := range o.Pairs {
		if c := j.Answers; c.Verdict != gate.Pass || len(c.Flips) > 0 || c.Notes != nil {
			fmt.Fprintf(&b, "\n%s", c)
		}
	}
	for i, note := range o.remarks() {
		if i == 0 {
			fmt.Fprintln(&b)
		}
		fmt.Fprintln(&b, "note:", note)
	}
	if len(o.Pairs) > 0 {
		fmt.Fprintf(&b, "\n%s\n", o.summary())
	}
	text := b.String()
	if terminal(w) {
		text = coloured(text)
	}
	_, err := io.WriteString(w, text)
	return err
}

// advised are the rows of costs that are advice and regressed.
func (o output) advised() (rows [][]string) {
	for _, j := range o.costs(true) {
		for i := range j.Costs.Metrics {
			if c := &j.Costs.Metrics[i]; c.Verdict == gate.Regressed {
				rows = append(rows, costsRow(j.Pair, c))
			}
		}
	}
	return rows
}

func writeTable(w io.Writer, rows [][]string) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush() // into memory
}

// terminal tells whether w is one that wants colours (no-color.org).
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// coloured paints the verdicts, where they end a line or a cell of a table.
func coloured(text string) string {
	for verdict, colour := range map[gate.Verdict]string{gate.Pass: "32", gate.Regressed: "31", gate.Inconclusive: "33"} {
		painted := fmt.Sprintf("\x1b[%sm%s\x1b[0m", colour, verdict)
		for _, around := range []struct{ before, after string }{{"  ", "\n"}, {"  ", ": some"}, {": ", ": F1"}} {
			text = strings.ReplaceAll(text, around.before+string(verdict)+around.after, around.before+painted+around.after)
		}
	}
	return text
}
