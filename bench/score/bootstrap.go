package score

import (
	"math/rand/v2"
	"slices"
)

// resamples is how often MacroF1Interval draws the answers anew.
const resamples = 2000

// MacroF1Interval is a 95 % percentile-bootstrap interval of [Confusion.MacroF1]
// (Efron, Annals of Statistics 7, 1979): as many answers are drawn, with
// replacement, as there are, 2000 times, and the 2.5th and 97.5th percentile of
// their scores are returned. Macro-F1 has no closed interval of its own.
//
// It says how far the score would move with other sentences of the same kind. Two
// models' answers to the same sentences are compared sentence by sentence
// instead, see [McNemar]. The same answers always give the same interval. It is
// [NaN, NaN] as long as there is no answer.
func (c *Confusion) MacroF1Interval() (lo, hi float64) {
	type cell struct{ row, column int }
	var answers []cell
	for i, row := range c.counts {
		for j, n := range row {
			answers = append(answers, slices.Repeat([]cell{{i, j}}, n)...)
		}
	}
	if len(answers) == 0 {
		return c.MacroF1(), c.MacroF1()
	}
	random := rand.New(rand.NewPCG(1, 0))
	scores := make([]float64, resamples)
	again := NewConfusion(c.labels)
	for i := range scores {
		for _, row := range again.counts {
			clear(row)
		}
		for range answers {
			drawn := answers[random.IntN(len(answers))]
			again.counts[drawn.row][drawn.column]++
		}
		scores[i] = again.MacroF1()
	}
	slices.Sort(scores)
	return scores[resamples*25/1000], scores[resamples*975/1000-1]
}
