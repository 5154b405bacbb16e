package score

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTango(t *testing.T) {
	const z2 = level * level
	for _, tt := range []struct {
		worse, better, n int
		confidence       float64
		lo, hi           float64
		within           float64
		reason           string
	}{
		{0, 0, 300, 0.9, -z2 / (300 + z2), z2 / (300 + z2), 1e-12, "nothing changed: (nd)² = z²·n·d(1−d), so d = z²/(n+z²)"},
		{0, 0, 1, 0.9, -z2 / (1 + z2), z2 / (1 + z2), 1e-12, "nor did one sentence"},
		// With worse = 0 and d at least better/n the smaller share is 0, which leaves Wilson's upper end.
		{0, 15, 148, 0.95, math.NaN(), 0.1605, 5e-5, "Newcombe's 15 of 148, see TestWilson"},
		{0, 10, 10, 0.9, math.NaN(), 1, 0, "more than all can't have become right"},
		// Hyper-responsive airways before and after a transplant (Bentur et al., 2009), as computed by Fagerland,
		// Lydersen and Laake, Statistics in Medicine 33, 2014.
		{7, 1, 21, 0.95, -0.517, -0.026, 0.0005, "published"},
	} {
		lo, hi := Tango(tt.worse, tt.better, tt.n, tt.confidence)
		if !math.IsNaN(tt.lo) {
			require.InDelta(t, tt.lo, lo, tt.within, tt.reason)
		}
		require.InDelta(t, tt.hi, hi, tt.within, tt.reason)
	}
	for _, n := range [][3]int{{0, 0, 0}, {-1, 0, 5}, {0, -1, 5}, {3, 3, 5}, {0, 6, 5}, {math.MaxInt, math.MaxInt, 5}, {0, 0, -1}} {
		lo, hi := Tango(n[0], n[1], n[2], 0.9)
		require.True(t, math.IsNaN(lo) && math.IsNaN(hi), "%d worse and %d better of %d cannot be", n[0], n[1], n[2])
	}
	for _, confidence := range []float64{0, 1, -0.5, 90, math.NaN()} {
		lo, hi := Tango(1, 2, 9, confidence)
		require.True(t, math.IsNaN(lo) && math.IsNaN(hi), "a confidence of %v", confidence)
	}
}

func FuzzTango(f *testing.F) {
	f.Add(0, 0, 1, 0.9)
	f.Add(5842, 0, 5842, 0.9)
	f.Add(7, 1, 21, 0.95)
	f.Add(1<<61, 1<<60, math.MaxInt, 0.999999)
	f.Add(-1, 1, 3, math.Inf(1))
	f.Fuzz(func(t *testing.T, worse, better, n int, confidence float64) {
		lo, hi := Tango(worse, better, n, confidence)
		if math.IsNaN(lo) {
			require.True(t, math.IsNaN(hi))
			return
		}
		change := float64(better-worse) / float64(n)
		require.True(t, -1 <= lo && lo <= change && change <= hi && hi <= 1, "[%v, %v] around %v", lo, hi, change)
		mirrorLo, mirrorHi := Tango(better, worse, n, confidence)
		require.Equal(t, [2]float64{-hi, -lo}, [2]float64{mirrorLo, mirrorHi}, "old and new exchanged")
		wideLo, wideHi := Tango(worse, better, n, (1+confidence)/2)
		if (1+confidence)/2 < 1 {
			require.True(t, wideLo <= lo && hi <= wideHi, "more confidence, more width")
		}
	})
}
