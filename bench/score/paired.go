package score

import "fmt"

// Paired counts the answers of two runs, an old and a new one, to the same
// sentences: for each right label how often which old answer became which new
// one. Unparsed is an answer like any other, and never right.
type Paired struct {
	labels []string // sorted
	cells  [][]cell // by right label
}

// cell counts the sentences of one right label with one old and one new answer,
// positions among the labels or, for Unparsed, their number.
type cell struct{ old, new, count int }

// NewPaired returns an empty count for labels, which are treated as by
// [NewConfusion].
func NewPaired(labels []string) *Paired {
	p := &Paired{labels: NewConfusion(labels).labels}
	answers := len(p.labels) + 1
	for range p.labels {
		row := make([]cell, 0, answers*answers)
		for i := range answers {
			for j := range answers {
				row = append(row, cell{old: i, new: j})
			}
		}
		p.cells = append(p.cells, row)
	}
	return p
}

// Add counts one sentence. It is an error if want is not one of the labels, or
// an answer neither one of them nor Unparsed; nothing is counted then.
func (p *Paired) Add(want, old, new string) error {
	row, i, err := locate(p.labels, want, old)
	if err != nil {
		return fmt.Errorf("%w (old answers)", err)
	}
	_, j, err := locate(p.labels, want, new)
	if err != nil {
		return fmt.Errorf("%w (new answers)", err)
	}
	p.cells[row][i*(len(p.labels)+1)+j].count++
	return nil
}

// Total is the number of sentences.
func (p *Paired) Total() int { return p.Drift().Sentences }

// Drift is how the answers moved.
func (p *Paired) Drift() (d Drift) {
	for want, row := range p.cells {
		d.addRow(want, row)
	}
	return d
}

// addRow counts the sentences of one right label.
func (d *Drift) addRow(want int, row []cell) {
	for _, k := range row {
		d.Sentences += k.count
		switch {
		case k.old == k.new:
		case k.old == want:
			d.Broke += k.count
		case k.new == want:
			d.Fixed += k.count
		default:
			d.Other += k.count
		}
	}
}

// Old are the old answers alone.
func (p *Paired) Old() *Confusion { return p.side(func(k cell) int { return k.old }) }

// New are the new answers alone.
func (p *Paired) New() *Confusion { return p.side(func(k cell) int { return k.new }) }

func (p *Paired) side(answer func(cell) int) *Confusion {
	c := NewConfusion(p.labels)
	for want, row := range p.cells {
		for _, k := range row {
			c.counts[want][answer(k)] += k.count
		}
	}
	return c
}
