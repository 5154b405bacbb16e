package score

import "math"

// Wilson is the 95 % score interval of a share that was seen in n trials
// (Wilson, Journal of the American Statistical Association 22, 1927). Unlike
// the share ± 1.96 standard errors it stays within 0–1, and it is not empty
// where the share is 0 or 1. It is [NaN, NaN] for n = 0.
func Wilson(share float64, n int) (lo, hi float64) {
	const z = 1.959963984540054 // 97.5 % of a standard normal lie below
	m := float64(n)
	centre := share + z*z/(2*m)
	half := z * math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	lo, hi = (centre-half)/(1+z*z/m), (centre+half)/(1+z*z/m)
	return max(lo, 0), min(hi, 1)
}

// AccuracyInterval is the [Wilson] interval of the accuracy.
func (c *Confusion) AccuracyInterval() (lo, hi float64) {
	return Wilson(c.Accuracy(), c.Total())
}
