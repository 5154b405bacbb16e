package classify

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ollama/ollama/api"
)

const (
	// unresolved is the most that may remain unknown: mass of which it cannot be told to which of several labels it
	// belongs, as a share of the mass of all labels.
	unresolved = 1e-3
	// resolution is what a sum of the server's probabilities may be off by: it computes them in float32.
	resolution = 1e-6
)

// Probabilities gives the probability of each label, in the order of the prompt's labels and with a sum of 1, from the
// tokens of a reply and the alternatives to them (logprobs and top_logprobs of a request to Ollama: the softmax before
// any penalty or grammar, of at most 20 tokens a position). A reply that does not begin with a label has none: false.
//
// At each token of the reply, until those before it leave one label only, the text so far with each alternative in the
// token's place is held against the labels. What stands before the first letter or digit is dropped (space, quotes, a
// bullet), case and markup do not matter. An alternative stands for a label that the text then begins, is, or goes on
// behind with what makes no longer word of it; a label that only begins a longer one does not count where the text
// has reached the longer one. Its mass is its probability times those of the tokens before it (the chain rule).
//
//   - Standing for one label ("pos", "Positive" and " positive."), its mass is that label's.
//   - Standing for several ("ne"), the next token tells, if the reply goes on with it. If it does not, the mass is
//     unknown: more than 1e-3 of the mass of all labels makes the answer false, less is left out.
//   - Standing for all because it says nothing yet ("**"), it is left out if the reply does not go on with it: the
//     labels are taken to be as likely behind it as they are without.
//   - Standing for none, it is left out.
//
// A label that no alternative stands for is given the most that one could have without being listed: at each token
// where the label was still possible, the probability of the least likely alternative, or what all of them leave of 1
// if that is less. So none is 0, short of underflow, and the divergence between two models is finite.
//
// Under a format the first token is a quote that the model may not have thought of at all. What it would have said
// instead is among the alternatives and counts, so these are the probabilities without the format: the reply may be
// another label.
//
// Of two labels of which one begins the other ("positive", "positive outlook"), the shorter is known only from a reply
// that goes on behind it, as a constrained one does with its quote: Ollama gives no logprob of the end of a reply. Nor
// does it give the bytes of half a letter: a label needs a token that holds its first letter.
func (p *Prompt) Probabilities(tokens []api.Logprob) ([]float64, bool) {
	w := walk{mass: make([]float64, len(p.labels)), most: make([]float64, len(p.labels))}
	for _, l := range p.labels {
		w.labels = append(w.labels, fold(l))
	}
	before, path := "", 1.0 // the reply so far and its probability
	for i, t := range tokens {
		if !w.add(before, path, t) {
			return nil, false
		}
		path *= math.Exp(t.Logprob)
		before += t.Token
		switch stands, _ := w.standsFor(before); len(stands) {
		case 0:
			return nil, false
		case 1:
			for _, t := range tokens[i+1:] {
				before += t.Token
			}
			if match(fold(before), w.labels[stands[0]]) != reached {
				return nil, false // the reply has gone on to something else, or ends too soon
			}
			return w.normalised()
		}
	}
	return nil, false
}

// walk is what the tokens of a reply have told up to now.
type walk struct {
	labels []string  // folded
	mass   []float64 // of each label
	most   []float64 // that each label can have without being listed
	shared float64   // mass of several labels that will not be told apart
}

// add takes in the alternatives to a token behind a text of that probability. It refuses what is no list of
// probabilities.
func (w *walk) add(before string, path float64, t api.Logprob) bool {
	listed := t.TopLogprobs
	generated := slices.IndexFunc(listed, func(a api.TokenLogprob) bool { return a.Token == t.Token })
	if generated < 0 { // a grammar may demand a token that is not among the likeliest
		generated = len(listed)
		listed = append(slices.Clip(listed), t.TokenLogprob)
	}
	least, rest := 1.0, 1.0
	for i, a := range listed {
		if !(a.Logprob <= 0 && t.Logprob <= 0) {
			return false
		}
		mass := math.Exp(a.Logprob)
		rest -= mass
		if i < len(t.TopLogprobs) {
			least = min(least, mass)
		}
		switch stands, empty := w.standsFor(before + a.Token); {
		case len(stands) == 1:
			w.mass[stands[0]] += path * mass
		case len(stands) > 1 && !empty && i != generated:
			w.shared += path * mass
		}
	}
	possible, _ := w.standsFor(before)
	for _, l := range possible {
		w.most[l] += path * min(least, max(rest, resolution))
	}
	return len(t.TopLogprobs) > 0
}

// standsFor lists the labels that a text may be the beginning of, and tells whether it is so empty that any may follow.
func (w *walk) standsFor(text string) (labels []int, empty bool) {
	text, longest, empty := fold(text), 0, true
	for i, l := range w.labels {
		m := match(text, l)
		if m == reached {
			longest = max(longest, len(l))
		}
		if m != other {
			labels = append(labels, i)
		}
		empty = empty && m == nothing
	}
	return slices.DeleteFunc(labels, func(i int) bool {
		return len(w.labels[i]) < longest && match(text, w.labels[i]) == reached
	}), empty
}

// normalised makes the masses sum to 1, if enough is known.
func (w *walk) normalised() ([]float64, bool) {
	sum := 0.0
	for _, m := range w.mass {
		sum += m
	}
	if w.shared > unresolved*sum {
		return nil, false
	}
	for i, m := range w.mass {
		if m == 0 {
			w.mass[i] = w.most[i]
			sum += w.most[i]
		}
	}
	if sum == 0 {
		return nil, false
	}
	for i := range w.mass {
		w.mass[i] /= sum
	}
	return w.mass, true
}

const (
	other   = iota // the text says something else
	nothing        // it has no letter or digit yet
	part           // it is the beginning of the label
	reached        // it is the label, or goes on behind it
)

// match tells how a folded text that may begin with space, quotes or a bullet compares with a label.
func match(text, label string) int {
	for {
		switch {
		case text == "":
			return nothing
		case strings.HasPrefix(text, label) && label != "" && !restOfWord.MatchString(text[len(label):]):
			return reached
		case strings.HasPrefix(label, text):
			return part
		}
		r, size := utf8.DecodeRuneInString(text)
		if unicode.In(r, unicode.L, unicode.M, unicode.N) {
			return other
		}
		text = text[size:]
	}
}
