package gate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// around are n values at even steps, whose median is the middle, from 1 % below it to 1 % above.
func around(middle float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = middle * (0.99 + 0.02*float64(i)/float64(n-1))
	}
	return values
}

func repeated(x float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = x
	}
	return values
}

// Of 6 against 6 values that do not overlap, p is 1/C(12,6) = 1/924 = 0.00108; of 4 against 4, 1/70 = 0.0143; of 3
// against 3, 1/20.
func TestCostVerdict(t *testing.T) {
	const lower, higher = -1, +1
	for _, tt := range []struct {
		why       string
		direction int
		old, new  []float64
		want      Verdict
		p         float64
		need      bool // some number of samples would decide
	}{
		{"a tenth more", lower, around(100, 6), around(110, 6), Regressed, 1.0 / 924, false},
		{"a tenth more, of what should be much", higher, around(100, 6), around(110, 6), Pass, 1, false},
		{"a tenth less", lower, around(110, 6), around(100, 6), Pass, 1, false},
		{"a tenth less, of what should be much", higher, around(110, 6), around(100, 6), Regressed, 1.0 / 924, false},
		{"a twentieth to the dot is a regression", lower, repeated(100, 6), repeated(105, 6), Regressed, 1.0 / 924, false},
		{"the other way too", higher, repeated(105, 6), repeated(100, 6), Regressed, 1.0 / 924, false},
		{"shown to be worse, by less than a twentieth", lower, around(100, 6), around(102.9, 6), Pass, 1.0 / 924, false},
		{"shown to be worse, perhaps by more than a twentieth", lower, around(100, 6), around(104.9, 6), Inconclusive, 1.0 / 924, true},
		{"the same, every time", lower, repeated(7, 6), repeated(7, 6), Pass, 1, false},
		{"three samples show nothing, however clear", lower, around(100, 3), around(150, 3), Inconclusive, 1.0 / 20, true},
		{"four do: 1/70 is below 2.5 %", lower, around(100, 4), around(150, 4), Regressed, 1.0 / 70, false},
		{"net joules of a machine that idles at what it works", lower, []float64{-1, 0, 1, 2}, []float64{-1, 0, 1, 2}, Inconclusive, math.NaN(), false},
		{"from nothing to something", lower, repeated(0, 4), repeated(1, 4), Regressed, 1.0 / 70, false},
		{"from something to nothing, of what should be much", higher, repeated(1, 4), repeated(0, 4), Regressed, 1.0 / 70, false},
		{"no longer measured", lower, around(100, 6), nil, Inconclusive, 1, false},
	} {
		c := compareCost("x", tt.direction, tt.old, tt.new)
		c.decide(c.P, Alpha/2)
		require.Equal(t, tt.want, c.Verdict, "%s: %+v", tt.why, c)
		if !math.IsNaN(tt.p) {
			require.InDelta(t, tt.p, c.P, 1e-12, tt.why)
		}
		require.Equal(t, tt.need, c.Need > 0, "%s: need %d", tt.why, c.Need)
		require.LessOrEqual(t, c.Low, c.High, tt.why)
		if c.Need > 0 {
			require.Greater(t, c.Need, len(tt.old), "so many have just not done: %s", tt.why)
		}
	}
}

// What decides is the corrected p.
func TestCostVerdictIsCorrected(t *testing.T) {
	c := compareCost("x", -1, around(100, 4), around(150, 4))
	c.decide(2*c.P, Alpha/2) // 1/35 is above 2.5 %
	require.Equal(t, Inconclusive, c.Verdict)
	require.InDelta(t, 1.0/35, c.Adjusted, 1e-12)
	c.decide(Alpha/2, Alpha/2)
	require.Equal(t, Regressed, c.Verdict, "at most the level is enough")
}

