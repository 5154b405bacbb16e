package gate

import (
	"fmt"

	"github.com/joulebench/joulebench/bench/journal"
)

// Recorded is what a journal holds of a pair.
type Recorded struct {
	Set, Prompt, Digest string   // of the first pass
	Answers             []Answer // of the first pass, without texts
	Runs                []string // of all passes in their order: the invocation that made each
	Unsteady            int      // sentences that a later pass answered otherwise
}

// FromJournal takes the first pass of p from the records of a journal. One
// answer a sentence counts, however many passes there are; the later ones only
// show whether the answers are steady.
func FromJournal(records []journal.Record, p Pair) (*Recorded, error) {
	r := recorder{pair: p}
	for _, rec := range records {
		if (Pair{rec.Suite, rec.Model, rec.Precision}) == p {
			if err := r.add(rec.Outcome()); err != nil {
				return nil, err
			}
		}
	}
	return r.recorded()
}

// recorder collects what a journal holds of a pair, line by line.
type recorder struct {
	pair Pair
	size int // sentences of a whole pass; 0 where that is not known, and the first pass counts as it is

	first    pass
	passes   []pass
	answers  map[pass]*int // how many of each pass
	last     pass          // of the line before
	n        *int          // its answers
	r        Recorded
	given    map[string]string // by the first pass, by sentence
	unsteady map[string]bool
}

type pass struct {
	run string
	n   int
}

func (c *recorder) add(rec journal.Outcome) error {
	if c.answers == nil {
		c.answers, c.given, c.unsteady = map[pass]*int{}, map[string]string{}, map[string]bool{}
		c.r.Set, c.r.Prompt, c.r.Digest = rec.Set, rec.Prompt, rec.Digest
	}
	if r := c.r; rec.Set != r.Set || rec.Prompt != r.Prompt || rec.Digest != r.Digest {
		return fmt.Errorf("gate: journal of %s mixes set %q, prompt %q, weights %q with set %q, prompt %q, weights %q: one journal a results file",
			c.pair, r.Set, r.Prompt, r.Digest, rec.Set, rec.Prompt, rec.Digest)
	}
	this := pass{rec.Run, rec.Pass}
	if this != c.last {
		c.last, c.n = this, c.answers[this]
	}
	if c.n == nil {
		c.n = new(int)
		c.answers[this] = c.n
		c.passes = append(c.passes, this)
		if len(c.passes) == 1 || len(c.r.Answers) < c.size {
			// What came before broke off.
			c.first, c.r.Answers = this, nil
			clear(c.given)
			clear(c.unsteady)
		}
	}
	*c.n++
	if this == c.first {
		c.r.Answers = append(c.r.Answers, Answer{ID: rec.ID, Want: rec.Want, Got: rec.Got})
		c.given[rec.ID] = rec.Got
	} else if got, ok := c.given[rec.ID]; ok && got != rec.Got {
		c.unsteady[rec.ID] = true
	}
	return nil
}

func (c *recorder) recorded() (*Recorded, error) {
	if c.r.Answers == nil {
		return nil, fmt.Errorf("gate: the journal has no answers of %s: is it of another run?", c.pair)
	}
	for _, p := range c.passes {
		if *c.answers[p] >= c.size {
			c.r.Runs = append(c.r.Runs, p.run)
		}
	}
	c.r.Unsteady = len(c.unsteady)
	return &c.r, nil
}
