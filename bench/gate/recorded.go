package gate

import (
	"fmt"

	"github.com/joulebench/joulebench/bench/journal"
)

// Recorded is what a journal holds of a pair.
type Recorded struct {
	Set, Prompt, Digest string   // of the first pass
	Answers             []Answer // of the first pass, without texts
	Passes              int      // of all runs
	Unsteady            int      // sentences that a later pass answered otherwise
}

// FromJournal takes the first pass of p from the records of a journal. One
// answer a sentence counts, however many passes there are; the later ones only
// show whether the answers are steady.
func FromJournal(records []journal.Record, p Pair) (*Recorded, error) {
	type pass struct {
		run string
		n   int
	}
	var first pass
	r := &Recorded{}
	passes := map[pass]bool{}
	answer := map[string]string{}
	unsteady := map[string]bool{}
	for _, rec := range records {
		if (Pair{rec.Suite, rec.Model, rec.Precision}) != p {
			continue
		}
		this := pass{rec.Run, rec.Pass}
		if len(passes) == 0 {
			first = this
			r.Set, r.Prompt, r.Digest = rec.Set, rec.Prompt, rec.Digest
		}
		passes[this] = true
		if rec.Set != r.Set || rec.Prompt != r.Prompt || rec.Digest != r.Digest {
			return nil, fmt.Errorf("gate: journal of %s mixes set %q, prompt %q, weights %q with set %q, prompt %q, weights %q: one journal a results file",
				p, r.Set, r.Prompt, r.Digest, rec.Set, rec.Prompt, rec.Digest)
		}
		if this == first {
			r.Answers = append(r.Answers, Answer{ID: rec.ID, Want: rec.Want, Got: rec.Got})
			answer[rec.ID] = rec.Got
		} else if got, ok := answer[rec.ID]; ok && got != rec.Got {
			unsteady[rec.ID] = true
		}
	}
	if r.Answers == nil {
		return nil, fmt.Errorf("gate: the journal has no answers of %s: is it of another run?", p)
	}
	r.Passes, r.Unsteady = len(passes), len(unsteady)
	return r, nil
}

// Judge compares the recorded answers with the golden ones, after checking that
// they are those whose score stands in the results file.
func Judge(g *Golden, res Result, rec *Recorded) (*Comparison, error) {
	if res.Set != rec.Set || res.Prompt != rec.Prompt {
		return nil, fmt.Errorf("gate: %s: results are of set %q and prompt %q, the journal of set %q and prompt %q: not the same run",
			res.Pair, res.Set, res.Prompt, rec.Set, rec.Prompt)
	}
	c, err := Compare(g, rec.Set, rec.Prompt, rec.Digest, rec.Answers)
	if err != nil {
		return nil, err
	}
	if f1 := printed(c.New.F1); f1 != res.F1 {
		return nil, fmt.Errorf("gate: %s: results say F1 %v, the answers in the journal give %v: not the same run, or edited", res.Pair, res.F1, f1)
	}
	return c, nil
}
