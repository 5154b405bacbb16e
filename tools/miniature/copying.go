package main

import (
	"math/rand/v2"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// What the first steps are made of.
const (
	copyLength    = 24 // tokens, which then come once more
	copySequences = 32 // a step
	copyEvery     = 16 // steps of sentences comes one of copying, lest the model forget
)

// copying is a batch of random tokens that come twice. From it a model of two layers or more learns, all of a sudden, to
// go on from where a token stood before (the induction heads of Olsson et al., arXiv 2209.11895), which is what quoting
// takes. Sentences alone do not teach it in the time that they train here.
func copying(random *rand.Rand, vocab int) []example {
	out := make([]example, copySequences)
	for i := range out {
		e := example{tokens: []int{bpe.BOS}}
		for range copyLength {
			e.tokens = append(e.tokens, bpe.EOS+1+random.IntN(vocab-bpe.EOS-1))
		}
		for i, next := range e.tokens[1:] {
			if i > 0 { // the first of the second time could be any
				e.ask(1.0/(copyLength-1), nn.Target{Token: next, Weight: 1})
			}
			e.tokens = append(e.tokens, next)
		}
		e.tokens = e.tokens[:len(e.tokens)-1]
		out[i] = e
	}
	return out
}
