package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestF1ChangeScoreBound(t *testing.T) {
	labels := []string{"down", "up"}
	const z2 = level * level
	same := pairs(t, labels, [][][]int{{{5, 0, 0}, {0, 0, 0}, {0, 0, 0}}, {{0, 0, 0}, {0, 5, 0}, {0, 0, 0}}}).F1Change(1)
	// The leverage is 100/99, see TestLeverage.
	reach := 100.0 / 99 * z2 / (10 + z2)
	require.Equal(t, ScoreBound, same.Method)
	require.InDeltaSlice(t, []float64{1, 1, -reach, reach}, []float64{same.Old, same.New, same.Low, same.High}, 1e-9,
		"nothing changed, and 10 sentences show little")
	require.Equal(t, 1.0, same.PAtLeast(0), "nothing was drawn")

	// Of 50 and 50 sentences one broke, and one wrong answer, down for up, is now none at all, which is better: no
	// false alarm. Old: down 45 right, 55 given; up 40 right, 45 given. New: down 44 of 53 given; up 40 of 46.
	moved := pairs(t, labels, [][][]int{{{44, 1, 0}, {0, 5, 0}, {0, 0, 0}}, {{9, 0, 1}, {0, 40, 0}, {0, 0, 0}}})
	worse, better := moved.moves(moved.Old())
	require.Equal(t, [2]int{1, 1}, [2]int{worse, better})
	c := moved.F1Change(1)
	before, after := (90.0/105+80.0/95)/2, (88.0/103+80.0/96)/2
	// The largest of single changes: a right up of the new answers becomes down, 78/95 and 88/104.
	leverage := 100 * (after - (88.0/104+78.0/95)/2)
	lo, hi := Tango(1, 1, 100, 0.9)
	require.InDeltaSlice(t, []float64{before, after, after - before + leverage*lo, after - before + leverage*hi},
		[]float64{c.Old, c.New, c.Low, c.High}, 1e-9)

	none := NewPaired(labels).F1Change(1)
	for _, x := range []float64{none.Old, none.New, none.Low, none.High} {
		require.True(t, math.IsNaN(x), "no sentences")
	}
	all := pairs(t, labels, [][][]int{{{0, 3, 0}, {0, 0, 0}, {0, 0, 0}}, {{0, 0, 0}, {3, 0, 0}, {0, 0, 0}}}).F1Change(1)
	require.Equal(t, -1.0, all.Low, "no more can be lost than all")
	require.Equal(t, [2]float64{1, 0}, [2]float64{all.Old, all.New})
}

// TestF1ChangeBootstrap: of sentences of one label alone macro-F1 is 2r/(r+S) for r right of S.
func TestF1ChangeBootstrap(t *testing.T) {
	// 100 right, of which 30 are now unparsed. Broken of a draw are binomial(100, 0.3): P(X ≤ 22) = 0.0479,
	// P(X ≤ 23) = 0.0755, P(X ≤ 37) = 0.9470, P(X ≤ 38) = 0.9660: the 95th percentile is 38, the 5th 23.
	p := pairs(t, []string{"up"}, [][][]int{{{70, 30}, {0, 0}}})
	c := p.F1Change(1)
	require.Equal(t, Bootstrap, c.Method)
	require.InDeltaSlice(t, []float64{124.0/162 - 1, 154.0/177 - 1}, []float64{c.Low, c.High}, 1e-12)
	require.Equal(t, c, p.F1Change(1), "the same answers and seed")
	require.NotEqual(t, c.draws, p.F1Change(2).draws, "another seed")

	// 23 or fewer break in 7.55 % of the draws.
	require.InDelta(t, 0.0755, c.PAtLeast(c.High), 5*math.Sqrt(0.0755/1e4))
	require.Equal(t, 1.0/10001, c.PAtLeast(0), "no draw kept all, and no p-value is 0")
	require.Equal(t, 1.0, c.PAtLeast(-1))
	require.Equal(t, 1.0, c.PAtLeast(math.NaN()), "what is no number is refuted by nothing")

	flipped := pairs(t, []string{"up"}, [][][]int{{{0, 30}, {0, 0}}}).F1Change(1)
	require.Equal(t, [2]float64{-1, -1}, [2]float64{flipped.Low, flipped.High}, "all were right, and none is")

	// 19 of the 20 changes are in one label; the other's one is worth more than its share of the draws.
	few := pairs(t, []string{"down", "up"}, [][][]int{{{9, 0, 1}, {0, 0, 0}, {0, 0, 0}}, {{0, 0, 0}, {0, 481, 19}, {0, 0, 0}}})
	drawn := few.draw(rand.NewPCG(1, 0), draws)
	c = few.F1Change(1)
	require.Less(t, c.Low, drawn[draws*5/100]-0.01)
	require.Greater(t, c.High, drawn[draws*95/100-1])
	require.InDelta(t, 0.05, c.PAtLeast(c.High), 0.03, "the p-value goes with the interval; of few sentences draws are coarse")
}

