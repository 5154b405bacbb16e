package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
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
		if c := j.Answers; len(c.Flips) > 0 || c.Notes != nil {
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
	text := plain(b.String())
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

// verdictWord is a verdict where it ends the row of a table, or stands between a pair and its scores. Such lines begin with
// the pair; those of sentences begin with a space, and those of notes with a colon in their first word.
var verdictWord = regexp.MustCompile(`(?m)^([^\s:]+  (?:.*  )?|\S+: )(pass|regressed|inconclusive)($|: some |: F1 )`)

// coloured paints the verdicts.
func coloured(text string) string {
	text = verdictWord.ReplaceAllString(text, "${1}\x1b[${2}m${2}\x1b[0m${3}")
	return strings.NewReplacer("\x1b[passm", "\x1b[32m", "\x1b[regressedm", "\x1b[31m", "\x1b[inconclusivem", "\x1b[33m").Replace(text)
}
