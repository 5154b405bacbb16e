package breakeven

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func costsOf(pairs [][2]float64) (costs []cost) {
	for _, p := range pairs {
		costs = append(costs, cost{p[0], p[1]})
	}
	return costs
}

func effects(zones []Zone) []Effect {
	b := BreakEven{Zones: zones}
	return b.effects()
}

// Two of each kind of answer there is, in turns and not, by SciPy and R, which know nothing of quadratics (fieller.py).
func TestZonesAgainstSciPy(t *testing.T) {
	data, err := os.ReadFile("testdata/fieller.json")
	require.NoError(t, err)
	var reference struct {
		Cases []struct {
			Turns     bool
			High, Low [][2]float64
			Cuts      []float64
			Effects   []Effect
		}
		Quantiles []struct {
			DF int
			T  float64
		}
	}
	require.NoError(t, json.Unmarshal(data, &reference))
	require.Len(t, reference.Cases, 44)
	for i, c := range reference.Cases {
		d := unpaired(costsOf(c.High), costsOf(c.Low))
		if c.Turns {
			d = paired(costsOf(c.High), costsOf(c.Low))
		}
		zones := d.zones()
		require.Equal(t, c.Effects, effects(zones), "case %d", i)
		for j, x := range c.Cuts {
			require.InEpsilon(t, 1+x, zones[j].To, 1e-7, "case %d, end %d", i, j)
			require.Equal(t, zones[j].To, zones[j+1].From)
		}
	}
	for _, q := range reference.Quantiles {
		require.InEpsilon(t, q.T, quantile(q.DF), 1e-9, "%d degrees of freedom", q.DF)
	}
}

// What no draw meets: coefficients that vanish. The t quantile of one degree of freedom is 12.706.
func TestZonesAtTheEdges(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		why  string
		d    difference
		want []Zone
	}{
		{"one pass knows no spread", difference{mean: cost{1, -1}}, nil},
		{"passes that are all equal cross in a point: 10 − x = 0", difference{mean: cost{10, -1}, df: 1}, []Zone{{1, 11, More}, {11, inf, Less}}},
		{"and so the other way round", difference{mean: cost{-10, 1}, df: 1}, []Zone{{1, 11, Less}, {11, inf, More}}},
		{"rounding must not lose that point: 0.3 − 0.1·x", difference{mean: cost{0.1 * 3, -0.1}, df: 1}, []Zone{{1, 4, More}, {4, inf, Less}}},
		{"equal, and no crossing", difference{mean: cost{-10, -1}, df: 1}, []Zone{{1, inf, Less}}},
		{"equal answer tokens: the prompt decides", difference{mean: cost{10, 0}, df: 1}, []Zone{{1, inf, More}}},
		{"equal prompts: any further token decides", difference{mean: cost{0, -1}, df: 1}, []Zone{{1, inf, Less}}},
		{"no difference at all", difference{df: 1}, []Zone{{1, inf, Untold}}},
		{"answer tokens that are equal in every pass, and a prompt that is not told", difference{mean: cost{1, 0}, pp: 1, df: 1}, []Zone{{1, inf, Untold}}},
		// A straight line: a = 0 since 12.706²·aa = answer². (10 − x)² > 12.706²·pp + x² with pp = (8/12.706)² is 100 − 20·x > 64: x < 1.8.
		{"answer tokens just not told", difference{mean: cost{10, -1}, pp: sq(8 / t1), aa: sq(1 / t1), df: 1}, []Zone{{1, 2.8, More}, {2.8, inf, Untold}}},
	} {
		got := c.d.zones()
		require.Len(t, got, len(c.want), c.why)
		for i, z := range c.want {
			require.Equal(t, z.Effect, got[i].Effect, c.why)
			require.InDelta(t, z.From, got[i].From, 1e-6, c.why)
			if !math.IsInf(z.To, 1) {
				require.InDelta(t, z.To, got[i].To, 1e-6, c.why)
			} else {
				require.Equal(t, z.To, got[i].To, c.why)
			}
		}
	}
}

const t1 = 12.706204736174698 // tan(0.475·π)

func sq(x float64) float64 { return x * x }

// Whatever the numbers, zones adjoin, differ from one to the next, and reach from 1 to +Inf.
func FuzzZones(f *testing.F) {
	f.Add(10., -1., 1., 0., 1., 5)
	f.Add(0., 0., 0., 0., 0., 1)
	f.Add(1e-9, -1e-12, 1e-20, -1e-24, 1e-26, 2)
	f.Fuzz(func(t *testing.T, p, a, pp, pa, aa float64, df int) {
		for _, v := range []float64{p, a, pp, pa, aa} {
			if !(math.Abs(v) < 1e12) {
				t.Skip("no cost")
			}
		}
		if df < 1 || df > 1000 || pp < 0 || aa < 0 || pa*pa > pp*aa {
			t.Skip("no covariance")
		}
		zones := difference{cost{p, a}, pp, pa, aa, df}.zones()
		require.NotEmpty(t, zones)
		require.LessOrEqual(t, len(zones), 3)
		require.Equal(t, 1., zones[0].From)
		require.True(t, math.IsInf(zones[len(zones)-1].To, 1))
		for i := range zones[1:] {
			require.Equal(t, zones[i].To, zones[i+1].From)
			require.NotEqual(t, zones[i].Effect, zones[i+1].Effect)
			require.Less(t, zones[i].From, zones[i].To)
		}
	})
}
