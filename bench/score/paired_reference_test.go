package score

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// pairedReference is testdata/paired.json, which testdata/paired.py wrote with
// SciPy and NumPy.
type pairedReference struct {
	McNemar []struct {
		Broke, Fixed int
		P, Mid       float64
	}
	Tango []struct {
		Worse, Better, N   int
		Confidence, Lo, Hi float64
	}
	Bootstrap []struct {
		Cells      [][][]int
		Lo, Hi, SD float64
		X, Share   float64
	}
}

func readPairedReference(t *testing.T) (r pairedReference) {
	t.Helper()
	raw, err := os.ReadFile("testdata/paired.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &r))
	require.True(t, len(r.McNemar) > 0 && len(r.Tango) > 0 && len(r.Bootstrap) > 0)
	return r
}

func TestReferenceMcNemar(t *testing.T) {
	for _, tt := range readPairedReference(t).McNemar {
		p, mid := McNemar(tt.Broke, tt.Fixed)
		require.InEpsilon(t, tt.P, p, 1e-11, "p(%d, %d)", tt.Broke, tt.Fixed)
		require.InEpsilon(t, tt.Mid, mid, 1e-11, "mid-p(%d, %d)", tt.Broke, tt.Fixed)
	}
}

func TestReferenceTango(t *testing.T) {
	for _, tt := range readPairedReference(t).Tango {
		lo, hi := Tango(tt.Worse, tt.Better, tt.N, tt.Confidence)
		require.InDeltaSlice(t, []float64{tt.Lo, tt.Hi}, []float64{lo, hi}, 1e-11, "%+v", tt)
	}
}

// TestReferenceF1Change: 10,000 draws place a 5th percentile to within
// √(0.05·0.95/10⁴)/φ(1.645) = 0.0022/0.103 = 0.021 standard deviations, NumPy's
// 20,000 to within 0.015: 0.1 are four times both.
func TestReferenceF1Change(t *testing.T) {
	for _, tt := range readPairedReference(t).Bootstrap {
		c := pairs(t, []string{"negative", "neutral", "positive"}, tt.Cells).F1Change(1)
		require.Equal(t, Bootstrap, c.Method)
		require.NotZero(t, tt.SD)
		require.InDelta(t, tt.Lo, c.Low, 0.1*tt.SD)
		require.InDelta(t, tt.Hi, c.High, 0.1*tt.SD)
		require.InDelta(t, tt.Share, c.PAtLeast(tt.X), 4*math.Sqrt(tt.Share*(1-tt.Share)*(1/1e4+1/2e4)))
	}
}
