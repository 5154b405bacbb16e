package classify

import (
	"regexp"
	"strings"
)

const thinking = `(?:think(?:ing)?|thought|reasoning)`

var (
	thought = regexp.MustCompile(`(?is)^.*</` + thinking + `>`) // it may begin in the prompt
	thinks  = regexp.MustCompile(`(?i)<` + thinking + `>`)
)

// withoutThought is what follows the thinking that a model shows. Of a reply that does not stop thinking nothing is left.
func withoutThought(reply string) string {
	reply = thought.ReplaceAllString(reply, "")
	if thinks.MatchString(reply) {
		return ""
	}
	return reply
}

// toSentence is what of a reply answers the sentence: no thinking, and nothing from where the model, having named a label,
// asks itself about another sentence in the prompt's own words.
func (p *Prompt) toSentence(reply string) string {
	reply = withoutThought(reply)
	lead := strings.TrimSpace(p.before[strings.LastIndexByte(p.before, '\n')+1:])
	if lead == "" {
		return reply
	}
	lead = "\n" + lead
	for at := 0; ; at += len(lead) {
		next := strings.Index(reply[at:], lead)
		if next < 0 {
			return reply
		}
		for _, m := range p.mentions(reply[at : at+next]) {
			if m.firmness > ignored {
				return reply[:at+next]
			}
		}
		at += next
	}
}