// population has, of 20,000 sentences of each of three labels, so many twice of
// which the old answer is right, broke, was fixed, or became another wrong one.
func population(right int, broke, fixed, other [3]int) [][]cell {
	p := NewPaired([]string{"a", "b", "c"})
	for want, row := range p.cells {
		for i, k := range row {
			switch {
			case k.old == 3 || k.new == 3:
			case k.old == want && k.new == want:
				row[i].count = 2 * (right - broke[want])
			case k.old == want:
				row[i].count = broke[want]
			case k.new == want:
				row[i].count = fixed[want]
			case k.old == k.new:
				row[i].count = 10_000 - right - fixed[want] - other[want]
			default:
				row[i].count = other[want]
			}
		}
	}
	return p.cells
}

// TestF1ChangeCoverage: the true change of the population lies below Low, and
// above High, in 5 % of the samples or fewer. Of 1,000 samples the standard
// error is 0.7 points; 93 % allow for that and for Tango's own.
func TestF1ChangeCoverage(t *testing.T) {
	const samples, draws = 1000, 400
	all := func(n int) [3]int { return [3]int{n, n, n} }
	balanced, rare := [3]int{100, 100, 100}, [3]int{10, 145, 145}
	study, rarer := [3]int{860, 3130, 1852}, [3]int{60, 3000, 2782}
	for _, tt := range []struct {
		sizes               [3]int
		right               int
		broke, fixed, other [3]int
		reason              string
	}{
		{balanced, 8000, all(80), all(100), all(40), "few flips both ways"},
		{balanced, 9800, all(110), all(0), all(0), "few flips, one way, nearly all right: K is 1, and it is Tango's bound alone"},
		{balanced, 8000, all(680), all(0), all(0), "one way, about 20: on either side of the switch"},
		{balanced, 8000, all(900), all(0), all(0), "one way, 27"},
		{balanced, 8000, all(1200), all(600), all(200), "many, both ways"},
		{rare, 8000, all(160), all(100), all(40), "few flips anywhere"},
		{rare, 8000, [3]int{1200, 0, 0}, all(0), all(0), "few flips, all in the rare label"},
		{rare, 8000, [3]int{800, 480, 480}, [3]int{200, 600, 600}, all(40), "one flip of the rare label among 30 others"},
		{rare, 8000, all(1200), all(600), all(200), "many anywhere"},
		{study, 7800, all(8), all(7), all(2), "few of many sentences"},
		{study, 7800, all(50), all(0), all(0), "one way, 29"},
		{study, 7800, all(240), all(140), all(40), "many, both ways"},
		{rarer, 7800, [3]int{240, 40, 40}, all(4), all(0), "one or two flips of the rare label outweigh 25"},
		{rarer, 7800, [3]int{480, 80, 80}, all(40), all(0), "three among 70"},
	} {
		t.Run(fmt.Sprint(tt.sizes, " ", tt.reason), func(t *testing.T) {
			// Scores are homogeneous: a matrix of all cells' shares times a number has those of the shares.
			truth := NewPaired([]string{"a", "b", "c"})
			cells := population(tt.right, tt.broke, tt.fixed, tt.other)
			for want, row := range cells {
				for i, k := range row {
					truth.cells[want][i].count = k.count * tt.sizes[want]
				}
			}
			change := truth.New().MacroF1() - truth.Old().MacroF1()
			random := rand.NewPCG(1, 0)
			low, high := 0, 0
			sample := NewPaired([]string{"a", "b", "c"})
			for seed := range uint64(samples) {
				for want, row := range cells {
					left, n := tt.sizes[want], 20_000
					for i, k := range row {
						drawn := binomial(random, left, k.count, n)
						sample.cells[want][i].count = drawn
						left, n = left-drawn, n-k.count
					}
				}
				c := sample.f1Change(seed, draws)
				if c.Low <= change {
					low++
				}
				if c.High >= change {
					high++
				}
			}
			t.Logf("Low holds %.1f %%, High %.1f %%", 100*float64(low)/samples, 100*float64(high)/samples)
			require.GreaterOrEqual(t, low, samples*93/100, "Low")
			require.GreaterOrEqual(t, high, samples*93/100, "High")
		})
	}
}

