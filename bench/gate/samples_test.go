package gate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/score"
)

// spreadBy are two values whose logs are shift ± 0.1: of two such sides, the
// pooled variance of logs is 4·0.01/2 = 0.02, the ratio that of the shifts.
func spreadBy(shift float64) []float64 {
	return []float64{math.Exp(shift - 0.1), math.Exp(shift + 0.1)}
}

// z(0.95) = 1.644854 and z(0.9) = 1.281552, of which the sum squared is
// 8.563847: times 2π/3 and the variance 0.02 it is 0.358720.
func TestSamplesToPass(t *testing.T) {
	steady := []float64{5, 5, 5}
	for _, tt := range []struct {
		why      string
		old, new []float64
		margin   float64
		n        int
		ok       bool
	}{
		// 0.358720/0.048790² = 150.69, and 1.644854²/4 = 0.68.
		{"as large", spreadBy(0), spreadBy(0), 1.05, 152, true},
		{"smaller counts as large", spreadBy(0), spreadBy(-0.5), 1.05, 152, true},
		// 0.358720/0.028790² = 432.78, and 0.68.
		{"larger, within the margin", spreadBy(0), spreadBy(0.02), 1.05, 434, true},
		{"beyond the margin", spreadBy(0), spreadBy(0.05), 1.05, 0, false},
		{"no margin", spreadBy(0), spreadBy(-0.5), 1, 0, false},
		// 0.358720/1e−8.
		{"more than anyone runs", spreadBy(0), spreadBy(math.Log(1.05) - 1e-4), 1.05, 0, false},
		{"no spread, 1/C(6,3) is 5 %", steady, steady, 1.05, 3, true},
		{"one a side, of no known spread", steady[:1], steady[:1], 1.05, 3, true},
		{"one a side, beyond the margin", []float64{5}, []float64{6}, 1.05, 0, false},
		{"none", nil, steady, 1.05, 0, false},
		{"no ratio to 0", []float64{0}, steady, 1.05, 0, false},
	} {
		n, ok := samplesToPass(tt.old, tt.new, tt.margin)
		require.Equal(t, tt.n, n, tt.why)
		require.Equal(t, tt.ok, ok, tt.why)
	}
}

func TestSamplesToRegress(t *testing.T) {
	for _, tt := range []struct {
		why      string
		old, new []float64
		alpha    float64
		n        int
		ok       bool
	}{
		// 0.358720/0.05² = 143.49, and 0.68.
		{"a little larger", spreadBy(0), spreadBy(0.05), 0.05, 145, true},
		// R's pwilcox(27, 10, 10) is 0.04460 and the next above 5 %: z = 1.6996,
		// (1.6996+1.2816)²·0.02/0.04·2π/3 + 1.6996²/4 = 10.03, more than 10.
		// pwilcox(34, 11, 11) is 0.04397: z = 1.7066, 10.08.
		{"larger, with ranks that attain less than 5 %", spreadBy(0), spreadBy(0.2), 0.05, 11, true},
		{"as large", spreadBy(0), spreadBy(0), 0.05, 0, false},
		{"smaller", spreadBy(0), spreadBy(-0.1), 0.05, 0, false},
		{"one a side, 1/C(6,3) is 5 %", []float64{5}, []float64{6}, 0.05, 3, true},
		{"one a side, C(10,5) is 252 and C(12,6) is 924", []float64{5}, []float64{6}, 1.0 / 600, 6, true},
		{"no spread", []float64{5, 5, 5}, []float64{6, 6, 6}, 1.0 / 600, 6, true},
		{"none", nil, nil, 0.05, 0, false},
		{"no error allowed at all", spreadBy(0), spreadBy(0.2), 0, 0, false},
	} {
		n, ok := samplesToRegress(tt.old, tt.new, tt.alpha)
		require.Equal(t, tt.n, n, tt.why)
		require.Equal(t, tt.ok, ok, tt.why)
	}
}

