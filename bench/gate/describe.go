package gate

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/joulebench/joulebench/bench/score"
)

// String is the difference as a person reads it: the verdict with the scores
// and the margin, then the sentences that flipped, the first ten in full.
func (c *Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: F1 %.4f → %.4f (%+.4f, 90 %% interval %+.4f to %+.4f; margin %g: %s), accuracy %.4f → %.4f\n",
		c.Pair, c.Verdict, c.Old.F1, c.New.F1, c.Change.New-c.Change.Old, c.Change.Low, c.Change.High, c.Margin, oneLine(c.Reason), c.Old.Accuracy, c.New.Accuracy)
	fmt.Fprintf(&b, "  %d of %d answers changed: %d right → wrong, %d wrong → right, %d wrong → wrong; McNemar one-sided p = %.3g (mid-p %.3g)",
		len(c.Flips), c.Answers, c.Broke, c.Fixed, len(c.Flips)-c.Broke-c.Fixed, c.P, c.MidP)
	if c.Change.Method == score.Bootstrap {
		fmt.Fprintf(&b, ", of F1 having fallen by no more than the margin %.3g", c.FallP)
	}
	fmt.Fprintf(&b, ", corrected %.3g\n", c.Adjusted)
	if c.Verdict == Inconclusive {
		fmt.Fprintf(&b, "  neither shown to be worse nor to be within the margin: %s\n", c.wanted())
	}
	for _, note := range c.Notes {
		fmt.Fprintf(&b, "  %s\n", oneLine(note))
	}
	shown, more := c.Shown()
	for _, f := range shown {
		fmt.Fprintf(&b, "  %s is %s: %s → %s: %q\n", oneLine(f.ID), oneLine(f.Want), oneLine(f.Old), oneLine(f.New), f.Text)
	}
	if more > 0 {
		fmt.Fprintf(&b, "  and %d more\n", more)
	}
	return b.String()
}

// oneLine is s without what could play with the terminal, or begin a line of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// wanted says how many sentences would do.
func (c *Comparison) wanted() string {
	if c.Need == 0 {
		return "no number of sentences would decide it"
	}
	return fmt.Sprintf("some %d sentences would decide it", c.Need)
}

// Shown are the first ten flips, and the number of the others.
func (c *Comparison) Shown() (first []Flip, more int) {
	const shown = 10
	first = c.Flips[:min(len(c.Flips), shown)]
	return first, len(c.Flips) - len(first)
}
