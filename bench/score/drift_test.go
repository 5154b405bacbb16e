package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestDrift(t *testing.T) {
	var d Drift
	require.True(t, math.IsNaN(d.Share()), "no sentences")
	for _, tt := range []struct {
		want, old, new string
		flip           Flip
		reason         string
	}{
		{"up", "up", "up", Kept, "right and the same"},
		{"up", "down", "down", Kept, "wrong and the same"},
		{"up", Unparsed, Unparsed, Kept, "no label twice is the same answer"},
		{"up", "up", "down", Broke, ""},
		{"up", "up", Unparsed, Broke, "no label is wrong"},
		{"up", "down", "up", Fixed, ""},
		{"up", Unparsed, "up", Fixed, "no label was wrong"},
		{"up", "down", "flat", Other, "wrong before and after"},
		{"up", "down", Unparsed, Other, "no label is another wrong answer"},
		{"up", Unparsed, "down", Other, ""},
		{Unparsed, Unparsed, "up", Other, "unparsed is never right, even if somebody says so"},
		{Unparsed, "up", Unparsed, Other, "nor does it become right"},
	} {
		before := d
		require.Equal(t, tt.flip, d.Add(tt.want, tt.old, tt.new), "%s: %s → %s: %s", tt.want, tt.old, tt.new, tt.reason)
		require.Equal(t, before.Sentences+1, d.Sentences)
	}
	// Three kept of twelve: nine flips.
	if diff := cmp.Diff(Drift{Sentences: 12, Broke: 2, Other: 5, Fixed: 2}, d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	require.Equal(t, 9, d.Flipped())
	require.Equal(t, 0.75, d.Share())
}

func TestKL(t *testing.T) {
	for _, tt := range []struct {
		p, q   []float64
		want   float64
		reason string
	}{
		{[]float64{0.5, 0.5}, []float64{0.25, 0.75}, 0.143841, "½ ln 2 + ½ ln ⅔ = 0.346574 − 0.202733"},
		{[]float64{0.25, 0.75}, []float64{0.5, 0.5}, 0.130812, "¼ ln ½ + ¾ ln 1.5 = −0.173287 + 0.304099: not symmetric"},
		{[]float64{0.5, 0.25, 0.25}, []float64{0.25, 0.25, 0.5}, 0.173287, "½ ln 2 + 0 + ¼ ln ½ = ¼ ln 2"},
		{[]float64{0.2, 0.3, 0.5}, []float64{0.2, 0.3, 0.5}, 0, "the same"},
		{[]float64{1, 0}, []float64{0.5, 0.5}, 0.693147, "ln 2: 0·ln(0/½) is 0"},
		{[]float64{1, 0}, []float64{1, 0}, 0, "0·ln(0/0) is 0"},
		{[]float64{0.5, 0.5}, []float64{1, 0}, math.Inf(1), "q rules out what p thinks as probable as not"},
		{[]float64{1, 0}, []float64{0x1p-1074, 1}, 744.440072, "1074 ln 2, though 1/q overflows"},
		{nil, nil, 0, "no labels, nothing to differ in"},
	} {
		require.InDelta(t, tt.want, KL(tt.p, tt.q), 1e-6, tt.reason)
	}
	require.Panics(t, func() { KL([]float64{1}, []float64{0.5, 0.5}) })
	require.True(t, math.IsNaN(KL([]float64{math.NaN(), 1}, []float64{0.5, 0.5})), "what is no number is not hidden")
}

// TestKLIsNotNegative: Gibbs' inequality, also where all but rounding cancels.
func TestKLIsNotNegative(t *testing.T) {
	draws := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		x := draws.Float64()
		y := x * (1 + 1e-15*draws.NormFloat64())
		require.GreaterOrEqual(t, KL([]float64{x, 1 - x}, []float64{y, 1 - y}), 0.0, "%v %v", x, y)
	}
}
