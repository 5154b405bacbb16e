package classify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

const thinking = `(?:think(?:ing)?|thought|reasoning)`

var (
	thought = regexp.MustCompile(`(?is)^.*</` + thinking + `>`) // it may begin in the prompt
	thinks  = regexp.MustCompile(`(?i)<` + thinking + `>`)
)

// withoutThought is what follows the thinking that a model shows. Of a reply that does not stop thinking nothing is
// left.
func withoutThought(reply string) string {
	reply = thought.ReplaceAllString(reply, "")
	if thinks.MatchString(reply) {
		return ""
	}
	return reply
}

// toSentence is what of a reply answers the sentence: no thinking, and nothing from where the model, having named a
// label, asks itself about another sentence in the prompt's own words, or begins to.
func (p *Prompt) toSentence(reply string) string {
	reply = withoutThought(reply)
	lines := strings.Split(strings.TrimSpace(p.before), "\n")
	for _, own := range []string{lines[0], lines[len(lines)-1]} {
		reply = p.beforeLine(reply, strings.TrimSpace(own))
	}
	return reply
}

// beforeLine cuts a reply that has named a label at the next line that begins as own does, or that the reply's end
// leaves as only the beginning of own, unless that could be another answer.
func (p *Prompt) beforeLine(reply, own string) string {
	if own == "" {
		return reply
	}
	from := 0 // what stands before it names no label: looked at once, however often a model repeats itself
	for at := 0; ; at++ {
		next := strings.IndexByte(reply[at:], '\n')
		if next < 0 {
			return reply
		}
		at += next
		rest := strings.TrimSpace(reply[at:])
		if rest != "" && (strings.HasPrefix(rest, own) || strings.HasPrefix(own, rest) && p.Label(rest) == score.Unparsed) {
			if p.names(reply[from:at]) {
				return reply[:at]
			}
			from = at
		}
	}
}

// names tells whether a text names a label as an answer.
func (p *Prompt) names(text string) bool {
	return slices.ContainsFunc(p.mentions(text), func(m mention) bool { return m.firmness > ignored })
}
