package gate

import (
	"fmt"
	"strconv"
	"strings"
)

// The .tsv begins with these lines, always in this order: it is the same bytes
// whenever it says the same thing.
const (
	title   = "# golden answers, recorded by `make golden`; of these lines only margin and reason are edited by hand"
	columns = "id\tlabel\tanswer\twrong\ttext"
	wrong   = "x" // the mark of a wrong answer
)

// headerKeys are the lines between title and columns, each "# key: value". The
// one that is optional is there only if it has a value.
func headerKeys() []string {
	return []string{"pair", "set", "prompt", "weights", "ollama", "ollama-cpu", "labels", "margin", "reason", optional, "answers"}
}

const optional = "accepted"

// formatAnswers renders the .tsv.
func (g *Golden) formatAnswers() []byte {
	labels := make([]string, len(g.Labels))
	for i, l := range g.Labels {
		labels[i] = escape(l)
	}
	values := []string{
		g.Pair.String(), escape(g.Set), escape(g.Prompt), escape(g.Digest), escape(g.Ollama), escape(g.CPU),
		strings.Join(labels, "\t"),
		strconv.FormatFloat(g.Margin, 'g', -1, 64),
		escape(g.Reason),
		escape(g.Accepted),
		strconv.Itoa(len(g.Answers)),
	}
	var b strings.Builder
	fmt.Fprintln(&b, title)
	for i, key := range headerKeys() {
		if key == optional && values[i] == "" {
			continue
		}
		fmt.Fprintf(&b, "# %s: %s\n", key, values[i])
	}
	fmt.Fprintln(&b, columns)
	for _, a := range g.Answers {
		mark := ""
		if !a.right() {
			mark = wrong
		}
		fmt.Fprintln(&b, strings.Join([]string{escape(a.ID), escape(a.Want), escape(a.Got), mark, escape(a.Text)}, "\t"))
	}
	return []byte(b.String())
}

// escape makes s fit into one field of one line.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(s)
}

func unescape(s string) (string, error) {
	var b strings.Builder
	for {
		plain, rest, ok := strings.Cut(s, `\`)
		b.WriteString(plain)
		if !ok {
			return b.String(), nil
		}
		i := -1
		if rest != "" {
			i = strings.IndexByte(`\tnr`, rest[0])
		}
		if i < 0 {
			return "", fmt.Errorf(`the backslash before %q is none of \\, \t, \n and \r`, rest)
		}
		b.WriteByte("\\\t\n\r"[i])
		s = rest[1:]
	}
}
