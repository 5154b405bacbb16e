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
	copyEvery     = 10 // steps of words
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
		// The first of the second time could be any.
		for _, t := range e.tokens[2:] {
			e.targets = append(e.targets, nn.Target{Token: t, Weight: 1.0 / (copyLength - 1)})
		}
		e.tokens = append(e.tokens, e.tokens[1:copyLength]...)
		out[i] = e
	}
	return out
}
