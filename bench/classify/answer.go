package classify

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// Label finds the label that a careful person would find in a model's reply, or score.Unparsed. It looks for words and never
// for meaning: what the rules below do not reach is Unparsed, since a guess would flatter or harm the model.
//
//  1. Thinking (<think>…</think>) is no answer; a reply that never stops thinking has none. Where the model goes on to
//     ask itself the prompt's question about another sentence, its answer has ended. Markup, quotes, case, kinds of space and
//     width of letters are dropped. A quotation of three words or more is not the model's own and is dropped too,
//     unless it is the value of a field that asks for the label ({"sentiment": "It is neutral."}).
//  2. A label is looked for as a whole word: "positively", "non-negative" and "positif" are other words. Before another
//     content word it only describes that ("positive growth"), unless that is what is being labelled ("positive tone").
//     Degrees do not matter ("slightly negative"); "mixed" stands for an answer that is no label, unless it is one.
//  3. All labels in a row, as a question lists them, are its echo and are dropped. So is a label in a question, one that is
//     denied ("not positive", "neither positive nor negative", "rather than neutral") or in doubt ("could be positive"), and
//     one within a reason: behind "because", "since", "with", a colon and the like in a sentence that has named a label.
//  4. Of the labels that are left, those count that stand where the answer is most firmly given:
//     as a verdict (alone in its sentence, after "Sentiment:", after "overall" or "therefore"),
//     else as a statement (at the start of a sentence, or after "the sentiment is", "I would say", "it is"),
//     else anywhere. Within one sentence the firmness carries over to the labels that follow.
//  5. They all must be the same one. Two labels, or none, are Unparsed. That two of three are denied does not name the third.
//
// Where the prompt has a [Prompt.Format], a reply that keeps to it is the label that it spells, whatever the rules make of it.
func (p *Prompt) Label(reply string) string {
	if label := p.spelt(reply); label != "" {
		return label
	}
	best, found := ignored, score.Unparsed
	for _, m := range p.mentions(p.toSentence(reply)) {
		switch {
		case m.firmness > best:
			best, found = m.firmness, m.label
		case m.firmness == best && m.label != found:
			found = score.Unparsed
		}
	}
	return found
}

// spelt is the label that a reply which keeps to the format is, or "".
func (p *Prompt) spelt(reply string) (label string) {
	if p.format == nil || json.Unmarshal([]byte(reply), &label) != nil || !slices.Contains(p.labels, label) {
		return ""
	}
	return label
}

// A mention is a label that a reply holds as a word of its own, and how firmly it is given as the answer.
type mention struct {
	label    string
	firmness int
}

const (
	ignored   = iota // denied, doubted, asked for, or part of a reason
	mentioned        // anywhere
	stated           // "The sentiment is neutral"
	verdict          // "Sentiment: neutral"
)

// mentions lists the labels of the reply, in their order.
func (p *Prompt) mentions(reply string) []mention {
	names := append(p.labels[:len(p.labels):len(p.labels)], score.Unparsed)
	text := withoutEcho(markLabels(plain(reply), p.labels), len(p.labels))
	var out []mention
	for _, s := range sentence.FindAllString(unquote(text), -1) {
		out = append(out, weigh(s, names)...)
	}
	return out
}

// weigh tells how firmly a sentence gives each of its labels. Labels that describe another word are left out.
func weigh(sentence string, names []string) (out []mention) {
	asked := strings.HasSuffix(strings.TrimSpace(sentence), "?")
	firmness, end := mentioned, 0 // of the label before
	if alone.MatchString(sentence) {
		firmness = verdict
	}
	denied, named, reason := false, false, false
	labels := anyLabel.FindAllStringIndex(sentence, -1)
	describes := describing(sentence, labels)
	for i, at := range labels {
		if describes[i] {
			continue
		}
		gap, after := sentence[end:at[0]], behind(sentence, labels, i)
		joined := end > 0 && join.MatchString(gap)
		denied = refusal.MatchString(gap) || doubted.MatchString(after) || joined && denied && orElse.MatchString(gap)
		reason = reason || named && !joined && because.MatchString(gap)
		firmness = max(firmness, firm(gap, after, end == 0))
		m := mention{names[labelIndex(sentence[at[0]:at[1]])], firmness}
		if asked || denied || reason && !heading.MatchString(after) {
			m.firmness = ignored
		}
		named = named || m.firmness > ignored
		out, end = append(out, m), at[1]
	}
	return out
}

// behind is what stands between label i and the next one, or the end.
func behind(sentence string, labels [][]int, i int) string {
	if i+1 < len(labels) {
		return sentence[labels[i][1]:labels[i+1][0]]
	}
	return sentence[labels[i][1]:]
}

// describing tells of each label whether it describes another word, alone or together with the labels that follow
// ("positive and negative aspects").
func describing(sentence string, labels [][]int) []bool {
	out := make([]bool, len(labels))
	for i := len(labels) - 1; i >= 0; i-- {
		after := behind(sentence, labels, i)
		if i+1 < len(labels) && andLabel.MatchString(after) {
			out[i] = out[i+1]
		} else {
			out[i] = word.MatchString(after) && !follower.MatchString(after)
		}
	}
	return out
}

// firm judges a label by the words between it and the label before, if any, and by those behind it.
func firm(gap, after string, isFirst bool) int {
	switch {
	case header.MatchString(gap), conclusion.MatchString(gap), atLast.MatchString(after):
		return verdict
	case isFirst && first.MatchString(gap), cue.MatchString(gap), noun.MatchString(after):
		return stated
	}
	return mentioned
}
