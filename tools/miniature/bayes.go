package main

import (
	"math"
	"strings"
	"unicode"
)

// bayes is multinomial naive Bayes over words and pairs of words, add-one smoothed, with every digit a 0 and all labels as
// probable: the baseline that any model of sentences should be held against, and the miniatures' teacher.
type bayes struct {
	labels []string
	counts map[string][]float64 // of a word or pair, for each label
	total  []float64            // of all, for each label
}

func newBayes(labels []string) *bayes {
	return &bayes{labels: labels, counts: map[string][]float64{}, total: make([]float64, len(labels))}
}

func (b *bayes) learn(text, label string) {
	for i, l := range b.labels {
		if l != label {
			continue
		}
		eachFeature(strings.Fields(text), func(_ int, f string) {
			if b.counts[f] == nil {
				b.counts[f] = make([]float64, len(b.labels))
			}
			b.counts[f][i]++
			b.total[i]++
		})
	}
}

// evidence is what each word, with the pair that it ends, adds to the logarithm of each label's probability, less the mean
// over the labels. What was never learned says nothing.
func (b *bayes) evidence(words []string) [][]float64 {
	out := make([][]float64, len(words))
	for i := range out {
		out[i] = make([]float64, len(b.labels))
	}
	eachFeature(words, func(word int, f string) {
		n := b.counts[f]
		if n == nil {
			return
		}
		mean, logs := 0.0, make([]float64, len(n))
		for i := range n {
			logs[i] = math.Log((n[i] + 1) / (b.total[i] + float64(len(b.counts))))
			mean += logs[i] / float64(len(n))
		}
		for i := range n {
			out[word][i] += logs[i] - mean
		}
	})
	return out
}

// logs are the logarithms of the labels' probabilities, but for a constant.
func (b *bayes) logs(text string) []float64 {
	sum := make([]float64, len(b.labels))
	for _, e := range b.evidence(strings.Fields(text)) {
		for i, x := range e {
			sum[i] += x
		}
	}
	return sum
}

// label is the most probable one.
func (b *bayes) label(text string) string { return b.labels[largest(b.logs(text))] }

// softmax turns logarithms into probabilities, the more alike the higher the temperature.
func softmax(logs []float64, temperature float64) []float64 {
	top, sum, p := logs[largest(logs)], 0.0, make([]float64, len(logs))
	for i, x := range logs {
		p[i] = math.Exp((x - top) / temperature)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func largest(x []float64) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}

// eachFeature calls f with the features of a text and which of its words each is of: runs of letters, digits, % and ', in
// lower case, and every two of them in a row, of which the second counts.
func eachFeature(words []string, f func(word int, feature string)) {
	before := ""
	for i, w := range words {
		for _, part := range strings.FieldsFunc(strings.Map(fold, w), func(r rune) bool { return r == ' ' }) {
			f(i, part)
			if before != "" {
				f(i, before+" "+part)
			}
			before = part
		}
	}
}

// fold makes all digits 0, letters small and anything that is part of no word a space.
func fold(r rune) rune {
	switch {
	case unicode.IsNumber(r):
		return '0'
	case unicode.IsLetter(r):
		return unicode.ToLower(r)
	case r == '%' || r == '\'':
		return r
	}
	return ' '
}
