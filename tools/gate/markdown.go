package main

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/joulebench/joulebench/bench/gate"
)

// writeMarkdown is for a comment on a pull request.
func writeMarkdown(w io.Writer, o output) error {
	var b strings.Builder
	verdict := "error"
	if o.err == nil {
		verdict = string(o.Verdict())
	}
	fmt.Fprintf(&b, "### joulebench: %s\n\n", verdict)
	if len(o.Pairs) > 0 {
		fmt.Fprintf(&b, "%s\n\n", o.summary())
		table := [][]string{o.answersHead()}
		for _, j := range o.Pairs {
			table = append(table, answersRow(j.Answers))
		}
		markdownTable(&b, table)
	}
	for _, part := range []struct {
		title  string
		advice bool
	}{{"Costs", false}, {"Costs (advice)", true}} {
		pairs := o.costs(part.advice)
		if len(pairs) == 0 {
			continue
		}
		table, failed := [][]string{o.costsHead()}, 0
		for _, j := range pairs {
			for i := range j.Costs.Metrics {
				table = append(table, costsRow(j.Pair, &j.Costs.Metrics[i]))
				if j.Costs.Metrics[i].Verdict != gate.Pass {
					failed++
				}
			}
		}
		fmt.Fprintf(&b, "\n<details><summary>%s: %d of %d comparisons pass</summary>\n\n", part.title, len(table)-1-failed, len(table)-1)
		markdownTable(&b, table)
		fmt.Fprint(&b, "\n</details>\n")
	}
	for _, j := range o.Pairs {
		markdownFlips(&b, j.Answers)
	}
	if notes := o.remarks(); len(notes) > 0 {
		fmt.Fprintln(&b)
		for _, note := range notes {
			fmt.Fprintf(&b, "- %s\n", markdownText(note))
		}
	}
	if o.err != nil {
		fmt.Fprintf(&b, "\n<pre>%s</pre>\n", html.EscapeString(o.err.Error()))
	}
	_, err := io.WriteString(w, plain(b.String()))
	return err
}

// markdownFlips shows what changed: open where the pair did not pass.
func markdownFlips(b *strings.Builder, c *gate.Comparison) {
	if len(c.Flips) == 0 && c.Verdict == gate.Pass && c.Notes == nil {
		return
	}
	open := ""
	if c.Verdict != gate.Pass {
		open = " open"
	}
	said, _, _ := strings.Cut(c.String(), "\n")
	fmt.Fprintf(b, "\n<details%s><summary>%s: %d answers changed</summary>\n\n%s\n", open, html.EscapeString(c.Pair.String()), len(c.Flips), markdownText(said))
	for _, note := range c.Notes {
		fmt.Fprintf(b, "\n%s\n", markdownText(note))
	}
	shown, more := c.Shown()
	if len(shown) > 0 {
		table := [][]string{{"sentence", "is", "was", "new", "text"}}
		for _, f := range shown {
			table = append(table, []string{f.ID, f.Want, f.Old, f.New, f.Text})
		}
		fmt.Fprintln(b)
		markdownTable(b, table)
	}
	if more > 0 {
		fmt.Fprintf(b, "\nand %d more\n", more)
	}
	fmt.Fprint(b, "\n</details>\n")
}

func markdownTable(b *strings.Builder, rows [][]string) {
	for i, row := range rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = markdownText(cell)
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			fmt.Fprintf(b, "|%s\n", strings.Repeat(" --- |", len(row)))
		}
	}
}

// markdownText escapes what would not be text: no sentence may play with a comment. GitHub looks for people and issues
// after all escapes are undone, and not across the empty HTML comment (github/cmark-gfm issue 181).
func markdownText(s string) string {
	return strings.Join(strings.Fields(markdown.Replace(s)), " ")
}

var markdown = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@<!-- -->", `\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "#", `#<!-- -->`,
)
