package score

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMcNemar(t *testing.T) {
	for _, tt := range []struct {
		broke, fixed int
		p, mid       float64
		reason       string
	}{
		{0, 0, 1, 0.5, "nothing changed: no evidence at all"},
		{1, 0, 0.5, 0.25, "one flip is a coin toss"},
		{0, 1, 1, 0.75, "0 or more of 1 is certain"},
		{5, 0, 1.0 / 32, 1.0 / 64, "the fewest one-sided flips below 0.05: (1/2)^5"},
		{3, 3, 42.0 / 64, 0.5, "(20+15+6+1)/64; half of 20 less is 32/64"},
		// C(10,8) + C(10,9) + C(10,10) = 45+10+1
		{8, 2, 56.0 / 1024, 33.5 / 1024, "56/1024; less half of 45"},
		{2, 8, (1024.0 - 11) / 1024, (1024 - 11 - 22.5) / 1024, "all but C(10,0)+C(10,1) = 11"},
		// The fair coin's best-known tail: P(X ≥ 60 of 100) = 0.02844397.
		{60, 40, 0.0284439668, 0.0230220335, "mid: less half of C(100,60)/2^100 = 0.0108438667"},
		{2000, 0, 0, 0, "2^-2000 is less than the least float64"},
		{0, 5842, 1, 1, "and its complement must not be lost in it"},
	} {
		p, mid := McNemar(tt.broke, tt.fixed)
		require.InDelta(t, tt.p, p, 1e-10, "p(%d, %d): %s", tt.broke, tt.fixed, tt.reason)
		require.InDelta(t, tt.mid, mid, 1e-10, "mid-p(%d, %d): %s", tt.broke, tt.fixed, tt.reason)
	}
	require.Panics(t, func() { McNemar(-1, 2) })
}

// TestMcNemarSymmetry: broke or more, and fewer than broke, are everything.
func TestMcNemarSymmetry(t *testing.T) {
	for n := range 50 { // 1 − 2^−53 is the last below 1
		last := math.Inf(1)
		for broke := range n + 1 {
			p, mid := McNemar(broke, n-broke)
			other, otherMid := McNemar(n-broke, broke)
			require.InDelta(t, 1, mid+otherMid, 1e-12, "%d of %d", broke, n)
			require.InDelta(t, 2*(p-mid), p+other-1, 1e-12, "p and its mirror share the outcome itself")
			require.Less(t, p, last, "p falls with every break")
			last = p
		}
	}
}

func BenchmarkMcNemar(b *testing.B) {
	for b.Loop() { // the largest table of the study's set: every answer flipped
		McNemar(2900, 2942)
	}
}
