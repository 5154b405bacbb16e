package main

import (
	"math"
	"slices"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
)

const (
	oddsSmoothing = 4   // sentences of each label that every token is taken to have been in beside those that it was in
	oddsScale     = 0.1 // of the numbers in the embedding, for each nat
)

// odds writes into the first three numbers of each token's embedding how much more often than others it stands in
// sentences of each label, which is what naive Bayes goes by: the logarithm of the share of sentences, less its mean over
// the labels. The model would learn that by itself, a rare word at a time, and has more time so for what words do to one
// another.
func (t *trainer) odds() {
	embed := t.model.Tensors[0].Data
	in := make([][]float64, t.Shape.Vocab)
	for i := range in {
		in[i] = make([]float64, len(labels))
	}
	for _, s := range t.sentences {
		seen := map[int]bool{}
		for _, id := range t.tokens.Encode(" " + s.Text) {
			if !seen[id] {
				seen[id] = true
				in[id][slices.Index(labels, s.Label)]++
			}
		}
	}
	for id, counts := range in {
		if id <= bpe.EOS {
			continue
		}
		mean := 0.0
		for i, n := range counts {
			counts[i] = math.Log(n + oddsSmoothing)
			mean += counts[i] / float64(len(counts))
		}
		for i, l := range counts {
			embed[id*t.Shape.Hidden+i] = float32(oddsScale * (l - mean))
		}
	}
}
