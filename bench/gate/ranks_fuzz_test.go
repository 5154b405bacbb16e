package gate

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRanks takes its values from a few steps, so that some are equal, and from
// the bits of floats, so that some are extreme.
func FuzzRanks(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6}, uint8(3), false)
	f.Add([]byte{1, 1, 1, 1}, uint8(2), false)
	f.Add(slices.Repeat([]byte{9, 8, 7}, 40), uint8(55), false)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 0xef, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, uint8(1), true)
	f.Fuzz(func(t *testing.T, data []byte, split uint8, bits bool) {
		var values []float64
		for len(data) >= 8 && bits {
			v := math.Abs(math.Float64frombits(binary.BigEndian.Uint64(data)))
			if v > 0 && v <= math.MaxFloat64 {
				values = append(values, v)
			}
			data = data[8:]
		}
		if !bits {
			for _, b := range data {
				values = append(values, float64(b)+1)
			}
		}
		values = values[:min(len(values), 120)]
		old, new := values[:min(len(values), int(split))], values[min(len(values), int(split)):]

		larger, smaller := mannWhitney(old, new), mannWhitney(new, old)
		for _, p := range []float64{larger, smaller} {
			require.True(t, p >= 0 && p <= 1, "p = %v", p)
		}
		require.GreaterOrEqual(t, larger+smaller, 1-1e-12, "what was seen counts for both")

		estimate, lo, hi, err := ratioInterval(old, new, 0.9)
		if len(old) == 0 || len(new) == 0 {
			require.Error(t, err)
		} else {
			require.NoError(t, err)
			require.True(t, 0 <= lo && lo <= estimate && estimate <= hi, "%v is not within %v to %v", estimate, lo, hi)
		}

		_, p := drifts(values)
		require.True(t, p >= 0 && p <= 1, "p = %v", p)
		reversed := slices.Clone(values)
		slices.Reverse(reversed)
		_, back := drifts(reversed)
		require.InDelta(t, p, back, 1e-12, "backwards there is as much of a trend")

		ps := []float64{larger, smaller, p}
		for i, adjusted := range holm(ps) {
			require.True(t, adjusted >= ps[i] && adjusted <= 1, "%v of %v", adjusted, ps)
		}

		for _, decide := range []func([]float64, []float64, float64) (int, bool){samplesToPass, samplesToRegress} {
			n, ok := decide(old, new, 1.05)
			require.True(t, ok == (n > 0) && n <= mostSamples, "%v samples, %v", n, ok)
		}
	})
}
