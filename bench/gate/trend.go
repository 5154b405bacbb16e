package gate

import (
	"cmp"
	"math"
	"slices"
)

// exactTrend is the longest series of which the orders are counted out; the
// normal approximation is good from a few dozen on.
const exactTrend = 50

// drifts says whether values rise or fall with the order in which they were
// measured: change is by how much over the whole series, as a share of its
// median (0.02 is a rise by 2 %), and p is the two-sided p-value of there being
// no trend.
//
// The slope is the median of those between all pairs (Theil, 1950; Sen, Journal
// of the American Statistical Association 63, 1968), times n−1 steps. The test
// is Mann's (Econometrica 13, 1945), which is Kendall's τ against time: exact
// up to exactTrend values, equal ones included; beyond, the normal
// approximation with the corrections for ties and for continuity (Kendall, Rank
// Correlation Methods, 1970).
//
// Values should be finite and above 0; a median of 0 gives an infinite change
// wherever there is any. Fewer than two values show nothing: 0 and 1. Both
// results are NaN where a value is.
func drifts(series []float64) (change, p float64) {
	n := len(series)
	if n < 2 {
		return 0, 1
	}
	sorted := slices.Sorted(slices.Values(series)) // NaN first
	if math.IsNaN(sorted[0]) {
		return math.NaN(), math.NaN()
	}
	slopes := make([]float64, 0, n*(n-1)/2)
	rising, falling := 0, 0 // pairs
	for i, a := range series {
		for j, b := range series[i+1:] {
			slopes = append(slopes, (b-a)/float64(j+1))
			switch cmp.Compare(b, a) {
			case +1:
				rising++
			case -1:
				falling++
			}
		}
	}
	slices.Sort(slopes)
	if change = sortedMedian(slopes) * float64(n-1); change != 0 {
		change /= math.Abs(sortedMedian(sorted))
	}
	if n <= exactTrend {
		return change, min(1, 2*inversions(sorted)[min(rising, falling)])
	}
	variance := float64(n) * float64(n-1) * float64(2*n+5)
	for _, t := range tieSizes(sorted) {
		variance -= float64(t) * float64(t-1) * float64(2*t+5)
	}
	if !(variance > 0) {
		return change, 1
	}
	z := (math.Abs(float64(rising-falling)) - 1) / math.Sqrt(variance/18)
	return change, min(1, math.Erfc(z/math.Sqrt2))
}

// inversions is the distribution of the pairs of sorted values that stand the
// wrong way round when they are shuffled, equal values having no wrong way:
// element k is the chance of k or fewer.
//
// Mixing t equal values into the lower ones inverts as many pairs as the
// Mann–Whitney statistic of the two counts, whatever the order of the lower
// ones: the distributions add up independently.
func inversions(sorted []float64) []float64 {
	counts, lower := []float64{1}, 0
	for _, t := range tieSizes(sorted) {
		ranks := make([]int, lower+t)
		for i := range ranks {
			ranks[i] = i
		}
		mixed := subsets(ranks, t)
		sum := make([]float64, len(counts)+len(mixed)-1)
		for i, a := range counts {
			for j, b := range mixed {
				sum[i+j] += a * b
			}
		}
		counts, lower = sum, lower+t
	}
	return cumulated(counts)
}
