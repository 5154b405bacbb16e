package main

import (
	"slices"
	"strings"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// example is a sequence of tokens, some of which are asked for what comes next.
type example struct {
	tokens  []int
	asked   []int         // indices of tokens, ascending
	targets [][]nn.Target // for each of them
	hints   []nn.Hint     // whose Sequence is 0
}

// taught asks for the label of a text, which is what the teacher thinks where it has none, and for what the teacher thinks
// of some of the text's beginnings: cheap, since the layers below the last have computed all rows anyhow. It hints at what
// each word says by itself. Words become tokens one by one, so that it is known where each ends; a full stop and the line
// end behind it are then two tokens, which the suite's prompt joins, see asked.
func (t *trainer) taught(s text.Sentence) example {
	prompt := t.ask.label.Render(s.Text)
	before, _, _ := strings.Cut(prompt, " "+s.Text)
	e := example{tokens: append([]int{bpe.BOS}, t.tokens.Encode(before)...)}
	words := strings.Fields(s.Text)
	logs := make([]float64, len(labels))
	for i, says := range t.teacher.evidence(words) {
		if i > 0 && t.random.Float64() < asides/float64(len(words)) {
			e.ask(asideWeight, t.opinion(logs)...)
		}
		e.tokens = append(e.tokens, t.tokens.Encode(" "+words[i])...)
		hint := nn.Hint{Token: len(e.tokens) - 1, Weight: hintWeight}
		for l, x := range says {
			logs[l] += x
			hint.Values = append(hint.Values, float32(oddsScale*x))
		}
		e.hints = append(e.hints, hint)
	}
	e.tokens = append(e.tokens, t.tokens.Encode(strings.TrimPrefix(prompt, before+" "+s.Text))...)
	label, answer := t.answer(s, logs)
	e.ask(1, answer...)
	if t.random.Float64() < endShare {
		e.tokens = append(e.tokens, label)
		e.end()
	}
	return e
}

// asked asks for the label of a text, as taught does, and for the end behind it, in the very tokens of the suite's prompt.
// Some texts are made longer than those of the templates, so that these do not throw the model off.
func (t *trainer) asked(s text.Sentence) example {
	if t.random.Float64() < longShare {
		s = t.lengthened(s)
	}
	e := example{tokens: append([]int{bpe.BOS}, t.tokens.Encode(t.ask.label.Render(s.Text))...)}
	label, answer := t.answer(s, t.teacher.logs(s.Text))
	e.ask(1, answer...)
	e.tokens = append(e.tokens, label)
	e.ask(1, nn.Target{Token: bpe.EOS, Weight: 1})
	return e
}

// answer is the label's token and what to say: that, or where s has no label, what the teacher thinks.
func (t *trainer) answer(s text.Sentence, logs []float64) (label int, say []nn.Target) {
	if s.Label == "" {
		return t.labels[largest(logs)], t.opinion(logs)
	}
	label = t.labels[slices.Index(labels, s.Label)]
	return label, []nn.Target{{Token: label, Weight: 1}}
}

// opinion is how probable each label is.
func (t *trainer) opinion(logs []float64) []nn.Target {
	var out []nn.Target
	for i, p := range softmax(logs, temperature) {
		out = append(out, nn.Target{Token: t.labels[i], Weight: float32(p)})
	}
	return out
}

// reasoned asks for the label and the words that decide it. These stay as they are, or they could not be quoted.
func (t *trainer) reasoned(s text.Sentence) example {
	before, after, _ := strings.Cut(s.Text, s.Reason)
	whole := t.Noise.apply(t.random, before) + s.Reason + t.Noise.apply(t.random, after)
	e := example{tokens: append([]int{bpe.BOS}, t.tokens.Encode(t.ask.reason.Render(whole))...)}
	e.say(1, t.tokens.Encode(" "+s.Label)...)
	e.say(endWeight, t.tokens.Encode(":")...)
	e.say(reasonWeight, t.tokens.Encode(" "+s.Reason)...)
	e.end()
	return e
}

// ask asks the last token.
func (e *example) ask(weight float32, targets ...nn.Target) {
	for i := range targets {
		targets[i].Weight *= weight
	}
	e.asked = append(e.asked, len(e.tokens)-1)
	e.targets = append(e.targets, targets)
}

// say asks for the tokens one by one.
func (e *example) say(weight float32, tokens ...int) {
	for _, t := range tokens {
		e.ask(weight, nn.Target{Token: t, Weight: 1})
		e.tokens = append(e.tokens, t)
	}
}

// end asks for EOS, behind which nothing is read.
func (e *example) end() { e.ask(endWeight, nn.Target{Token: bpe.EOS, Weight: 1}) }

// batchOf lets the examples share what they all begin with, but for what is asked or hinted.
func batchOf(examples []example) (nn.Batch, [][]nn.Target, []nn.Hint) {
	prefix := commonPrefix(examples)
	b := nn.Batch{Prefix: examples[0].tokens[:prefix]}
	var targets [][]nn.Target
	var hints []nn.Hint
	for i, e := range examples {
		b.Rest = append(b.Rest, e.tokens[prefix:])
		asked := make([]int, len(e.asked))
		for j, at := range e.asked {
			asked[j] = at - prefix
		}
		b.Asked = append(b.Asked, asked)
		targets = append(targets, e.targets...)
		for _, h := range e.hints {
			h.Sequence, h.Token = i, h.Token-prefix
			hints = append(hints, h)
		}
	}
	return b, targets, hints
}

func commonPrefix(examples []example) int {
	first := examples[0].tokens
	n := len(first)
	for _, e := range examples {
		n = min(n, e.asked[0])
		if len(e.hints) > 0 {
			n = min(n, e.hints[0].Token)
		}
		for i := range n {
			if e.tokens[i] != first[i] {
				n = i
				break
			}
		}
	}
	return n
}
