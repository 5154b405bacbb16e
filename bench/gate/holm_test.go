package gate

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHolmReference(t *testing.T) {
	cases := readRanks(t).Holm
	require.Equal(t, 5, len(cases))
	for _, tt := range cases {
		p := slices.Clone(tt.P)
		require.InDeltaSlice(t, tt.Holm, holm(p), 1e-15)
		require.Equal(t, tt.P, p, "the argument stays as it is")
	}
}

func TestHolm(t *testing.T) {
	for _, tt := range []struct {
		why     string
		p, want []float64
	}{
		{"no test", nil, []float64{}},
		{"one test needs no correction", []float64{0.03}, []float64{0.03}},
		// In order: 0.125·4 = 0.5; 0.15·3 = 0.45, which may not be less than
		// 0.5; 0.3·2 = 0.6; 0.75.
		{"never less than that of a smaller p", []float64{0.3, 0.125, 0.75, 0.15}, []float64{0.6, 0.5, 0.75, 0.5}},
		{"never more than 1", []float64{0.9, 0.8}, []float64{1, 1}},
		{"equal ones stay equal", []float64{0.1, 0.1}, []float64{0.2, 0.2}},
	} {
		require.InDeltaSlice(t, tt.want, holm(tt.p), 1e-15, tt.why)
	}
}
