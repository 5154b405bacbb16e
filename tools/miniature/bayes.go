package main

import (
	"math"
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

// label is the most probable one; what was never seen says nothing.
func (b *bayes) label(text string) string {
	best, most := "", math.Inf(-1)
	fs := features(text)
	for i, label := range b.labels {
		p := math.Log(float64(b.prior[i]))
		for _, f := range fs {
			if b.vocab[f] {
				p += math.Log(float64(b.counts[i][f]+1) / float64(b.total[i]+len(b.vocab)))
			}
		}
		if p > most {
			best, most = label, p
		}
	}
	return best
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
