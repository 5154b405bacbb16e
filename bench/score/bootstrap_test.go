package score

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMacroF1Interval: of two labels that are alike in everything, macro-F1 is nearly the accuracy, whose standard error is
// √(p(1−p)/n): for p = 0.7 of 1000, 1.96·0.01449 = 0.0284 either side. 2000 draws place a 2.5th percentile to within about
// 0.1 standard errors.
func TestMacroF1Interval(t *testing.T) {
	c := NewConfusion([]string{"up", "down"})
	for _, a := range []struct {
		want, got string
		n         int
	}{{"up", "up", 350}, {"up", "down", 150}, {"down", "down", 350}, {"down", "up", 150}} {
		for range a.n {
			require.NoError(t, c.Add(a.want, a.got))
		}
	}
	lo, hi := c.MacroF1Interval()
	require.InDelta(t, 0.7-0.0284, lo, 0.003)
	require.InDelta(t, 0.7+0.0284, hi, 0.003)
	again, _ := c.MacroF1Interval()
	require.Equal(t, lo, again, "the same answers, the same interval")
	require.InDelta(t, 0.7, c.MacroF1(), 1e-12, "the answers themselves are as they were")
}

func TestMacroF1IntervalEdges(t *testing.T) {
	c := NewConfusion([]string{"up", "down"})
	lo, hi := c.MacroF1Interval()
	require.True(t, math.IsNaN(lo) && math.IsNaN(hi), "no answers")
	require.NoError(t, c.Add("up", "up"))
	lo, hi = c.MacroF1Interval()
	require.Equal(t, [2]float64{1, 1}, [2]float64{lo, hi}, "one right answer is drawn over and over")
	for range 3 {
		require.NoError(t, c.Add("down", Unparsed))
	}
	lo, hi = c.MacroF1Interval()
	require.Zero(t, lo, "no right answer among four draws: (3/4)⁴ = 32 %")
	require.LessOrEqual(t, hi, 1.0)
}
