package classify

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Answer reads a reply that gives a reason. What it says of the label is read as [Prompt.Label] does; thinking counts
// for nothing, nor does the answer to a question that the model asks itself. The reason comes on one line. It is read from
//
//  1. "label: reason": the line of the first colon names a label before it, and all that follows is the reason, unless
//     a line of it gives the label ("Positive: orders\nNegative: costs\nSentiment: neutral"). Words of the reason do
//     not count for the label ("negative: the positive trial was halted" is negative).
//  2. A JSON object, fenced or not, with a field that is named for a reason: {"sentiment": "positive", "reason": ""}.
//  3. A line that begins a reason ("Reason:", "**Explanation:**"): the label is read from what stands before it, or
//     from the whole where that names none. The reason is what follows, to the end of its paragraph or to the next
//     line that gives a label ("Sentiment:").
//
// Any other reply ("Sentiment: positive") is read for the label as a whole, and gives no reason.
func (p *Prompt) Answer(reply string) (label, reason string) {
	if label = p.spelt(reply); label != "" {
		return label, ""
	}
	reply = p.toSentence(reply)
	if before, after, ok := strings.Cut(reply, ":"); ok {
		line := before[strings.LastIndexByte(before, '\n')+1:]
		if len(p.mentions(line)) > 0 && !strings.Contains(line, "{") && !labelLine.MatchString(after) {
			return p.Label(before), onOneLine(after)
		}
	}
	if reason, ok := fieldReason(reply); ok {
		return p.Label(reply), reason
	}
	if at := reasonLine.FindStringIndex(reply); at != nil {
		if before := reply[:at[0]]; len(p.mentions(before)) > 0 {
			label = p.Label(before)
		} else {
			label = p.Label(reply)
		}
		reason = strings.TrimSpace(reply[at[1]:])
		if end := reasonEnd.FindStringIndex(reason); end != nil {
			reason = reason[:end[0]]
		}
		return label, strings.Trim(onOneLine(reason), "*_` ")
	}
	return p.Label(reply), ""
}

const (
	reasons = `(?:reason(?:ing)?|explanation|rationale|justification)`
	bullet  = `[\s>#*_•–-]*(?:\d+[.)]\s*)?[*_"]*` // and other markup at the beginning of a line
	colon   = `[*_"]*\s*[:：][*_]*`
	labelIs = `\n` + bullet + `(?:final |overall )?` + asked + colon
)

var (
	reasonName = regexp.MustCompile(`(?i)` + reasons)
	reasonLine = regexp.MustCompile(`(?im)^` + bullet + reasons + colon)
	labelLine  = regexp.MustCompile(`(?i)` + labelIs)
	reasonEnd  = regexp.MustCompile(`(?i)\n\s*\n|` + labelIs)
)

// fieldReason is the text of the first field, in the order of their names, that is named for a reason in the JSON
// object that the reply holds.
func fieldReason(reply string) (reason string, ok bool) {
	from, to := strings.IndexByte(reply, '{'), strings.LastIndexByte(reply, '}')
	var object map[string]any
	if from < 0 || to < from || json.Unmarshal([]byte(reply[from:to+1]), &object) != nil {
		return "", false
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if text, isText := object[name].(string); isText && reasonName.MatchString(name) {
			return onOneLine(text), true
		}
	}
	return "", false
}

// onOneLine puts one space in the place of any white space within s.
func onOneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

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
