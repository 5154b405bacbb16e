package gate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spreads are how costs of an unchanged pair vary, by unit in the order of costUnits.
type spreads struct {
	source          string      // where they come from
	samples         []int       // by unit; 0 where it was not measured
	within, between []float64   // standard deviations of natural logs
	correlation     [][]float64 // of the logs within a sitting
	lower           [][]float64 // its Cholesky factor
}

// spreadsOf estimates them, all pairs taken together. Estimated joules are no measurement of joules. What was not
// measured spreads like the time, and moves with nothing.
func spreadsOf(files []*sittings) (*spreads, error) {
	s := &spreads{}
	same := underSameConditions(files)
	var residuals [][]float64 // by unit, of all lines; NaN where one lacks it
	for _, unit := range costUnits() {
		groups := make([][][]float64, len(same))
		for g, results := range same {
			for _, res := range results {
				logs := make([]float64, len(res.lines))
				for i, line := range res.lines {
					v, ok := line.Value(unit)
					if !ok || strings.Contains(unit, "joules") && estimated(res.Config["meter"]) {
						v = math.NaN()
					} else if !(v > 0) {
						return nil, fmt.Errorf("%s of %s is %v, which has no log", unit, res.Pair, v)
					}
					logs[i] = math.Log(v)
				}
				groups[g] = append(groups[g], logs)
			}
		}
		within, between, n, r := components(groups)
		if n > 0 && (math.IsNaN(within) || math.IsNaN(between)) {
			return nil, fmt.Errorf("%s: want two passes in a sitting, and two sittings of a pair under the same conditions", unit)
		}
		s.samples, s.within, s.between = append(s.samples, n), append(s.within, within), append(s.between, between)
		residuals = append(residuals, r)
	}
	like := slices.Index(costUnits(), "sec/op")
	if s.samples[like] == 0 {
		return nil, fmt.Errorf("no sitting with sec/op")
	}
	for u, n := range s.samples {
		if n == 0 {
			s.within[u], s.between[u] = s.within[like], s.between[like]
		}
		row := make([]float64, len(residuals))
		for v := range row {
			row[v] = correlation(residuals[u], residuals[v])
		}
		row[u] = 1
		s.correlation = append(s.correlation, row)
	}
	return s, nil
}

// underSameConditions groups sittings that can be held against each other.
func underSameConditions(files []*sittings) [][]*Result {
	var same [][]*Result
	for _, s := range files {
		index := map[string]int{}
		for _, sitting := range s.all {
			for _, res := range sitting.pairs {
				key := res.Pair.String()
				for _, c := range conditions() {
					key += "\n" + res.Config[c]
				}
				if _, ok := index[key]; !ok {
					index[key] = len(same)
					same = append(same, nil)
				}
				same[index[key]] = append(same[index[key]], res)
			}
		}
	}
	return same
}

// components takes the logs of groups of sittings, NaN where there is none, apart:
//
//	within²  = Σ(x − mean of the sitting)² / Σ(passes − 1)
//	between² = Σ(mean of the sitting − mean of means)² / Σ(sittings − 1) − within² · mean of 1/passes
//
// Both are NaN where there is nothing to estimate them from.
func components(groups [][][]float64) (within, between float64, n int, residuals []float64) {
	var squares, freedom, meanSquares, meanFreedom, inverse, sittings float64
	for _, group := range groups {
		var means []float64
		for _, logs := range group {
			known := slices.DeleteFunc(slices.Clone(logs), math.IsNaN)
			centre := mean(known)
			for _, x := range logs {
				residuals = append(residuals, x-centre)
			}
			for _, x := range known {
				squares += (x - centre) * (x - centre)
			}
			if len(known) > 0 {
				n += len(known)
				freedom += float64(len(known) - 1)
				inverse += 1 / float64(len(known))
				sittings++
				means = append(means, centre)
			}
		}
		for _, m := range means {
			meanSquares += (m - mean(means)) * (m - mean(means))
		}
		meanFreedom += float64(max(0, len(means)-1))
	}
	variance := squares / freedom
	return math.Sqrt(variance), math.Sqrt(max(0, meanSquares/meanFreedom-variance*inverse/sittings)), n, residuals
}

