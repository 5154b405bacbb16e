package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
)

// bayes is multinomial naive Bayes over words and pairs of words, add-one smoothed, with every digit a 0: the baseline
// that any model of sentences should be held against.
type bayes struct {
	labels []string // in order of first appearance
	counts []map[string]int
	total  []int
	prior  []int
	vocab  map[string]bool
}

func newBayes() *bayes { return &bayes{vocab: map[string]bool{}} }

func (b *bayes) learn(text, label string) {
	i := 0
	for i < len(b.labels) && b.labels[i] != label {
		i++
	}
	if i == len(b.labels) {
		b.labels = append(b.labels, label)
		b.counts = append(b.counts, map[string]int{})
		b.total = append(b.total, 0)
		b.prior = append(b.prior, 0)
	}
	b.prior[i]++
	for _, f := range features(text) {
		b.counts[i][f]++
		b.total[i]++
		b.vocab[f] = true
	}
}

// label is the most probable one.
func (b *bayes) label(text string) string {
	p := b.posterior(text)
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return b.labels[best]
}

// posterior is the probability of each label; what was never seen says nothing.
func (b *bayes) posterior(text string) []float64 {
	fs := features(text)
	p := make([]float64, len(b.labels))
	for i := range b.labels {
		p[i] = math.Log(float64(b.prior[i]))
		for _, f := range fs {
			if b.vocab[f] {
				p[i] += math.Log(float64(b.counts[i][f]+1) / float64(b.total[i]+len(b.vocab)))
			}
		}
	}
	most, sum := slices.Max(p), 0.0
	for i := range p {
		p[i] = math.Exp(p[i] - most)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// draw is a label drawn with its probability.
func (b *bayes) draw(r *rand.Rand, text string) string {
	x := r.Float64()
	p := b.posterior(text)
	for i := range p[1:] {
		if x -= p[i]; x < 0 {
			return b.labels[i]
		}
	}
	return b.labels[len(p)-1]
}

func features(text string) []string {
	zero := func(r rune) rune {
		if unicode.IsNumber(r) {
			return '0'
		}
		return r
	}
	words := strings.FieldsFunc(strings.Map(zero, strings.ToLower(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '0' && r != '%' && r != '\''
	})
	out := words
	for i := 1; i < len(words); i++ {
		out = append(out, words[i-1]+" "+words[i])
	}
	return out
}
