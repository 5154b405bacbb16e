package gate

import (
	"fmt"
	"math"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// DefaultMargin is the margin of a pair to which nobody has given another, and the
// reason that goes with it: the smallest fall of macro-F1 that the set can decide
// about.
//
// Each CPU library of Ollama rounds in its own way, so the same weights may answer
// some sentences otherwise on another machine, in either direction. One sentence
// in a hundred is allowed for. That is an allowance, not a measurement (of the
// 2-million-parameter miniature, 0 of 300 answers differed between Ollama
// 0.17.4's haswell, sandybridge and x64 libraries at f16, q8_0 and q4_K_M,
// 2026-11-22; larger models have closer calls). Of these d flips at most b are
// losses 9 times in 10, if losses and gains are as likely: binomial(d, 1/2). The
// lower end of the interval that so many leave, [score.Tango] carried over to F1
// as [score.Paired.F1Change] does, is the margin: an unchanged model passes 9
// times in 10, and whatever is smaller could not be told from it.
//
// For balanced labels it comes to about
//
//	 300 sentences: 3 flips, all 3 losses: 0.025
//	1000 sentences: 10 flips, 7 losses:    0.010
//	5842 sentences: 59 flips, 34 losses:   0.004
//
// and to more where one label is rare, since macro-F1 then hangs on few sentences.
func DefaultMargin(labels []string, answers []Answer) (margin float64, reason string) {
	n := len(answers)
	if n == 0 {
		return 0, "" // WriteGolden refuses them
	}
	flips := (n + 99) / 100
	losses := likely(flips)
	confusion := score.NewConfusion(labels)
	for _, a := range answers {
		if confusion.Add(a.Want, a.Got) != nil {
			return 0, "" // WriteGolden says what is wrong with it
		}
	}
	leverage, _ := confusion.Leverage()
	low, _ := score.Tango(losses, flips-losses, n, 0.9)
	// Rounded up, so that what the bound says still passes.
	margin = math.Ceil(-low*max(1, leverage)*1e4) / 1e4
	return min(margin, 0.9999), fmt.Sprintf("%s%d sentences: less could not be told from what another build of the server may flip (%d, of them %d for the worse)",
		byDefault, n, flips, losses)
}

// byDefault begins the reason of a margin that nobody chose.
const byDefault = "default for "

func isDefault(reason string) bool { return strings.HasPrefix(reason, byDefault) }

// likely is the least b such that of d even chances at most b come true 9 times in
// 10.
func likely(d int) int {
	b := d
	for b > 0 {
		// McNemar's p is the chance of b or more; that of at most b−1 is the rest.
		if p, _ := score.McNemar(b, d-b); 1-p < 0.9 {
			break
		}
		b--
	}
	return b
}