// correlation is that of residuals where both are known; 0 where they say nothing.
func correlation(a, b []float64) float64 {
	var ab, aa, bb float64
	for i := range a {
		if !math.IsNaN(a[i] * b[i]) {
			ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
		}
	}
	if aa*bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

func mean(values []float64) (m float64) {
	for _, v := range values {
		m += v / float64(len(values))
	}
	return m
}

func TestComponents(t *testing.T) {
	none := math.NaN()
	// Within: (1+1+1+1)/(1+1) = 2. Means 1 and 5: (4+4)/1 = 8, less 2·1/2.
	within, between, n, residuals := components([][][]float64{{{0, 2}, {4, none, 6}}})
	require.InDeltaSlice(t, []float64{math.Sqrt(2), math.Sqrt(7)}, []float64{within, between}, 1e-12)
	require.Equal(t, 4, n)
	require.True(t, math.IsNaN(residuals[3]), "a pass without the metric")
	require.Equal(t, []float64{-1, 1, -1, 1}, slices.DeleteFunc(residuals, math.IsNaN))
	// The same, of two pairs that have nothing in common.
	within, between, _, _ = components([][][]float64{{{0, 2}, {4, 6}}, {{100, 102}, {104, 106}}})
	require.InDeltaSlice(t, []float64{math.Sqrt(2), math.Sqrt(7)}, []float64{within, between}, 1e-12)
	// Means differ by less than passes do.
	_, between, _, _ = components([][][]float64{{{0, 2}, {0, 2}}})
	require.Zero(t, between)
	_, between, _, _ = components([][][]float64{{{0, 2}}})
	require.True(t, math.IsNaN(between), "one sitting says nothing of others")
	require.InDelta(t, -0.5, correlation([]float64{1, -1, 0, none}, []float64{0, 1, -1, 9}), 1e-12)
}

// TestSpreadsOfSittings draws sittings, writes and reads them, and finds what they were drawn from: 40 sittings of 3
// pairs have 117 degrees of freedom, a standard error of 7 % of the deviation between them.
func TestSpreadsOfSittings(t *testing.T) {
	s := &spreads{within: []float64{0.01, 0.02, 0.03, 0.04, 0.05, 0.06}, between: slices.Repeat([]float64{0.05}, 6)}
	for u := range 6 {
		s.correlation = append(s.correlation, make([]float64, 6))
		for v := range 6 {
			s.correlation[u][v] = math.Pow(-0.8, math.Abs(float64(u-v)))
		}
	}
	s.lower = cholesky(t, s.correlation)
	random := rand.New(rand.NewPCG(5, 6))
	drawn := &sittings{units: unitsOfCosts()}
	for i := range 40 {
		sit := sitting{id: fmt.Sprintf("2026%04d", i)}
		for _, p := range simulatedPairs()[:3] {
			sit.pairs = append(sit.pairs, s.measure(random, p, 10, s.day(random), 1))
		}
		drawn.all = append(drawn.all, sit)
	}
	drawn.sort()
	again, err := parseSittings("drawn.txt", drawn.format())
	require.NoError(t, err)
	got, err := spreadsOf([]*sittings{again})
	require.NoError(t, err)
	for u, unit := range costUnits() {
		require.Equal(t, 1200, got.samples[u], unit)
		require.InEpsilon(t, s.within[u], got.within[u], 0.1, unit)
		require.InEpsilon(t, s.between[u], got.between[u], 0.25, unit)
		require.InDeltaSlice(t, s.correlation[u], got.correlation[u], 0.1, unit)
	}
}
