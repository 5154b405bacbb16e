package score

import "math"

// Leverage is how far macro-F1 moves where one answer changes, in units of 1/n
// of n sentences, by which accuracy moves where an answer turns right or wrong:
// the largest of all changes of one answer that are possible from here, and
// their root mean square, where each sentence, and each of the L other answers
// to it, weighs alike.
//
// Of a label with S sentences and G answers F1 is 2·right/(S+G), so an answer
// less, a right one, takes (2−F1)/(S+G) from it, and a wrong one more F1/(S+G).
// Macro-F1 moves by the Lth part of both. Where L labels are equally frequent,
// S+G is 2n/L and the sum about 2/(2n/L)/L = 1/n: a leverage of 1. Of one label
// in three that a hundredth of the sentences have, it is, at an F1 of 0.8,
// n·(2−0.8)/(2n/100)/3 = 20: one answer there does what 20 do elsewhere.
//
// Both are NaN as long as there is no answer.
func (c *Confusion) Leverage() (largest, rms float64) {
	n, before, classes := float64(c.Total()), c.MacroF1(), c.Classes()
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	sum := 0.0
	for want, row := range c.counts {
		for from, k := range row {
			if k == 0 {
				continue
			}
			for to := range row {
				change := n * (flipped(classes, want, from, to) - before)
				largest = max(largest, math.Abs(change))
				sum += float64(float64(k) * change * change) // not fused, see weighted
			}
		}
	}
	return largest, math.Sqrt(sum / n / float64(len(c.labels)))
}

// flipped is macro-F1 after one answer to a sentence of the label want became
// another. classes are left as they were.
func flipped(classes []Class, want, from, to int) float64 {
	give(classes, want, from, -1)
	give(classes, want, to, 1)
	f1 := macro(classes, Class.F1)
	give(classes, want, from, 1)
	give(classes, want, to, -1)
	return f1
}

// give counts n answers to sentences of the label want.
func give(classes []Class, want, answer, n int) {
	if answer < len(classes) { // Unparsed is nobody's false alarm
		classes[answer].Given += n
	}
	if answer == want {
		classes[want].Right += n
	}
}
