package score

import "math/big"

// McNemar tests whether new answers are worse than old ones to the same
// sentences, of which broke were right and are wrong now, and fixed the other
// way round; sentences that stayed right or wrong say nothing (McNemar,
// Psychometrika 12, 1947).
//
// Were both ways equally likely, broke would be binomial(broke+fixed, 1/2). p
// is the exact probability of broke or more, one-sided; it is 1 where nothing
// changed. mid is the mid-p value, which counts the outcome broke itself by
// half: less conservative, and not strictly guarding the level (Fagerland,
// Lydersen and Laake, BMC Medical Research Methodology 13:91, 2013); it is 0.5
// where broke equals fixed.
//
// Both are correct to a float64's precision, underflow to 0 included. It panics
// on a negative count.
func McNemar(broke, fixed int) (p, mid float64) {
	if broke < 0 || fixed < 0 {
		panic("score: McNemar of a negative count")
	}
	// Whole numbers: 2^n·p is a sum of binomial coefficients, and no tail of
	// it is ever lost in rounding. Thousands of flips take milliseconds.
	n := broke + fixed
	coefficient, sum := big.NewInt(1), big.NewInt(1) // C(n,k) at k = n, and from k up
	for k := n; k > broke; k-- {
		coefficient.Mul(coefficient, big.NewInt(int64(k)))
		coefficient.Quo(coefficient, big.NewInt(int64(n-k+1)))
		sum.Add(sum, coefficient)
	}
	p = scaled(sum, -n)
	mid = scaled(sum.Sub(sum.Lsh(sum, 1), coefficient), -n-1)
	return p, mid
}

// scaled is x·2^e.
func scaled(x *big.Int, e int) float64 {
	f := new(big.Float).SetInt(x)
	v, _ := f.SetMantExp(f, e).Float64()
	return v
}
