package gate

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/joulebench/joulebench/bench/score"
)

// lines hands out the lines of a text; one without its newline was cut short.
type lines struct {
	rest string
	n    int // number of the line that next returned last
}

func (l *lines) next() (line string, whole bool) {
	l.n++
	line, l.rest, whole = strings.Cut(l.rest, "\n")
	return line, whole
}

// parseAnswers reads what formatAnswers writes. file is for messages.
func parseAnswers(file string, data []byte, p Pair) (*Golden, error) {
	in := &lines{rest: string(data)}
	g, count, err := parseHeader(in, p)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", file, in.n, err)
	}
	line := map[string]int{} // on which a sentence was answered, by its id
	for in.rest != "" {
		text, whole := in.next()
		if !whole {
			return nil, fmt.Errorf("%s:%d: cut short at %q", file, in.n, text)
		}
		a, err := parseAnswer(text, g.Labels)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, in.n, err)
		}
		if first, ok := line[a.ID]; ok {
			return nil, fmt.Errorf("%s:%d: sentence %q stands on line %d already", file, in.n, a.ID, first)
		}
		line[a.ID] = in.n
		g.Answers = append(g.Answers, a)
	}
	if len(g.Answers) != count {
		return nil, fmt.Errorf("%s:%d: holds %d of the %d answers that its header promises", file, in.n, len(g.Answers), count)
	}
	return g, nil
}

// parseAnyAnswers does so for the pair that the file names.
func parseAnyAnswers(file string, data []byte) (*Golden, error) {
	var p Pair
	if rest, ok := strings.CutPrefix(string(data), title+"\n# pair: "); ok {
		line, _, _ := strings.Cut(rest, "\n")
		p.Suite, line, _ = strings.Cut(line, "/model=")
		p.Model, p.Precision, _ = strings.Cut(line, "/precision=")
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("%s:2: %w", file, err)
		}
	}
	return parseAnswers(file, data, p)
}

// parseHeader reads all that stands above the first answer, and how many
// answers should follow.
func parseHeader(in *lines, p Pair) (g *Golden, answers int, err error) {
	if line, _ := in.next(); line != title {
		return nil, 0, fmt.Errorf("want the line %q, found %q", title, line)
	}
	g = &Golden{Pair: p}
	for _, key := range headerKeys() {
		if key == optional && !strings.HasPrefix(in.rest, "# "+optional+": ") {
			continue
		}
		line, whole := in.next()
		value, ok := strings.CutPrefix(line, "# "+key+": ")
		if !ok || !whole || value == "" {
			return nil, 0, fmt.Errorf("want \"# %s: \" and a value, found %q", key, line)
		}
		switch key {
		case "pair":
			if value != p.String() {
				err = fmt.Errorf("holds the answers of %s, not of %s", value, p)
			}
		case "set":
			g.Set, err = identity(value)
		case "prompt":
			g.Prompt, err = identity(value)
		case "weights":
			g.Digest, err = identity(value)
		case "ollama":
			g.Ollama, err = identity(value)
		case "ollama-cpu":
			g.CPU, err = identity(value)
		case "labels":
			g.Labels, err = parseLabels(value)
		case "margin":
			// The negation refuses NaN as well.
			if g.Margin, err = strconv.ParseFloat(value, 64); err == nil && !(g.Margin >= 0 && g.Margin < 1) {
				err = fmt.Errorf("margin %s lies outside 0 to 1", value)
			}
		case "reason":
			g.Reason, err = unescape(value)
			if err == nil && strings.TrimSpace(g.Reason) == "" {
				err = errors.New("the margin has no reason")
			}
		case optional:
			g.Accepted, err = unescape(value)
		case "answers":
			if answers, err = strconv.Atoi(value); err == nil && answers < 1 {
				err = fmt.Errorf("%d answers say nothing", answers)
			}
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if line, whole := in.next(); !whole || line != columns {
		return nil, 0, fmt.Errorf("want the line %q, found %q", columns, line)
	}
	return g, answers, nil
}

// identity takes a value that becomes a config line too: benchfmt keeps neither
// control characters nor outer space.
func identity(value string) (string, error) {
	value, err := unescape(value)
	if err == nil && (value != strings.TrimSpace(value) || strings.ContainsFunc(value, unicode.IsControl)) {
		err = fmt.Errorf("%q has control characters, or space around it", value)
	}
	return value, err
}

func parseLabels(value string) ([]string, error) {
	labels := strings.Split(value, "\t")
	for i, l := range labels {
		l, err := unescape(l)
		switch {
		case err != nil:
			return nil, err
		case l == "" || l == score.Unparsed:
			return nil, fmt.Errorf("%q cannot be a label", l)
		case slices.Contains(labels[:i], l):
			return nil, fmt.Errorf("label %q stands twice", l)
		}
		labels[i] = l
	}
	return labels, nil
}

func parseAnswer(line string, labels []string) (Answer, error) {
	fields := strings.Split(line, "\t")
	if n := strings.Count(columns, "\t") + 1; len(fields) != n {
		return Answer{}, fmt.Errorf("want %d fields, found %d in %q", n, len(fields), line)
	}
	for i, f := range fields {
		f, err := unescape(f)
		if err != nil {
			return Answer{}, err
		}
		fields[i] = f
	}
	a := Answer{ID: fields[0], Want: fields[1], Got: fields[2], Text: fields[4]}
	mark := fields[3]
	switch {
	case a.ID == "":
		return Answer{}, errors.New("a sentence without an id")
	case !slices.Contains(labels, a.Want):
		return Answer{}, fmt.Errorf("label %q is none of %q", a.Want, labels)
	case a.Got != score.Unparsed && !slices.Contains(labels, a.Got):
		return Answer{}, fmt.Errorf("answer %q is none of %q, nor %q", a.Got, labels, score.Unparsed)
	case a.right() && mark != "", !a.right() && mark != wrong:
		return Answer{}, fmt.Errorf("the mark %q does not fit answer %q to label %q", mark, a.Got, a.Want)
	}
	return a, nil
}