// Where all values of a side are the same, so are all ratios, and both ends of their interval.
func TestCostInterval(t *testing.T) {
	c := compareCost("x", -1, repeated(100, 4), repeated(110, 4))
	require.Equal(t, "+10.0 % (+10.0 % to +10.0 %)", c.Change())
	require.Equal(t, [2]float64{100, 110}, [2]float64{c.Old, c.New})

	c = compareCost("x", +1, repeated(110, 4), repeated(99, 4))
	require.InDelta(t, 0.9, c.Ratio, 1e-12)
	require.InDelta(t, 110.0/99, c.worsened(), 1e-12)
	require.InDelta(t, 110.0/99, c.worst(), 1e-9)
	require.Equal(t, "-10.0 % (-10.0 % to -10.0 %)", c.Change())

	c = compareCost("x", -1, repeated(100, 2), repeated(110, 2))
	require.Equal(t, "+10.0 % (-100.0 % to +∞)", c.Change(), "too few for any bound: 1/C(4,2) = 1/6")

	// The sides bear the names that a reader gives them, whichever way is better.
	c = compareCost("x", +1, repeated(1, 4), repeated(0, 4))
	require.Equal(t, "ratio: new value 0 is not above 0 and finite", c.Change())
}

// side is one side of a comparison: the direction of each unit, its configuration lines and its values.
func side(units map[string]string, config map[string]string, values map[string][]float64) samples {
	metadata := benchfmt.UnitMetadataMap{}
	for unit, better := range units {
		metadata[benchfmt.UnitMetadataKey{Unit: unit, Key: "better"}] = &benchfmt.UnitMetadata{UnitMetadataKey: benchfmt.UnitMetadataKey{Unit: unit, Key: "better"}, Value: better}
	}
	return samples{config, metadata, func(unit string) []float64 { return values[unit] }}
}

func TestCompareCosts(t *testing.T) {
	measured := map[string][]float64{"sec/op": {1, 2, 3}, "joules/op": {3, 4, 5}, "eval-tok/s": {7, 8, 9}, "gCO2/op": {1, 1, 1}, "p95-latency-ns": {1, 1, 1}}
	less := map[string][]float64{"sec/op": {1, 2, 3}, "joules/op": {3, 4, 5}}
	units := map[string]string{"sec/op": "lower", "joules/op": "lower", "eval-tok/s": "higher"}
	turned := map[string]string{"sec/op": "lower", "joules/op": "lower", "eval-tok/s": "lower"}
	rapl := map[string]string{"host": "h", "meter": "rapl:package-0"}
	for _, tt := range []struct {
		why           string
		old, new      samples
		tested        []string
		lacking       []string
		notComparable string
		err           string
	}{
		{"grams and latencies follow what is tested", side(units, rapl, measured), side(units, rapl, measured), []string{"joules/op", "sec/op", "eval-tok/s"}, nil, "", ""},
		{"estimated joules are time", side(units, map[string]string{"host": "h", "meter": "estimate:cpu-time"}, measured), side(units, map[string]string{"host": "h", "meter": "estimate:cpu-time"}, measured), []string{"sec/op", "eval-tok/s"}, nil, "", ""},
		{"what new no longer has stays in the table", side(units, rapl, measured), side(units, rapl, less), []string{"joules/op", "sec/op", "eval-tok/s"}, nil, "", ""},
		{"what old did not have is named", side(units, rapl, less), side(units, rapl, measured), []string{"joules/op", "sec/op"}, []string{"eval-tok/s"}, "", ""},
		{"a resumed pass has no costs at all", side(units, rapl, measured), side(units, rapl, nil), []string{"joules/op", "sec/op", "eval-tok/s"}, nil, "", ""},
		{"two meters", side(units, rapl, measured), side(units, map[string]string{"host": "h", "meter": "estimate:cpu-time"}, measured), nil, nil, "meter rapl:package-0 → estimate:cpu-time", ""},
		{"nobody says where", side(units, map[string]string{"meter": "m"}, measured), side(units, map[string]string{"meter": "m"}, measured), nil, nil, "the results do not say on which host they were measured", ""},
		{"two directions", side(units, rapl, measured), side(turned, rapl, measured), nil, nil, "", "unit eval-tok/s: lower is better on the one side, higher on the other"},
	} {
		c, err := compareCosts(tt.old, tt.new, nil)
		if tt.err != "" {
			require.EqualError(t, err, tt.err, tt.why)
			continue
		}
		require.NoError(t, err, tt.why)
		var tested []string
		for _, m := range c.Metrics {
			tested = append(tested, m.Unit)
		}
		require.Equal(t, tt.tested, tested, tt.why)
		require.Equal(t, tt.lacking, c.Lacking, tt.why)
		require.Equal(t, tt.notComparable, c.NotComparable, tt.why)
	}
}
