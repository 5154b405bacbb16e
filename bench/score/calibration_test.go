package score

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMarginAndEntropy(t *testing.T) {
	for _, tt := range []struct {
		probabilities   []float64
		margin, entropy float64
		reason          string
	}{
		{[]float64{0.25, 0.5, 0.25}, 0.25, 1.5 * math.Ln2, "½ ln 2 + 2·¼ ln 4"},
		{[]float64{0.125, 0.25, 0.625}, 0.375, 0.375*math.Ln2 + 0.5*math.Ln2 + 0.625*math.Log(1.6), "the most probable last"},
		{[]float64{0, 1, 0}, 1, 0, "certain: 0·ln 0 is 0"},
		{[]float64{0.5, 0.5}, 0, math.Ln2, "undecided"},
		{[]float64{1}, 1, 0, "no other label"},
	} {
		require.InDelta(t, tt.margin, Margin(tt.probabilities), 1e-15, tt.reason)
		require.InDelta(t, tt.entropy, Entropy(tt.probabilities), 1e-15, tt.reason)
	}
}

func TestBrier(t *testing.T) {
	third := 1.0 / 3
	for _, tt := range []struct {
		probabilities [][]float64
		want          []int
		brier         float64
		reason        string
	}{
		{[][]float64{{0.5, 0.3, 0.2}}, []int{0}, 0.38, "0.25 + 0.09 + 0.04"},
		{[][]float64{{0.5, 0.3, 0.2}}, []int{2}, 0.98, "0.25 + 0.09 + 0.64"},
		{[][]float64{{0.5, 0.3, 0.2}, {1, 0, 0}}, []int{0, 1}, (0.38 + 2) / 2, "a mean over sentences; certain and wrong is 2"},
		{[][]float64{{third, third, third}}, []int{1}, 2 * third, "4/9 + 1/9 + 1/9 = 1 − 1/3"},
		{[][]float64{{0.7, 0.3}}, []int{0}, 0.18, "twice 0.3²"},
	} {
		require.InDelta(t, tt.brier, Brier(tt.probabilities, tt.want), 1e-15, tt.reason)
	}
	require.True(t, math.IsNaN(Brier(nil, nil)))
	require.Panics(t, func() { Brier([][]float64{{1}}, nil) })
}

func TestCalibrationError(t *testing.T) {
	// lot is n sentences that say label 0 with probability p, and some are right.
	lot := func(p float64, n, right int) (ps [][]float64, want []int) {
		for i := range n {
			ps, want = append(ps, []float64{p, 1 - p}), append(want, 0)
			if i >= right {
				want[i] = 1
			}
		}
		return ps, want
	}
	for _, tt := range []struct {
		lots   [][3]float64 // probability, sentences, right ones
		error  float64
		reason string
	}{
		{[][3]float64{{0.8, 10, 8}}, 0, "80 % say so and are right"},
		{[][3]float64{{1, 10, 7}}, 0.3, "ten certain ones in one bin: 0.7 right"},
		// One sentence a bin: wrong ones err by p, right ones by 1 − p.
		{[][3]float64{{0.6, 1, 0}, {0.7, 1, 1}, {0.9, 1, 1}}, (0.6 + 0.3 + 0.1) / 3, "fewer than bins"},
		// Bins end at 2, 4, …; the first goes on to 5, the third to the end:
		// 3 right of 0.6+4·0.7 = 3.4, 12 right of 15·0.9 = 13.5.
		{[][3]float64{{0.6, 1, 0}, {0.7, 4, 3}, {0.9, 15, 12}}, (0.4 + 1.5) / 20, "equal ones stay together"},
		// Two bins of 5 and 5, then 8 of 5 each: in one bin, 0.6 and 0.8 would cancel.
		{[][3]float64{{0.6, 5, 5}, {0.8, 5, 2}, {0.9, 40, 36}}, (2.0 + 2.0) / 50, "bins of equally many"},
	} {
		var ps [][]float64
		var want []int
		for _, l := range tt.lots {
			p, w := lot(l[0], int(l[1]), int(l[2]))
			ps, want = append(ps, p...), append(want, w...)
		}
		require.InDelta(t, tt.error, CalibrationError(ps, want), 1e-12, tt.reason)
	}
	tied := [][]float64{{0.4, 0.4, 0.2}}
	require.InDelta(t, 0.6, CalibrationError(tied, []int{0}), 1e-15, "the first of equal labels is the answer, and right")
	require.InDelta(t, 0.4, CalibrationError(tied, []int{1}), 1e-15, "and wrong")
	require.True(t, math.IsNaN(CalibrationError(nil, nil)))
	require.Panics(t, func() { CalibrationError([][]float64{{1}}, nil) })
}

// FuzzCalibration: three bytes are the weights of a sentence's labels, and
// their sum says which is right.
func FuzzCalibration(f *testing.F) {
	f.Add([]byte{1, 2, 3, 9, 9, 9, 255, 0, 0, 0, 0, 7}, uint64(1))
	f.Add([]byte{4, 4, 0, 4, 4, 0, 1, 0, 0}, uint64(2))
	f.Fuzz(func(t *testing.T, weights []byte, seed uint64) {
		var ps, certain [][]float64
		var want []int
		for w := range slices.Chunk(weights, 3) {
			sum := 0.0
			for _, x := range w {
				sum += float64(x)
			}
			if len(w) < 3 || sum == 0 {
				continue
			}
			p := []float64{float64(w[0]) / sum, float64(w[1]) / sum, float64(w[2]) / sum}
			one := make([]float64, 3)
			one[int(sum)%3] = 1
			ps, certain, want = append(ps, p), append(certain, one), append(want, int(sum)%3)
			margin, entropy := Margin(p), Entropy(p)
			require.True(t, 0 <= margin && margin <= 1, "margin %v", margin)
			require.True(t, 0 <= entropy && entropy <= math.Log(3)+1e-12, "entropy %v", entropy)
			slices.Reverse(p)
			require.Equal(t, margin, Margin(p), "the order of labels must not matter")
			slices.Reverse(p)
		}
		if len(ps) == 0 {
			return
		}
		brier, calibration := Brier(ps, want), CalibrationError(ps, want)
		require.True(t, 0 <= brier && brier <= 2, "Brier %v", brier)
		require.True(t, 0 <= calibration && calibration <= 1, "calibration error %v", calibration)
		require.Zero(t, Brier(certain, want))
		require.Zero(t, CalibrationError(certain, want))
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(len(ps), func(i, j int) { ps[i], ps[j], want[i], want[j] = ps[j], ps[i], want[j], want[i] })
		require.InDelta(t, brier, Brier(ps, want), 1e-12, "the order of sentences must not matter")
		require.InDelta(t, calibration, CalibrationError(ps, want), 1e-12)
	})
}
