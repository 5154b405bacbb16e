package gate

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDriftsReference(t *testing.T) {
	cases := readRanks(t).Trend
	require.Equal(t, 45, len(cases))
	for _, tt := range cases {
		series := slices.Clone(tt.Series)
		change, p := drifts(series)
		require.InEpsilon(t, tt.P, p, ranksNear, "%s: %d values", tt.Why, len(series))
		require.InDelta(t, tt.Change, change, 1e-12, "%s: %d values", tt.Why, len(series))
		require.Equal(t, tt.Series, series, "the argument stays as it is")
	}
}

func TestDrifts(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		why       string
		series    []float64
		change, p float64
	}{
		{"nothing", nil, 0, 1},
		{"one value", []float64{3}, 0, 1},
		{"two values are 2 of 2 orders", []float64{1, 2}, 1 / 1.5, 1},
		// 1 of 4! orders, and its mirror image; slope 1, 3 steps, median 2.5.
		{"a steady rise", []float64{1, 2, 3, 4}, 3 / 2.5, 2.0 / 24},
		{"a steady fall", []float64{4, 3, 2, 1}, -3 / 2.5, 2.0 / 24},
		// Slopes −3, −1, −1/3, 1, 1, 1, of which the median is 1/3; 3 steps;
		// median 2.5. Three pairs rise and three fall.
		{"no trend", []float64{2, 3, 4, 1}, 1.0 / 3 * 3 / 2.5, 1},
		{"no change", []float64{5, 5, 5, 5, 5}, 0, 1},
		{"no change, too many to count", slices.Repeat([]float64{5}, 60), 0, 1},
		// Of the 4 places of the 2, first and last are as extreme. Slopes 0, 0,
		// 0, 1/3, 1/2, 1, of which the median is 1/6; 3 steps; median 1.
		{"one value apart, at the end", []float64{1, 1, 1, 2}, 0.5, 2.0 / 4},
		{"all 0", []float64{0, 0, 0}, 0, 1},
		{"no median to compare with", []float64{-1, 0, 1}, inf, 2.0 / 6},
		{"NaN", []float64{1, nan, 2}, nan, nan},
	} {
		change, p := drifts(tt.series)
		if math.IsNaN(tt.p) {
			require.True(t, math.IsNaN(change) && math.IsNaN(p), tt.why)
			continue
		}
		if tt.change == inf {
			require.Equal(t, inf, change, tt.why)
		} else {
			require.InDelta(t, tt.change, change, 1e-12, tt.why)
		}
		require.InDelta(t, tt.p, p, 1e-12, tt.why)
	}
}
