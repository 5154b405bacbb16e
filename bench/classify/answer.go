package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/joulebench/joulebench/bench/score"
)

// Label finds the label that a model's reply names, or score.Unparsed.
//
// A reply that is a label and nothing else (case, quotes, markup and closing punctuation aside) is that label.
// Otherwise labels are looked for as whole words; one that is denied ("not negative", "isn't positive", "rather
// than neutral") does not count; and the reply is that label if all that remain are the same one. Two different
// labels, or none, are Unparsed: to pick one would be a guess that flatters or harms the model.
func (p *Prompt) Label(reply string) string {
	found := score.Unparsed
	for _, word := range mentions(strings.ToLower(reply), p.labels) {
		switch {
		case word.denied:
		case found == score.Unparsed:
			found = word.label
		case found != word.label:
			return score.Unparsed
		}
	}
	return found
}

// A mention is a label found in a reply as a word of its own.
type mention struct {
	label  string
	denied bool
}

// mentions lists the labels in the lower-cased reply, in their order. Where two labels begin at the same place
// ("positive", "positive outlook"), the longer one is meant.
func mentions(reply string, labels []string) []mention {
	var out []mention
	for at := 0; at < len(reply); {
		_, size := utf8.DecodeRuneInString(reply[at:])
		if before, _ := utf8.DecodeLastRuneInString(reply[:at]); at > 0 && inWord(before) {
			at += size
			continue
		}
		longest := ""
		for _, label := range labels {
			rest, ok := strings.CutPrefix(reply[at:], strings.ToLower(label))
			if next, _ := utf8.DecodeRuneInString(rest); ok && (rest == "" || !inWord(next)) && len(label) > len(longest) {
				longest = label
			}
		}
		if longest != "" {
			out = append(out, mention{longest, denied(reply[:at])})
			size = len(strings.ToLower(longest))
		}
		at += size
	}
	return out
}

// denied tells whether the words right before a label deny it.
func denied(before string) bool {
	words := strings.FieldsFunc(before, func(r rune) bool { return !inWord(r) && r != '\'' && r != '’' })
	for _, fill := range []string{"a", "an", "the", "really", "clearly", "very", "strictly"} {
		if n := len(words); n > 0 && words[n-1] == fill {
			words = words[:n-1]
		}
	}
	n := len(words)
	if n == 0 {
		return false
	}
	last := strings.ReplaceAll(words[n-1], "’", "'")
	if last == "than" && n > 1 && words[n-2] == "rather" || last == "of" && n > 1 && words[n-2] == "instead" {
		return true
	}
	return last == "not" || last == "nor" || last == "neither" || strings.HasSuffix(last, "n't")
}

// inWord tells whether r is part of a word. A hyphen is: "non-negative" is not "negative".
func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' }
