package score

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// reference is testdata/reference.json, which testdata/reference.py wrote with
// scikit-learn, SciPy and NumPy.
type reference struct {
	Tables []struct {
		Name        string
		Labels      []string
		Counts      [][]int
		Wrong, Drop *tableScores // nil where no answer is left
	}
	Bootstrap   struct{ Lo, Hi, SD float64 }
	Calibration []struct {
		Probabilities   [][]float64
		Want            []int
		Brier, ECE      float64
		Margin, Entropy []float64
	}
}

type tableScores struct {
	Classes         [3][]float64 // precision, recall, F1
	Macro, Weighted []float64    // likewise
	Accuracy, MCC   float64
	Wilson          []float64
}

func readReference(t *testing.T) (r reference) {
	t.Helper()
	raw, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &r))
	return r
}

const exact = 1e-12

func TestReferenceScores(t *testing.T) {
	r := readReference(t)
	require.NotEmpty(t, r.Tables)
	for _, tt := range r.Tables {
		c := confusion(t, tt.Labels, tt.Counts)
		for h, want := range map[Handling]*tableScores{Wrong: tt.Wrong, Drop: tt.Drop} {
			t.Run(tt.Name+"/"+string(h), func(t *testing.T) {
				c, err := c.Handle(h)
				require.NoError(t, err)
				if want == nil {
					require.Zero(t, c.Total())
					return
				}
				var classes [3][]float64
				for _, k := range c.Classes() {
					for i, v := range []float64{k.Precision(), k.Recall(), k.F1()} {
						classes[i] = append(classes[i], v)
					}
				}
				for i := range classes {
					require.InDeltaSlice(t, want.Classes[i], classes[i], exact)
				}
				require.InDeltaSlice(t, want.Macro, []float64{c.MacroPrecision(), c.MacroRecall(), c.MacroF1()}, exact)
				require.InDeltaSlice(t, want.Weighted, []float64{c.WeightedPrecision(), c.WeightedRecall(), c.WeightedF1()}, exact)
				require.InDelta(t, want.Accuracy, c.Accuracy(), exact)
				require.InDelta(t, want.MCC, c.MCC(), exact)
				lo, hi := c.AccuracyInterval()
				require.InDeltaSlice(t, want.Wilson, []float64{lo, hi}, exact)
			})
		}
	}
}

// TestReferenceInterval: NumPy has random numbers of its own. 10,000 draws place
// a 2.5th percentile to within √(0.025·0.975/10⁴)/φ(1.96) = 0.0016/0.058 = 0.027
// standard deviations, its 20,000 to within 0.019: 0.1 are three times both.
func TestReferenceInterval(t *testing.T) {
	r := readReference(t)
	lo, hi := confusion(t, r.Tables[0].Labels, r.Tables[0].Counts).MacroF1Interval()
	require.NotZero(t, r.Bootstrap.SD)
	require.InDelta(t, r.Bootstrap.Lo, lo, 0.1*r.Bootstrap.SD)
	require.InDelta(t, r.Bootstrap.Hi, hi, 0.1*r.Bootstrap.SD)
}

func TestReferenceCalibration(t *testing.T) {
	r := readReference(t)
	require.NotEmpty(t, r.Calibration)
	for _, tt := range r.Calibration {
		require.InDelta(t, tt.Brier, Brier(tt.Probabilities, tt.Want), exact)
		require.InDelta(t, tt.ECE, CalibrationError(tt.Probabilities, tt.Want), exact)
		for i, ps := range tt.Probabilities {
			require.InDelta(t, tt.Margin[i], Margin(ps), exact)
			require.InDelta(t, tt.Entropy[i], Entropy(ps), exact)
		}
	}
}
