package gate

import (
	"fmt"
	"math"
)

// Unstable says which readings drifted while a run went on, as in "sec/op +8.1 %
// over 10 passes (p = 0.002)": the machine was not the same at its end as at its
// beginning. It grew warm, say, or somebody else began to use it.
//
// Each pass over all pairs is one point, the mean of its pairs' readings, each
// relative to its own median. A trend counts if Mann and Kendall's test finds it
// (p ≤ 0.01, two-sided) and it amounts to 5 % or more from the first pass to the
// last (Theil and Sen). With fewer than 6 passes nothing can be found.
func (r *Results) Unstable() []string {
	const level, least = 0.01, 0.05
	var found []string
	for _, unit := range []string{"sec/op", "joules/op", "clock-MHz", "temperature-C"} {
		if unit == "joules/op" && estimated(r.Pairs[0].Config["meter"]) {
			continue // they are time in other units
		}
		series := r.series(unit)
		if change, p := drifts(series); p <= level && math.Abs(change) >= least {
			found = append(found, fmt.Sprintf("%s %+.1f %% over %d passes (p = %.2g)", unit, 100*change, len(series), p))
		}
	}
	return found
}

// enoughPasses is how many it takes to see a trend: the least two-sided p of five
// is 2/5! = 0.017, that of six 2/6! = 0.003.
const enoughPasses = 6

// series is a unit over the passes; nil where not all lines have it, or pairs have
// different numbers of them.
func (r *Results) series(unit string) []float64 {
	var series []float64
	for i, res := range r.Pairs {
		values := res.values(unit)
		if i == 0 {
			series = make([]float64, len(values))
		}
		if len(values) != len(series) || len(values) != len(res.lines) {
			return nil
		}
		typical := median(values)
		if typical <= 0 {
			return nil
		}
		for j, v := range values {
			series[j] += v / typical / float64(len(r.Pairs))
		}
	}
	return series
}
