// Package score turns answers into figures: a confusion matrix with accuracy
// and macro-averaged precision, recall and F1, and the exact McNemar test for
// two lots of answers to the same sentences.
//
// It offers no choice of averages. Answers without a label are counted, never
// dropped, since dropping them flatters a model that says nothing.
package score

import (
	"fmt"
	"math"
	"slices"
)

// Unparsed stands for an answer in which no label was found. It is reserved:
// no label can have this name.
const Unparsed = "unparsed"

// Confusion counts answers by the label that was right (rows) and the label
// that was given or Unparsed (columns).
//
// The scores follow the usual definitions, for a label with tp right answers,
// fp answers that gave it wrongly, and fn answers that should have given it:
// precision tp/(tp+fp), recall tp/(tp+fn), F1 2tp/(2tp+fp+fn). An unparsed
// answer is an fn of the right label and nobody's fp. Where a quotient is 0/0,
// its value is 0, as in scikit-learn's zero_division=0.
//
// Macro scores are unweighted means over labels. Macro-F1 is the mean of the
// labels' F1 and not the F1 of the mean precision and recall, which can be far
// higher (Opitz and Burst, "Macro F1 and Macro F1", 2019, arXiv:1911.03347).
// A label that was neither right nor given anywhere is left out of the means,
// as scikit-learn does by default: a sample without it says nothing about it,
// and perfect answers score 1. A label that is right nowhere and was given
// counts with 0. Unlike there, Unparsed is no class of its own.
//
// All scores lie in 0–1, and are NaN as long as there is no answer.
type Confusion struct {
	labels []string
	counts [][]int // [want][got], with Unparsed as the last column
}

// NewConfusion returns an empty matrix for labels. Their order does not
// matter; repeated ones count once.
func NewConfusion(labels []string) *Confusion {
	c := &Confusion{labels: slices.Clone(labels)}
	slices.Sort(c.labels)
	c.labels = slices.Compact(c.labels)
	c.labels = slices.DeleteFunc(c.labels, func(l string) bool { return l == Unparsed })
	c.counts = make([][]int, len(c.labels))
	for i := range c.counts {
		c.counts[i] = make([]int, len(c.labels)+1)
	}
	return c
}

// Add counts one answer. It is an error if want is not one of the labels, or
// got neither one of them nor Unparsed; nothing is counted then.
func (c *Confusion) Add(want, got string) error {
	row, column := slices.Index(c.labels, want), slices.Index(c.labels, got)
	if got == Unparsed {
		column = len(c.labels)
	}
	if row < 0 {
		return fmt.Errorf("score: right answer %q is not one of the labels %q", want, c.labels)
	}
	if column < 0 {
		return fmt.Errorf("score: answer %q is neither one of the labels %q nor %q", got, c.labels, Unparsed)
	}
	c.counts[row][column]++
	return nil
}

// Total is the number of answers.
func (c *Confusion) Total() int {
	total := 0
	for _, row := range c.counts {
		for _, n := range row {
			total += n
		}
	}
	return total
}

// Accuracy is the share of answers that are right. An unparsed one is wrong.
func (c *Confusion) Accuracy() float64 {
	right := 0
	for i, row := range c.counts {
		right += row[i]
	}
	return float64(right) / float64(c.Total())
}

// Unparsed is the share of answers in which no label was found.
func (c *Confusion) Unparsed() float64 {
	unparsed := 0
	for _, row := range c.counts {
		unparsed += row[len(c.labels)]
	}
	return float64(unparsed) / float64(c.Total())
}

// MacroPrecision is the mean of the labels' precision.
func (c *Confusion) MacroPrecision() float64 {
	return c.macro(func(tp, fp, fn int) float64 { return quotient(tp, tp+fp) })
}

// MacroRecall is the mean of the labels' recall.
func (c *Confusion) MacroRecall() float64 {
	return c.macro(func(tp, fp, fn int) float64 { return quotient(tp, tp+fn) })
}

// MacroF1 is the mean of the labels' F1.
func (c *Confusion) MacroF1() float64 {
	return c.macro(func(tp, fp, fn int) float64 { return quotient(2*tp, 2*tp+fp+fn) })
}

// macro is the mean of one score over the labels that occur.
func (c *Confusion) macro(score func(tp, fp, fn int) float64) float64 {
	sum, n := 0.0, 0
	for i := range c.labels {
		tp, fp, fn := c.counts[i][i], 0, 0
		for j, row := range c.counts {
			if j != i {
				fp += row[i]
			}
		}
		for j, count := range c.counts[i] {
			if j != i {
				fn += count
			}
		}
		if tp+fp+fn > 0 {
			sum += score(tp, fp, fn)
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

func quotient(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
