package score

import "math"

// level is the normal quantile of a one-sided bound of 95 %.
const level = 1.6448536269514722

// Tango is the score interval of the change of accuracy between two lots of
// answers to the same n sentences, of which better are right only in the new
// lot and worse only in the old one: it holds (better−worse)/n and all values
// that the score test does not refute at 1−confidence, two-sided, such as 0.9
// (Tango, Statistics in Medicine 17:891, 1998). Each end is a one-sided bound
// of (1+confidence)/2.
//
// Unlike an estimate ± standard errors it stays within [-1, 1] and is not empty
// where nothing changed: with the normal quantile z it then is ±z²/(n+z²). It
// is approximate, not strictly guarding the level: at 95 %, one-sided, 2.7
// breaks are the bound where none was seen, of which e^−2.7 = 6.7 % of the sets
// show none.
//
// Both ends are correct to about 1e-12. They are NaN where n is 0, the counts
// cannot be of n sentences, or confidence is not in (0, 1).
func Tango(worse, better, n int, confidence float64) (lo, hi float64) {
	if n < 1 || worse < 0 || better < 0 || better > n || worse > n-better || !(0 < confidence && confidence < 1) {
		return math.NaN(), math.NaN()
	}
	z, b, c, m := math.Sqrt2*math.Erfinv(confidence), float64(better), float64(worse), float64(n)
	return -tangoEnd(c, b, m, z), tangoEnd(b, c, m, z)
}

// tangoEnd is the upper end: the largest change by which better − worse is z
// standard errors too few.
func tangoEnd(better, worse, n, z float64) float64 {
	// At the observed change they are none too few, at a change of 1, which
	// has no spread, any.
	lo, hi := (better-worse)/n, 1.0
	for {
		mid := lo + (hi-lo)/2
		if mid <= lo || hi <= mid {
			return hi
		}
		if n*mid-(better-worse) <= z*math.Sqrt(n*tangoVariance(better, worse, n, mid)) {
			lo = mid
		} else {
			hi = mid
		}
	}
}

// tangoVariance is that of one sentence's change (−1, 0 or 1) where its mean is
// held at change: worse + better − change² of the likeliest such shares. These
// differ by change, and the smaller one is a root of Tango's quadratic.
func tangoVariance(better, worse, n, change float64) float64 {
	if change < 0 { // exchange the lots: then nothing below cancels
		better, worse, change = worse, better, -change
	}
	b := (2*n-better+worse)*change - better - worse
	c := worse * change * (1 - change)
	root := math.Sqrt(b*b + 8*n*c)
	smaller := (root - b) / (4 * n)
	if b > 0 {
		smaller = 2 * c / (root + b)
	}
	return 2*smaller + change*(1-change)
}
