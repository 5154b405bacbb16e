package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// Flip is one sentence whose answer changed.
type Flip struct {
	ID   string `json:"id"`
	Want string `json:"want"`
	Old  string `json:"old"`  // answer
	New  string `json:"new"`  // answer
	Text string `json:"text"` // of the sentence, where it is known
}

// Comparison is the outcome of holding new answers against old ones.
type Comparison struct {
	Pair
	Verdict  Verdict
	Old, New Scores
	Change   score.Change // of macro-F1, with its interval
	Margin   float64      // of macro-F1, absolute
	Reason   string       // for the margin
	Answers  int          // sentences compared

	Broke int // answers that were right and are wrong now
	Fixed int // answers that were wrong and are right now

	// P is the exact one-sided McNemar test: the chance of so many more
	// broken than fixed answers if either were as likely. MidP is its
	// mid-p, which decides nothing.
	P, MidP float64

	// FallP is the chance of such an F1 if it had fallen by no more than
	// the margin, from the bootstrap. McNemar's test looks at right and
	// wrong only: a model that gives up a rare label may be right as often
	// as before. It is 1 where fewer than 20 answers changed.
	FallP float64

	// Adjusted is the least level at which the answers are worse, given
	// all tests of the run: Holm's.
	Adjusted float64

	// Need is how many sentences would probably decide, if the pair is
	// inconclusive; 0 where no number would.
	Need int

	// Flips are all changed answers, worst first: right to wrong, one
	// wrong label to another, wrong to right; in the order of the set
	// within each.
	Flips []Flip

	Notes []string // what else is not the same
}

// Compare holds answers to the golden ones of the pair, matching them by
// sentence id. Its verdict is open until it is decided. Where set or prompt
// differ from the golden ones, or the sentences do, the error says how: there is
// nothing to compare. Other weights behind the same name are what a gate is for,
// and a note.
func Compare(g *Golden, got *Recorded, across ...string) (*Comparison, error) {
	fail := func(err error) (*Comparison, error) { return nil, fmt.Errorf("gate: %s: %w", g.Pair, err) }
	var differs []string
	for _, id := range []struct{ what, old, new string }{{"set", g.Set, got.Set}, {"prompt", g.Prompt, got.Prompt}} {
		if id.old != id.new && !slices.Contains(across, id.what) {
			differs = append(differs, fmt.Sprintf("%s %q → %q", id.what, id.old, id.new))
		}
	}
	if differs != nil {
		return fail(fmt.Errorf("not comparable with golden: %s (if that is meant, `make golden` records anew)", strings.Join(differs, ", ")))
	}
	answers, err := match(g.Answers, got.Answers)
	if err != nil {
		return fail(err)
	}
	c := &Comparison{Pair: g.Pair, Margin: g.Margin, Reason: g.Reason, Answers: len(answers), FallP: 1}
	if c.Old, err = g.Scores(); err != nil {
		return fail(fmt.Errorf("golden answers: %w", err))
	}
	if c.New, err = scoresOf(g.Labels, answers); err != nil {
		return fail(fmt.Errorf("new answers: %w", err))
	}
	if err := c.count(g, answers); err != nil {
		return fail(err)
	}
	if g.Digest != got.Digest {
		c.Notes = append(c.Notes, fmt.Sprintf("other weights: %s → %s", g.Digest, got.Digest))
	}
	if got.Unsteady > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%d sentences were answered otherwise in a later one of %d passes; the first counts", got.Unsteady, len(got.Runs)))
	}
	return c, nil
}

// test is the p-value of the pair's answers, one a pair. Where the bootstrap can
// see F1 fall as well, McNemar's test gets nine tenths of the pair's level and the
// fall one (weighted Bonferroni: Genovese, Roeder and Wasserman, Biometrika 93,
// 2006): the fall is there for what McNemar's test cannot see, and that is large.
func (c *Comparison) test() float64 {
	if c.Change.Method != score.Bootstrap {
		return c.P
	}
	return min(1, c.P/0.9, c.FallP/0.1)
}

// DecideAlone gives the verdict where the other pairs of the run are judged
// apart, without sight of each other: alpha is the share of runs that may be
// wrong, of which answers get one half, split evenly over the pairs (Bonferroni).
func (c *Comparison) DecideAlone(alpha float64, pairs int) {
	c.decide(min(1, c.test()*float64(pairs)), alpha/2)
}

// decide gives the verdict, from the p-value adjusted for all tests and the
// level of all answers.
func (c *Comparison) decide(adjusted, level float64) {
	c.Adjusted = adjusted
	// 0.75 − 0.73 is a little more than 0.02 in binary.
	const rounding = 1e-9
	switch {
	case c.Change.Low >= -c.Margin-rounding:
		c.Verdict = Pass // it may be worse too, by less than the margin
	case adjusted <= level:
		c.Verdict = Regressed
	default:
		c.Verdict = Inconclusive
		c.Need = c.need(level)
	}
}

// count fills in what changed between two runs over the same sentences.
func (c *Comparison) count(g *Golden, new []Answer) error {
	paired := score.NewPaired(g.Labels)
	var d score.Drift
	flips := map[score.Flip][]Flip{}
	for i, o := range g.Answers {
		n := new[i]
		if err := paired.Add(o.Want, o.Got, n.Got); err != nil {
			return err
		}
		kind := d.Add(o.Want, o.Got, n.Got)
		if kind != score.Kept {
			flips[kind] = append(flips[kind], Flip{ID: o.ID, Want: o.Want, Old: o.Got, New: n.Got, Text: o.Text})
		}
	}
	c.Broke, c.Fixed = d.Broke, d.Fixed
	c.Flips = slices.Concat(flips[score.Broke], flips[score.Other], flips[score.Fixed])
	c.P, c.MidP = score.McNemar(c.Broke, c.Fixed)
	c.Change = paired.F1Change(1)
	c.FallP = c.Change.PAtLeast(-c.Margin)
	return nil
}

// need is how many sentences like these would probably give a verdict, if the
// changes went on as they are.
func (c *Comparison) need(level float64) int {
	n := float64(c.Answers)
	const z90 = 1.6448536269514722 // half of the interval, in standard errors
	spread := (c.Change.High - c.Change.Low) / 2 / z90 * math.Sqrt(n)
	need, ok := sentencesToDecide(c.Change.New-c.Change.Old, spread, c.Margin, level)
	if !ok {
		return 0
	}
	return max(need, c.Answers+1) // so many have just not done
}