// TestSamplesPower asks for samples and draws as many, 2,000 times: a share of
// 0.9 is then known to ± 0.013 (two standard errors).
func TestSamplesPower(t *testing.T) {
	const runs, distance = 2000, 0.05
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, centre, sd float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = math.Exp(centre + sd*random.NormFloat64())
		}
		return v
	}
	share := func(found func() bool) float64 {
		k := 0
		for range runs {
			if found() {
				k++
			}
		}
		return float64(k) / runs
	}
	for _, level := range []float64{0.05, 0.0125, 0.025 / 15, 0.025 / 75} {
		for _, effect := range []float64{0.8, 1.2, 1.6, 2, 2.5, 3, 4} { // of sd
			sd := distance / effect
			n, ok := samplesFor(level, sd, distance)
			require.True(t, ok)
			regress := share(func() bool {
				return mannWhitney(draw(n, 0, sd), draw(n, distance, sd)) <= level*(1+levelRounding)
			})
			require.GreaterOrEqual(t, regress, 0.85, "%d samples for %v sd at %v", n, effect, level)
			if mostRejected(n-1, n-1, level) > 0 { // fewer samples could do
				require.LessOrEqual(t, regress, 0.97, "%d samples for %v sd at %v", n, effect, level)
			}
			if level != passLevel {
				continue
			}
			pass := share(func() bool {
				_, _, hi, err := ratioInterval(draw(n, 0, sd), draw(n, 0, sd), 1-2*passLevel)
				return err == nil && math.Log(hi) < distance
			})
			t.Logf("level %.5f, %.1f sd: n = %d, regressed %.3f, passed %.3f", level, effect, n, regress, pass)
			require.InDelta(t, regress, pass, 0.04, "%d samples for %v sd: as likely, seen from the margin", n, effect)
		}
	}
}

func TestSentencesToDecide(t *testing.T) {
	for _, tt := range []struct {
		why                      string
		change, variance, margin float64
		alpha                    float64
		n                        int
		ok                       bool
	}{
		// 8.563847·0.05/0.02² = 1070.5
		{"no change", 0, 0.05, 0.02, 0.05, 1071, true},
		{"better counts as no change", 0.01, 0.05, 0.02, 0.05, 1071, true},
		// 8.563847·0.0675/0.05² = 231.2
		{"a loss beyond the margin", -0.05, 0.0675, 0.01, 0.05, 232, true},
		{"a loss of the margin", -0.05, 0.0675, 0.05, 0.05, 232, true},
		// 8.563847·0.05/0.005² = 17127.7 to pass, /0.015² = 1903.1.
		{"within the margin, sooner shown to be worse", -0.015, 0.05, 0.02, 0.05, 1904, true},
		// /0.012² = 2973.6 to pass, /0.008² = 6690.5.
		{"within the margin, sooner shown to be so", -0.008, 0.05, 0.02, 0.05, 2974, true},
		// 0.95^58 = 5.1 %, 0.95^59 = 4.8 %.
		{"all stayed the same", 0, 0, 0.05, 0.05, 59, true},
		{"no margin, no change", 0, 0.05, 0, 0.05, 0, false},
		{"no number of sentences", -1e-6, 0.05, 0, 0.05, 0, false},
		{"margin of everything", 0, 0.05, 1, 0.05, 1, true},
	} {
		n, ok := sentencesToDecide(tt.change, math.Sqrt(tt.variance), tt.margin, tt.alpha)
		require.Equal(t, tt.n, n, tt.why)
		require.Equal(t, tt.ok, ok, tt.why)
	}
}

// TestSentencesPower is [TestSamplesPower] for sentences: 6 % break and 1 % are
// fixed, at the level of one of 15 pairs.
func TestSentencesPower(t *testing.T) {
	const runs, broken, fixed, alpha = 2000, 0.06, 0.01, 0.025 / 15
	const change = fixed - broken
	n, ok := sentencesToDecide(change, math.Sqrt(broken+fixed-change*change), 0.02, alpha)
	require.True(t, ok)
	random := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range runs {
		b, f := 0, 0
		for range n {
			switch u := random.Float64(); {
			case u < broken:
				b++
			case u < broken+fixed:
				f++
			}
		}
		if p, _ := score.McNemar(b, f); p <= alpha {
			found++
		}
	}
	share := float64(found) / runs
	t.Logf("n = %d: %.3f", n, share)
	require.True(t, share >= 0.85 && share <= 0.97, "%d sentences find it in %v of runs", n, share)
}
