package gate

import (
	"fmt"
	"math"
	"slices"
)

// ratioInterval estimates how many times as large the values in new are as
// those in old: the median over all pairs of new/old, in logs (Hodges and
// Lehmann, Annals of Mathematical Statistics 34, 1963), with the ratios that
// the Mann–Whitney test does not reject at the level. Each end is by itself a
// one-sided bound at (1+confidence)/2: 95 % for a confidence of 0.9.
//
// The level is kept exactly up to exactUntied pairs, by the distribution
// without ties, and by the normal approximation beyond; many equal values make
// the interval wider than it need be. Too few values for the level, such as 2
// against 2 at 0.9, give 0 and +Inf. A value that is not above 0 and finite, or
// a side without any, is an error.
func ratioInterval(old, new []float64, confidence float64) (estimate, lo, hi float64, err error) {
	if len(old) == 0 || len(new) == 0 {
		return 0, 0, 0, fmt.Errorf("ratio of %d new to %d old values: want one of each at least", len(new), len(old))
	}
	oldLogs, err := logsOf(old)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("ratio: old %w", err)
	}
	newLogs, err := logsOf(new)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("ratio: new %w", err)
	}
	ratios := make([]float64, 0, len(old)*len(new))
	for _, o := range oldLogs {
		for _, n := range newLogs {
			ratios = append(ratios, n-o)
		}
	}
	slices.Sort(ratios)
	lo, hi = 0, math.Inf(1)
	// The test rejects where fewer than k pairs lie on one side.
	if k := mostRejected(len(old), len(new), (1-confidence)/2); k > 0 {
		lo, hi = math.Exp(ratios[k-1]), math.Exp(ratios[len(ratios)-k])
	}
	return math.Exp(sortedMedian(ratios)), lo, hi, nil
}

func logsOf(values []float64) ([]float64, error) {
	l := make([]float64, len(values))
	for i, v := range values {
		if !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("value %v is not above 0 and finite", v)
		}
		l[i] = math.Log(v)
	}
	return l, nil
}

// sortedMedian is the median of sorted values, of which there must be one.
func sortedMedian(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
