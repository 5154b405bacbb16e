package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMacroF1Interval: of two labels that are alike in everything, macro-F1 is nearly the accuracy, whose standard error is
// √(p(1−p)/n): for p = 0.7 of 1000, 1.96·0.01449 = 0.0284 either side. 10,000 draws place a 2.5th percentile to within about
// 0.03 standard errors, and a step is 1/1000.
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
	require.InDelta(t, 0.7-0.0284, lo, 0.0015)
	require.InDelta(t, 0.7+0.0284, hi, 0.0015)
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
	require.Equal(t, [2]float64{0.5, 0.5}, [2]float64{lo, hi}, "each label keeps its sentences, and has but one answer")
	require.NoError(t, c.Add("down", "down"))
	lo, hi = c.MacroF1Interval()
	// down: 0 right of 4 in (3/4)⁴ = 32 %, all 4 in (1/4)⁴ = 0.4 %, 3 in 4·(1/4)³·(3/4) = 4.7 %: F1 0, 1, 6/7
	require.Equal(t, [2]float64{0.5, (1 + 6.0/7) / 2}, [2]float64{lo, hi})
}

// TestInterval: of sentences of one label the right ones are binomial. Of 100
// with p = 0.7, P(X ≤ 60) = 0.0210 and P(X ≤ 61) = 0.0340; P(X ≤ 78) = 0.9712
// and P(X ≤ 79) = 0.9835.
func TestInterval(t *testing.T) {
	c := confusion(t, []string{"up", "down"}, [][]int{{70, 20, 10}, {0, 0, 0}})
	for seed := range uint64(5) {
		lo, hi := c.Interval((*Confusion).Accuracy, seed)
		require.Equal(t, [2]float64{0.61, 0.79}, [2]float64{lo, hi})
	}
	lo, hi := c.Interval((*Confusion).Unparsed, 1)
	// P(X ≤ 4) = 0.0237 and P(X ≤ 5) = 0.0576; P(X ≤ 15) = 0.9601 and P(X ≤ 16) = 0.9794
	require.Equal(t, [2]float64{0.05, 0.16}, [2]float64{lo, hi})
}

// study has the sentences of the study's set, 5,842 of three labels.
func study(t testing.TB) *Confusion {
	return confusion(t, []string{"negative", "neutral", "positive"},
		[][]int{{511, 231, 98, 20}, {187, 2611, 301, 31}, {75, 402, 1363, 12}})
}

// TestIntervalPinned: every machine and every version of Go draws the same.
func TestIntervalPinned(t *testing.T) {
	lo, hi := study(t).MacroF1Interval()
	require.Equal(t, [2]float64{0.7202378132126269, 0.7459813773864119}, [2]float64{lo, hi})
	other, _ := study(t).Interval((*Confusion).MacroF1, 2)
	require.NotEqual(t, lo, other, "another seed, other draws")
	random := rand.NewPCG(1, 0)
	var drawn []int
	for range 8 {
		drawn = append(drawn, binomial(random, 1000, 3, 10))
	}
	require.Equal(t, []int{298, 278, 293, 270, 286, 300, 310, 290}, drawn)
}

// TestBinomial holds how often each number is drawn against its probability,
// C(n,x) pˣ (1−p)ⁿ⁻ˣ, to within 5 standard errors.
func TestBinomial(t *testing.T) {
	const draws = 100_000
	for _, tt := range []struct {
		n, k, m int
		reason  string
	}{
		{1, 1, 2, "one coin"},
		{7, 2, 5, "digits without end: 0.0110 0110 …"},
		{6, 3, 8, "three digits, 0.011: the rest are 0 and let nobody in"},
		{64, 1, 3, "a whole word"},
		{65, 2, 3, "and one more"},
		{150, 19, 20, "nearly all, in three words"},
	} {
		random, seen := rand.NewPCG(7, 0), make([]int, tt.n+1)
		for range draws {
			seen[binomial(random, tt.n, tt.k, tt.m)]++
		}
		p := float64(tt.k) / float64(tt.m)
		probability := math.Pow(1-p, float64(tt.n))
		for x, times := range seen {
			se := math.Sqrt(probability*(1-probability)/draws) + 1e-5
			require.InDelta(t, probability, float64(times)/draws, 5*se, "%d of %d at %d/%d: %s", x, tt.n, tt.k, tt.m, tt.reason)
			probability *= float64(tt.n-x) / float64(x+1) * p / (1 - p)
		}
	}
	for _, n := range []int{0, 5} {
		require.Zero(t, binomial(rand.NewPCG(1, 0), n, 0, 3), "what is impossible")
		require.Equal(t, n, binomial(rand.NewPCG(1, 0), n, 3, 3), "what is certain")
	}
}

func BenchmarkInterval(b *testing.B) {
	c := study(b)
	for b.Loop() {
		c.MacroF1Interval()
	}
}
