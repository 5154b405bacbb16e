package main

import (
	"math/rand/v2"
	"strings"
)

// noise is how a sentence is damaged before it is learned, anew in each epoch. Templates repeat; without it a model knows
// their frames by heart and is too sure of itself on sentences from elsewhere, whose words it often does not know.
type noise struct {
	Clean float64 // share of sentences left as they are
	Drop  float64 // of the others: largest share of words left out
	Mask  float64 // and largest share replaced by as many random letters
}

// apply damages s. Both shares are drawn from 0 up to the largest. A sentence that would be empty is left as it is.
func (n noise) apply(r *rand.Rand, s string) string {
	if r.Float64() < n.Clean {
		return s
	}
	drop, mask := n.Drop*r.Float64(), n.Mask*r.Float64()
	var out []string
	for _, w := range strings.Fields(s) {
		switch x := r.Float64(); {
		case x < drop:
			continue
		case x < drop+mask:
			w = letters(r, len(w))
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return s
	}
	return strings.Join(out, " ")
}

func letters(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}
