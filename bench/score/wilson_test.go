package score

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWilson: the four examples of Newcombe, Statistics in Medicine 17, 1998,
// table I, method 3.
func TestWilson(t *testing.T) {
	for _, tt := range []struct {
		right, n int
		lo, hi   float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
	} {
		lo, hi := Wilson(float64(tt.right)/float64(tt.n), tt.n)
		require.InDeltaSlice(t, []float64{tt.lo, tt.hi}, []float64{lo, hi}, 0.00005)
		worst, best := Wilson(float64(tt.n-tt.right)/float64(tt.n), tt.n)
		require.InDeltaSlice(t, []float64{1 - hi, 1 - lo}, []float64{worst, best}, 1e-12, "wrong instead of right: the mirror")
	}
	for n := 1; n < 500; n++ {
		lo, _ := Wilson(0, n)
		_, hi := Wilson(1, n)
		require.True(t, 0 <= lo && hi <= 1, "of %d", n)
	}
	lo, hi := NewConfusion([]string{"up"}).AccuracyInterval()
	require.True(t, math.IsNaN(lo) && math.IsNaN(hi), "no answers")
}
