package gate

import "math"

// passLevel is the one-sided level of the bound that has to lie below the
// margin for a pass, and power the share of runs in which it, or a regression,
// should be found with as many samples as are asked for.
const passLevel, power = 0.05, 0.9

// mostSamples is where a number stops being advice.
const mostSamples = 1_000_000

// samplesToPass is how many samples a side would show, in nine runs of ten,
// that new is less than margin times old (1.05: less than 5 % above), were
// their spread and their ratio those observed; a ratio below 1 counts as 1, as
// luck. ok is false where no number would: the ratio is not below the margin,
// or cannot be had (see [ratioInterval]).
//
// With one sample a side nothing is known of the spread; then n is the least
// that could do, of any spread: 3.
func samplesToPass(old, new []float64, margin float64) (n int, ok bool) {
	ratio, sd, ok := logSpread(old, new)
	if !ok {
		return 0, false
	}
	return samplesFor(passLevel, sd, math.Log(margin)-max(0, ratio))
}

// samplesToRegress is how many samples a side would show, in nine runs of ten,
// that new is larger than old, at the level alpha, were their spread and their
// ratio those observed. ok is false where no number would: new is not larger,
// or the ratio cannot be had. With one sample a side, n is the least that could
// do, of any spread: that with 1/C(2n,n) ≤ alpha.
func samplesToRegress(old, new []float64, alpha float64) (n int, ok bool) {
	ratio, sd, ok := logSpread(old, new)
	if !ok {
		return 0, false
	}
	return samplesFor(alpha, sd, ratio)
}

// logSpread is the log of the estimated ratio, and the pooled standard
// deviation of the logs: 0 for one value a side, of which there is none.
func logSpread(old, new []float64) (ratio, sd float64, ok bool) {
	estimate, _, _, err := ratioInterval(old, new, 1-2*passLevel)
	if err != nil {
		return 0, 0, false
	}
	var squares float64
	for _, side := range [][]float64{old, new} {
		var mean float64
		for _, v := range side {
			mean += math.Log(v) / float64(len(side))
		}
		for _, v := range side {
			squares += (math.Log(v) - mean) * (math.Log(v) - mean)
		}
	}
	return math.Log(estimate), math.Sqrt(squares / float64(max(1, len(old)+len(new)-2))), true
}

// samplesFor is the least n a side with which the one-sided Mann–Whitney test
// at a level finds a shift by distance of normal values with the standard
// deviation sd in nine runs of ten:
//
//	n ≥ 2·((z(1−a)+z(0.9))·sd/distance)²·π/3 + z(1−a)²/4
//
// π/3 is what the test needs more than Student's t at the normal (Lehmann,
// Nonparametrics, 1975, chapter 2), and z²/4 what t needs more than z
// (Guenther, American Statistician 35, 1981). a is the level that ranks of n
// and n values really attain, at most the given one: of 4 and 4 it is 1/70 or
// 2/70, never 5 %. Without these two corrections the n for a clear regression
// at a level of 1/600 would find it in half of the runs, not nine of ten. Where
// no ranks are extreme enough, n is too small: 1/C(2n,n) must be at most the
// level.
func samplesFor(level, sd, distance float64) (n int, ok bool) {
	if !(distance > 0) {
		return 0, false
	}
	needed := func(level float64) float64 {
		z := normalAt(1 - level)
		return 2*math.Pi/3*math.Pow((z+normalAt(power))*sd/distance, 2) + z*z/4
	}
	for n = 1; n*n <= exactUntied; n++ {
		if k := mostRejected(n, n, level); k > 0 && float64(n) >= needed(untied(n, n)[k-1]) {
			return n, true
		}
	}
	return wholeSamples(max(float64(n), needed(level)))
}

// wholeSamples rounds up; ok is false beyond mostSamples.
func wholeSamples(n float64) (int, bool) {
	if !(n <= mostSamples) {
		return 0, false
	}
	return int(math.Ceil(n)), true
}

// sentencesToDecide is how many sentences would decide, in nine runs of ten,
// about answers whose score changed by change, −0.02 being two points worse,
// where sd is the standard deviation of the change of a single sentence's
// score (of right and wrong: √(b+f−(b−f)²) for shares b broken and f fixed).
// It is the smaller number of the two that apply:
//
//   - To show a loss of less than margin, at 5 % one-sided:
//     n = ((z(0.95)+z(0.9))·sd/(margin+change))², where change is above −margin;
//     one above 0 counts as 0, as luck. It is the sample size of paired
//     non-inferiority (Chow, Shao and Wang, Sample Size Calculations in Clinical
//     Research, 2008, chapter 3), and at least log(0.05)/log(1−margin), since
//     n sentences that all stay the same show no less (Hanley and Lippman-Hand,
//     JAMA 249, 1983).
//   - To show that it is worse, at alpha one-sided:
//     n = ((z(1−alpha)+z(0.9))·sd/|change|)², where change is below 0.
//
// ok is false where neither does.
func sentencesToDecide(change, sd, margin, alpha float64) (n int, ok bool) {
	needed := func(level, distance float64) float64 {
		return math.Pow((normalAt(1-level)+normalAt(power))*sd/distance, 2)
	}
	least := math.Inf(1)
	if loss := max(0, -change); loss < margin {
		least = max(needed(passLevel, margin-loss), math.Log(passLevel)/math.Log1p(-min(margin, 1)))
	}
	if change < 0 {
		least = min(least, needed(alpha, -change))
	}
	return wholeSamples(least)
}
