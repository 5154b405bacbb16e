// Package score turns answers into figures: a confusion matrix with precision,
// recall and F1 of each label and their means, accuracy and Matthews
// correlation, with intervals; for two lots of answers to the same sentences
// the exact McNemar test and the change of macro-F1 with its interval; and the
// calibration of label probabilities.
//
// Answers without a label count as wrong. Dropping them flatters a model that
// says nothing: [Confusion.Handle] shows by how much.
//
// Where functions take probabilities, those of one sentence's labels lie in 0–1
// and sum to 1, and its right label is the position among them. Sentences that
// have none are left out by the caller.
package score

import (
	"fmt"
	"slices"
)

// Unparsed stands for an answer in which no label was found. It is reserved:
// no label can have this name.
const Unparsed = "unparsed"

// Confusion counts answers by the label that was right (rows) and the label
// that was given or Unparsed (columns).
//
// An unparsed answer is a miss of the right label and nobody's false alarm; it
// is no label of its own. Precision, recall and F1 are defined by [Class]. All
// that the matrix scores is NaN as long as there is no answer.
type Confusion struct {
	labels []string // sorted
	counts [][]int  // [want][got], with Unparsed as the last column
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
	row, column, err := locate(c.labels, want, got)
	if err != nil {
		return err
	}
	c.counts[row][column]++
	return nil
}

// locate is where an answer is counted, given sorted labels.
func locate(labels []string, want, got string) (row, column int, err error) {
	row, column = slices.Index(labels, want), slices.Index(labels, got)
	if got == Unparsed {
		column = len(labels)
	}
	if row < 0 {
		return 0, 0, fmt.Errorf("score: right answer %q is not one of the labels %q", want, labels)
	}
	if column < 0 {
		return 0, 0, fmt.Errorf("score: answer %q is neither one of the labels %q nor %q", got, labels, Unparsed)
	}
	return row, column, nil
}

// Labels are the labels in order, without Unparsed.
func (c *Confusion) Labels() []string { return slices.Clone(c.labels) }

// Count is how many sentences with the right label want were answered with the
// label got or Unparsed; 0 for what is no label.
func (c *Confusion) Count(want, got string) int {
	row, column, err := locate(c.labels, want, got)
	if err != nil {
		return 0
	}
	return c.counts[row][column]
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

// Handling says how answers without a label enter the scores.
type Handling string

const (
	Wrong Handling = "wrong" // each is a miss of the right label
	Drop  Handling = "drop"  // its sentence is left out, as if it had not been asked
)

// Handle returns the matrix whose scores follow h: c itself for Wrong, a copy
// without unparsed answers for Drop. Dropping hides two things: the sentences
// that a model could not answer, often the hard ones, and, where no answer to
// a label's sentences was parsed and none gave it, that label in macro means.
// If nothing was parsed, the scores that are left are NaN.
func (c *Confusion) Handle(h Handling) (*Confusion, error) {
	switch h {
	case Wrong:
		return c, nil
	case Drop:
		dropped := NewConfusion(c.labels)
		for i, row := range c.counts {
			copy(dropped.counts[i], row[:len(c.labels)])
		}
		return dropped, nil
	}
	return nil, fmt.Errorf("score: unparsed answers handled as %q: want %q or %q", h, Wrong, Drop)
}
