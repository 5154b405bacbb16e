package gate

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRatioIntervalReference(t *testing.T) {
	r := readRanks(t)
	require.Equal(t, 15, len(r.Ratio))
	for _, tt := range r.Ratio {
		old, new := slices.Clone(tt.Old), slices.Clone(tt.New)
		estimate, lo, hi, err := ratioInterval(old, new, tt.Confidence)
		require.NoError(t, err)
		for _, v := range [][2]float64{{tt.Estimate, estimate}, {tt.Lo, lo}, {tt.Hi, hi}} {
			require.InEpsilon(t, v[0], v[1], ranksNear, "%d against %d at %v", len(old), len(new), tt.Confidence)
		}
		require.Equal(t, tt.Old, old, "arguments stay as they are")
		require.Equal(t, tt.New, new, "arguments stay as they are")
	}
	// Beyond exact counts, R's exact quantile is at most one outcome away.
	require.Equal(t, 3, len(r.Quantiles))
	for _, q := range r.Quantiles {
		require.Greater(t, q.N*q.M, exactUntied)
		require.InDelta(t, q.K, mostRejected(q.N, q.M, 0.05), 1, "%d against %d", q.N, q.M)
	}
}

func TestRatioInterval(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		why              string
		old, new         []float64
		estimate, lo, hi float64
	}{
		// Ratios 2, 4, 8; 1, 2, 4; 1/2, 1, 2: the middle one is 2. 1 of C(6,3)
		// orders is 5 %, so that the least and the largest are the bounds.
		{"three a side are enough", []float64{1, 2, 4}, []float64{2, 4, 8}, 2, 0.5, 8},
		// Ratios 2, 3, 1, 3/2: between 3/2 and 2 in logs lies √3. 1 of C(4,2)
		// is 17 %.
		{"two a side are not", []float64{1, 2}, []float64{2, 3}, math.Sqrt(3), 0, inf},
		{"nor is one", []float64{4}, []float64{3}, 0.75, 0, inf},
		// 1 of C(20,1) is 5 %.
		{"one against nineteen is", []float64{2}, slices.Repeat([]float64{3}, 19), 1.5, 1.5, 1.5},
		{"one against eighteen is not", []float64{2}, slices.Repeat([]float64{3}, 18), 1.5, 0, inf},
		{"all equal", []float64{5, 5, 5}, []float64{5, 5, 5}, 1, 1, 1},
		{"all equal, too many to count", slices.Repeat([]float64{5}, 60), slices.Repeat([]float64{6}, 60), 1.2, 1.2, 1.2},
	} {
		estimate, lo, hi, err := ratioInterval(tt.old, tt.new, 0.9)
		require.NoError(t, err, tt.why)
		require.InEpsilon(t, tt.estimate, estimate, 1e-12, tt.why)
		require.InDelta(t, tt.lo, lo, 1e-12, tt.why)
		if tt.hi == inf {
			require.Equal(t, tt.hi, hi, tt.why)
			continue
		}
		require.InEpsilon(t, tt.hi, hi, 1e-12, tt.why)
	}
	one := []float64{1}
	for _, tt := range []struct {
		old, new []float64
		err      string
	}{
		{nil, one, "ratio of 1 new to 0 old values"},
		{one, nil, "ratio of 0 new to 1 old values"},
		{[]float64{1, 0}, one, "ratio: old value 0 is not above 0 and finite"},
		{one, []float64{-2}, "ratio: new value -2 is not above 0 and finite"},
		{one, []float64{inf}, "ratio: new value +Inf is not above 0 and finite"},
		{[]float64{math.NaN()}, one, "ratio: old value NaN is not above 0 and finite"},
	} {
		_, _, _, err := ratioInterval(tt.old, tt.new, 0.9)
		require.ErrorContains(t, err, tt.err)
	}
}

// TestRatioIntervalInverts: moved to either bound, the test rejects just not at
// the level any more.
func TestRatioIntervalInverts(t *testing.T) {
	moved := func(values []float64, by float64) (m []float64) {
		for _, v := range values {
			m = append(m, v*by)
		}
		return m
	}
	const little = 1e-9
	for _, tt := range readRanks(t).Ratio {
		_, lo, hi, err := ratioInterval(tt.Old, tt.New, tt.Confidence)
		require.NoError(t, err)
		level := (1 - tt.Confidence) / 2 * (1 + little)
		require.LessOrEqual(t, mannWhitney(moved(tt.Old, lo*(1-little)), tt.New), level)
		require.Greater(t, mannWhitney(moved(tt.Old, lo*(1+little)), tt.New), level)
		require.LessOrEqual(t, mannWhitney(tt.New, moved(tt.Old, hi*(1+little))), level)
		require.Greater(t, mannWhitney(tt.New, moved(tt.Old, hi*(1-little))), level)
	}
}
