package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// Verdict is what a comparison comes to.
type Verdict string

const (
	Pass      Verdict = "pass"      // macro-F1 fell by no more than the margin
	Regressed Verdict = "regressed" // macro-F1 fell by more
)

// Flip is one sentence whose answer changed.
type Flip struct {
	ID, Want string
	Old, New string // answers
	Text     string
}

// Comparison is the outcome of holding new answers against golden ones.
type Comparison struct {
	Pair
	Verdict  Verdict
	Old, New Scores
	Margin   float64 // of macro-F1, absolute
	Reason   string  // for the margin
	Answers  int     // sentences compared

	Broke int // answers that were right and are wrong now
	Fixed int // answers that were wrong and are right now

	// P is the exact one-sided McNemar test: the chance of so many more
	// broken than fixed answers if either were as likely. MidP is its
	// mid-p. They look at right and wrong only, and do not decide.
	P, MidP float64

	// Flips are all changed answers, worst first: right to wrong, one
	// wrong label to another, wrong to right; in the order of the set
	// within each.
	Flips []Flip
}

// Compare holds answers to the golden ones of the pair, matching them by
// sentence id. set, prompt and digest say what the new answers were given to
// and by. Where they differ from the golden ones, or the sentences do, the
// error says how: there is nothing to compare.
func Compare(g *Golden, set, prompt, digest string, got []Answer) (*Comparison, error) {
	fail := func(err error) (*Comparison, error) { return nil, fmt.Errorf("gate: %s: %w", g.Pair, err) }
	var differs []string
	for _, id := range []struct{ what, old, new string }{
		{"set", g.Set, set}, {"prompt", g.Prompt, prompt}, {"weights", g.Digest, digest},
	} {
		if id.old != id.new {
			differs = append(differs, fmt.Sprintf("%s %q → %q", id.what, id.old, id.new))
		}
	}
	if differs != nil {
		return fail(fmt.Errorf("not comparable with golden: %s (if that is meant, `make golden` records anew)", strings.Join(differs, ", ")))
	}
	answers, err := match(g.Answers, got)
	if err != nil {
		return fail(err)
	}
	c := &Comparison{Pair: g.Pair, Margin: g.Margin, Reason: g.Reason, Answers: len(answers)}
	if c.Old, err = g.Scores(); err != nil {
		return fail(fmt.Errorf("golden answers: %w", err))
	}
	if c.New, err = scoresOf(g.Labels, answers); err != nil {
		return fail(fmt.Errorf("new answers: %w", err))
	}
	c.count(g.Answers, answers)
	c.P, c.MidP = score.McNemar(c.Broke, c.Fixed)
	// A fall of exactly the margin passes; 0.75 − 0.73 is a little more
	// than 0.02 in binary.
	const rounding = 1e-9
	c.Verdict = Pass
	if !(c.Old.F1-c.New.F1 <= c.Margin+rounding) {
		c.Verdict = Regressed
	}
	return c, nil
}

// match brings got into the order of golden. Every sentence must be there once,
// with the label it had.
func match(golden, got []Answer) ([]Answer, error) {
	byID := make(map[string]Answer, len(got))
	var twice, unknown, missing []string
	for _, a := range got {
		if _, ok := byID[a.ID]; ok {
			twice = append(twice, a.ID)
		}
		byID[a.ID] = a
	}
	ordered := make([]Answer, 0, len(golden))
	for _, old := range golden {
		a, ok := byID[old.ID]
		if !ok {
			missing = append(missing, old.ID)
			continue
		}
		if a.Want != old.Want {
			return nil, fmt.Errorf("not comparable with golden: sentence %q has the label %q there, %q here", old.ID, old.Want, a.Want)
		}
		delete(byID, a.ID)
		ordered = append(ordered, a)
	}
	for id := range byID {
		unknown = append(unknown, id)
	}
	slices.Sort(unknown)
	var differs []string
	for _, d := range []struct {
		what string
		ids  []string
	}{
		{"sentences without an answer", missing},
		{"sentences that the golden file lacks", unknown},
		{"sentences answered more than once in a pass", twice},
	} {
		if len(d.ids) > 0 {
			differs = append(differs, fmt.Sprintf("%s: %d %s", d.what, len(d.ids), some(d.ids)))
		}
	}
	if differs != nil {
		return nil, fmt.Errorf("not comparable with golden: %s", strings.Join(differs, "; "))
	}
	return ordered, nil
}

// some are the first few of ids.
func some(ids []string) string {
	const few = 5
	if len(ids) > few {
		return fmt.Sprintf("%q ...", ids[:few])
	}
	return fmt.Sprintf("%q", ids)
}

// count fills in the flips between two runs over the same sentences.
func (c *Comparison) count(old, new []Answer) {
	var d score.Drift
	flips := map[score.Flip][]Flip{}
	for i, o := range old {
		n := new[i]
		kind := d.Add(o.Want, o.Got, n.Got)
		flips[kind] = append(flips[kind], Flip{ID: o.ID, Want: o.Want, Old: o.Got, New: n.Got, Text: o.Text})
	}
	c.Broke, c.Fixed = d.Broke, d.Fixed
	c.Flips = slices.Concat(flips[score.Broke], flips[score.Other], flips[score.Fixed])
}

// String is the difference as a person reads it: the verdict with the scores
// and the margin, then the sentences that flipped, the first ten in full.
func (c *Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: F1 %.4f → %.4f (%+.4f; margin %g: %s), accuracy %.4f → %.4f\n",
		c.Pair, c.Verdict, c.Old.F1, c.New.F1, c.New.F1-c.Old.F1, c.Margin, c.Reason, c.Old.Accuracy, c.New.Accuracy)
	fmt.Fprintf(&b, "  %d of %d answers changed: %d right → wrong, %d wrong → right, %d wrong → wrong; McNemar one-sided p = %.3g (mid-p %.3g)\n",
		len(c.Flips), c.Answers, c.Broke, c.Fixed, len(c.Flips)-c.Broke-c.Fixed, c.P, c.MidP)
	const shown = 10
	for _, f := range c.Flips[:min(len(c.Flips), shown)] {
		// %q, so that no sentence can play with the terminal.
		fmt.Fprintf(&b, "  %s is %s: %s → %s: %q\n", f.ID, f.Want, f.Old, f.New, f.Text)
	}
	if more := len(c.Flips) - shown; more > 0 {
		fmt.Fprintf(&b, "  and %d more\n", more)
	}
	return b.String()
}
