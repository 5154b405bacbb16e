package gate

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// ranksReference is testdata/ranks.json, which testdata/ranks.py wrote with
// SciPy and R.
type ranksReference struct {
	MannWhitney []struct {
		Why      string
		Old, New []float64
		P        float64
	}
	Ratio []struct {
		Old, New                     []float64
		Confidence, Estimate, Lo, Hi float64
	}
	Quantiles []struct{ N, M, K int }
	Holm      []struct{ P, Holm []float64 }
	Trend     []struct {
		Why       string
		Series    []float64
		P, Change float64
	}
}

func readRanks(t *testing.T) (r ranksReference) {
	t.Helper()
	raw, err := os.ReadFile("testdata/ranks.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &r))
	return r
}

// ranksNear is a relative difference: a p-value of 1e-20 counts too.
const ranksNear = 1e-9

func TestMannWhitneyReference(t *testing.T) {
	cases := readRanks(t).MannWhitney
	require.Equal(t, 58, len(cases))
	for _, tt := range cases {
		old, new := slices.Clone(tt.Old), slices.Clone(tt.New)
		require.InEpsilon(t, tt.P, mannWhitney(old, new), ranksNear, "%s: %d against %d", tt.Why, len(old), len(new))
		require.Equal(t, tt.Old, old, "arguments stay as they are")
		require.Equal(t, tt.New, new, "arguments stay as they are")
	}
}

func TestMannWhitney(t *testing.T) {
	up := func(n int, from float64) (v []float64) {
		for i := range n {
			v = append(v, from+float64(i))
		}
		return v
	}
	same := slices.Repeat([]float64{7}, 40)
	for _, tt := range []struct {
		why      string
		old, new []float64
		want     float64
	}{
		{"all new ones larger, 1 of C(6,3)", up(3, 1), up(3, 4), 1.0 / 20},
		{"all new ones smaller: every choice is as high", up(3, 4), up(3, 1), 1},
		{"1 of C(20,10), as far as it goes", up(10, 1), up(10, 100), 1.0 / 184756},
		// Ranks 1, 2.5, 2.5, 4; old has 3.5: {1,2.5} twice of C(4,2).
		{"a tie across the sides", []float64{1, 2}, []float64{2, 3}, 2.0 / 6},
		// Ranks 1, 2 and 3.5 of 1, 2, 3, 3; old has 3: {1,2} only.
		{"a tie within a side alters nothing", []float64{1, 2}, []float64{3, 3}, 1.0 / 6},
		// Old 0 has rank 2.5, the least of 2.5 (four times) and 5: 4 of 5.
		{"nearly all equal", []float64{0}, []float64{0, 1, 0, 0}, 4.0 / 5},
		{"the same, where the larger one is old", []float64{1}, []float64{0, 0, 0, 0}, 1},
		{"0 and −0 are equal", []float64{0}, []float64{math.Copysign(0, -1)}, 1},
		{"infinity is the largest", []float64{1}, []float64{math.Inf(1)}, 0.5},
		{"all equal", same[:5], same[:5], 1},
		{"all equal, too many to count", same, same, 1},
		{"no old one", nil, up(3, 1), 1},
		{"no new one", up(3, 1), nil, 1},
		{"neither", nil, nil, 1},
		{"NaN is not ranked", []float64{1, math.NaN()}, up(2, 1), math.NaN()},
	} {
		got := mannWhitney(tt.old, tt.new)
		if math.IsNaN(tt.want) {
			require.True(t, math.IsNaN(got), tt.why)
			continue
		}
		require.InEpsilon(t, tt.want, got, 1e-12, tt.why)
	}
}

func BenchmarkMannWhitney(b *testing.B) {
	for _, c := range []struct {
		name  string
		n     int
		steps float64 // into which the values are rounded; 0 for none
	}{{"10", 10, 0}, {"10tied", 10, 10}, {"25tied", 25, 10}, {"50", 50, 0}, {"50tied", 50, 10}} {
		var old, new []float64
		for i := 1; i <= c.n; i++ {
			o, n := math.Mod(float64(i)*math.Phi, 1), math.Mod(float64(i)*math.Sqrt2, 1)
			if c.steps > 0 {
				o, n = math.Round(o*c.steps), math.Round(n*c.steps)
			}
			old, new = append(old, o), append(new, n)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				mannWhitney(old, new)
			}
		})
	}
}
