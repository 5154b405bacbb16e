package classify

import (
	"strings"
	"unicode"
)

// Answer reads a reply that gives a reason, "label: reason": what stands before the first colon is read for the label as
// [Prompt.Label] does, and what follows is the reason, on one line. Words of the reason do not count for the label
// ("negative: the positive trial was halted" is negative), nor does thinking or the answer to a question
// that the model asks itself. A reply whose beginning names no label ("Sentiment: positive") is
// read for it as a whole, and gives no reason.
func (p *Prompt) Answer(reply string) (label, reason string) {
	reply = p.toSentence(reply)
	if before, after, ok := strings.Cut(reply, ":"); ok {
		if label = p.Label(before); len(p.mentions(before)) > 0 {
			return label, strings.Join(strings.Fields(after), " ")
		}
	}
	return p.Label(reply), ""
}

// Quoted tells whether a reason is a quotation: its words, case and punctuation aside, stand in the sentence one after
// another. A reason without words is none.
func Quoted(reason, sentence string) bool {
	quote, text := spoken(reason), spoken(sentence)
	return len(quote) > 2 && strings.Contains(text, quote)
}

// spoken is the words of s in lower case with a space round each.
func spoken(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	return " " + strings.Join(words, " ") + " "
}