// TestRedraw: every cell is drawn as often as its share says, alone and
// together: the variance of a multinomial cell is n·p(1−p), the covariance of
// two −n·p·q.
func TestRedraw(t *testing.T) {
	counts := []int{3, 700, 0, 40, 120, 2, 9, 1}
	row := make([]cell, len(counts))
	for i, n := range counts {
		row[i] = cell{old: i, count: n}
	}
	r := newRedraw(row)
	require.NotEmpty(t, r.first, "one cell by its distribution")
	require.NotEmpty(t, r.rest, "and some sentence by sentence")
	const times, n = 50_000, 875.0
	random := rand.NewPCG(3, 0)
	sum, square := make([]float64, len(counts)), make([]float64, len(counts))
	product := 0.0
	for range times {
		r.again(random)
		total := 0
		seen := make([]float64, len(counts))
		for j, k := range r.cells {
			total += r.drawn[j]
			seen[k.old] = float64(r.drawn[j])
		}
		require.Equal(t, 875, total)
		for i, x := range seen {
			sum[i] += x
			square[i] += x * x
		}
		product += seen[1] * seen[4]
	}
	for i, k := range counts {
		mean, p := float64(k), float64(k)/n
		variance := mean * (1 - p)
		require.InDelta(t, mean, sum[i]/times, 5*math.Sqrt(variance/times)+1e-12, "cell %d", i)
		// Its fourth moment is about 3v² + v.
		within := 5*math.Sqrt((2*variance*variance+variance)/times) + 1e-12
		require.InDelta(t, variance, square[i]/times-sum[i]/times*sum[i]/times, within, "cell %d", i)
	}
	require.InDelta(t, -700.0*120/n, product/times-sum[1]/times*sum[4]/times, 3, "what one has the other lacks")
	for _, tt := range []struct{ n, k int }{{1, 1}, {30, 30}, {30, 29}, {1000, 300}} {
		least, cumulated := binomialWeights(tt.n, tt.k)
		require.LessOrEqual(t, least+len(cumulated)-1, tt.n)
		require.GreaterOrEqual(t, least, 0)
		require.LessOrEqual(t, least, tt.k)
	}
}

// FuzzF1Change: each byte is one sentence of three labels with an old and a new
// answer, repeated.
func FuzzF1Change(f *testing.F) {
	f.Add([]byte{0, 5, 10}, uint8(1), uint64(1))
	f.Add([]byte{0, 1, 2, 3, 16, 47, 32}, uint8(9), uint64(2))
	f.Add([]byte{15, 31, 47}, uint8(200), uint64(3)) // never parsed
	f.Add([]byte{1}, uint8(255), uint64(4))
	f.Add([]byte("19"), uint8(9), uint64(2)) // all of 18 changed, for the worse
	f.Add([]byte{0, 1, 21, 22, 42}, uint8(40), uint64(5))
	f.Fuzz(func(t *testing.T, sentences []byte, repeat uint8, seed uint64) {
		labels := []string{"a", "b", "c", Unparsed}
		p, swapped := NewPaired(labels[:3]), NewPaired(labels[:3])
		for _, s := range sentences {
			want, old, new := labels[s%48/16], labels[s%16/4], labels[s%4]
			for range repeat {
				require.NoError(t, p.Add(want, old, new))
				require.NoError(t, swapped.Add(want, new, old))
			}
		}
		require.Equal(t, p.Old(), swapped.New())
		require.Equal(t, p.Drift().Broke, swapped.Drift().Fixed)
		c, mirror := p.f1Change(seed, 100), swapped.f1Change(seed, 100)
		if p.Total() == 0 {
			require.True(t, math.IsNaN(c.Low) && math.IsNaN(c.High))
			return
		}
		require.Equal(t, c, p.f1Change(seed, 100), "determinism")
		require.Equal(t, [2]float64{c.Old, c.New}, [2]float64{mirror.New, mirror.Old})
		change := c.New - c.Old
		require.True(t, -1 <= c.Low && c.Low <= change && change <= c.High && c.High <= 1, "[%v, %v] around %v", c.Low, c.High, change)
		if c.Method == ScoreBound && p.Drift().Flipped() < p.Total() { // more than all cannot change
			require.True(t, c.Low < change || c.Low == -1, "a bound that collapses")
			require.True(t, change < c.High || c.High == 1, "a bound that collapses")
		}
		largest, rms := p.Old().Leverage()
		require.True(t, 0 <= rms && rms <= largest*(1+1e-12), "%v %v", rms, largest)
		last := 1.0
		for x := -1.0; x <= 1; x += 0.125 {
			at := c.PAtLeast(x)
			require.True(t, 0 < at && at <= last, "p falls with what is claimed")
			last = at
		}
	})
}

func BenchmarkF1Change(b *testing.B) {
	p := NewPaired([]string{"a", "b", "c"})
	sizes := [3]int{860, 3130, 1852}
	for want, row := range population(7800, [3]int{240, 240, 240}, [3]int{140, 140, 140}, [3]int{40, 40, 40}) {
		for i, k := range row {
			p.cells[want][i].count = (k.count*sizes[want] + 10_000) / 20_000
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		p.F1Change(1)
	}
}
