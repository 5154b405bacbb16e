package score

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// draws is how often Interval draws the answers anew.
const draws = 10_000

// MacroF1Interval is the [Confusion.Interval] of [Confusion.MacroF1], which has
// no closed interval of its own, with seed 1.
func (c *Confusion) MacroF1Interval() (lo, hi float64) {
	return c.Interval((*Confusion).MacroF1, 1)
}

// Interval is a 95 % percentile-bootstrap interval of a score (Efron, Annals of
// Statistics 7, 1979), such as (*Confusion).WeightedF1: the answers are drawn
// anew 10,000 times and the 2.5th and 97.5th percentile of their scores are
// returned. The draw is stratified (Bickel and Freedman, Annals of Statistics
// 12, 1984): each label keeps its number of sentences, and for each as many
// answers are drawn, with replacement, as it has. score must not keep the
// matrix that it is given.
//
// It says how far the score would move with other sentences of the same kind
// and mixture. Two models' answers to the same sentences are compared sentence
// by sentence instead, see [McNemar] and [Paired]. Labels whose answers are all alike do not
// move at all: of few sentences the interval is too narrow.
//
// The same answers, score and seed give the same interval on every machine. It
// is [NaN, NaN] as long as there is no answer.
func (c *Confusion) Interval(score func(*Confusion) float64, seed uint64) (lo, hi float64) {
	random := rand.NewPCG(seed, 0)
	scores := make([]float64, draws)
	again := NewConfusion(c.labels)
	for i := range scores {
		for j, row := range c.counts {
			multinomial(random, again.counts[j], row)
		}
		scores[i] = score(again)
	}
	slices.Sort(scores)
	return scores[draws*25/1000], scores[draws*975/1000-1]
}

// multinomial draws as many answers as there are in counts, with replacement,
// and counts them in drawn: cell by cell, each binomial in what is left.
func multinomial(random *rand.PCG, drawn, counts []int) {
	n := 0
	for _, k := range counts {
		n += k
	}
	left := n // of n, to be drawn
	for j, k := range counts {
		drawn[j] = binomial(random, left, k, n)
		left -= drawn[j]
		n -= k
	}
}

// binomial draws how many of n events happen that have the probability k/m each,
// exactly: no number is rounded.
//
// Each event compares a random number's binary digits with those of k/m, from
// the first one on, until one differs. Who has a 0 where k/m has a 1 is below
// it and happens, who has a 1 where k/m has a 0 does not, and the others, half
// of them, go on (the digits as in Farach-Colton and Tsai, "Exact sublinear
// binomial sampling", Algorithmica 73, 2015). How many random digits are 1 is
// counted in words of 64: about n/32 words for all n events.
func binomial(random *rand.PCG, n, k, m int) int {
	if k == m {
		return n
	}
	happened := 0
	for n > 0 && k > 0 {
		ones := 0
		for rest := n; rest > 0; rest -= 64 {
			ones += bits.OnesCount64(random.Uint64() >> max(64-rest, 0))
		}
		if k *= 2; k < m {
			n -= ones
		} else {
			k -= m
			happened += n - ones
			n = ones
		}
	}
	return happened
}
