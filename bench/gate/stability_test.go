package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// drifting are results of two pairs with one line each a pass, whose clock and heat stay, and whose time and joules follow
// the given factors. Of n values in a row that all rise, the two-sided p is 2/n!: 0.017 for 5, 0.0028 for 6.
func drifting(t *testing.T, meter string, time, joules, mhz, celsius []float64) *Results {
	t.Helper()
	var b strings.Builder
	b.WriteString("Unit F1 better=higher\nUnit joules/op better=lower\nUnit clock-MHz better=higher\nUnit temperature-C better=lower\nset: s\nprompt: p\nmeter: " + meter + "\n")
	for i := range time {
		for pair, scale := range []float64{1, 7} { // pairs differ, and that is no drift
			fmt.Fprintf(&b, "BenchmarkS/model=m%d/precision=f16 1 %v ns/op 0.5 F1 %v joules/op", pair, 1e9*scale*time[i], 40*scale*joules[i])
			if mhz != nil {
				fmt.Fprintf(&b, " %v clock-MHz %v temperature-C", 3000*mhz[i], 60*celsius[i])
			}
			b.WriteString("\n")
		}
	}
	results, err := parseResults("r.txt", []byte(b.String()))
	require.NoError(t, err)
	return results
}

func TestUnstable(t *testing.T) {
	steady := func(n int) []float64 { return repeated(1, n) }
	rising := func(n int, by float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = 1 + by*float64(i)/float64(n-1)
		}
		return values
	}
	for _, tt := range []struct {
		why     string
		results *Results
		want    []string // the units, with how far each went
	}{
		{"steady", drifting(t, "rapl", steady(10), steady(10), steady(10), steady(10)), nil},
		// 10 % of the first are 0.1/1.05 of the median.
		{"slower from pass to pass", drifting(t, "rapl", rising(6, 0.1), steady(6), nil, nil), []string{"sec/op +9.5 % over 6 passes (p = 0.0028)"}},
		{"five passes show no trend", drifting(t, "rapl", rising(5, 0.5), steady(5), nil, nil), nil},
		{"a trend of 4 % is none that matters", drifting(t, "rapl", rising(10, 0.04), steady(10), nil, nil), nil},
		{"ups and downs are spread, no trend", drifting(t, "rapl", []float64{1, 1.2, 1, 1.2, 1, 1.2, 1, 1.2}, steady(8), nil, nil), nil},
		// 12 of 15 pairs of passes rise: p = 2·49/720 = 0.14.
		{"by a quarter, but so unsteadily that it may be chance", drifting(t, "rapl", []float64{1, 1.3, 1.1, 1.4, 1.2, 1.5}, steady(6), nil, nil), nil},
		{"more joules", drifting(t, "rapl", steady(6), rising(6, 0.1), nil, nil), []string{"joules/op +9.5 % over 6 passes (p = 0.0028)"}},
		{"estimated joules are time, which is looked at", drifting(t, "estimate:cpu-time", rising(6, 0.1), rising(6, 0.1), nil, nil), []string{"sec/op +9.5 % over 6 passes (p = 0.0028)"}},
		// 0.1/0.95 = 0.105
		{"a clock that falls", drifting(t, "rapl", steady(6), steady(6), rising(6, -0.1), steady(6)), []string{"clock-MHz -10.5 % over 6 passes (p = 0.0028)"}},
		{"heat", drifting(t, "rapl", steady(6), steady(6), steady(6), rising(6, 0.1)), []string{"temperature-C +9.5 % over 6 passes (p = 0.0028)"}},
	} {
		require.Equal(t, tt.want, tt.results.Unstable(), tt.why)
	}
}

// Each point is the mean over the pairs of one pass, relative to their own: a slow pair counts no more than a fast one.
func TestUnstableWeighsPairsAlike(t *testing.T) {
	results := func(by float64) *Results {
		text := "Unit F1 better=higher\nset: s\nprompt: p\n"
		for i := range 6 {
			text += fmt.Sprintf("BenchmarkS/model=fast/precision=f16 1 1e9 ns/op 0.5 F1\nBenchmarkS/model=slow/precision=f16 1 %v ns/op 0.5 F1\n", 7e9*(1+by*float64(i)/5))
		}
		r, err := parseResults("r.txt", []byte(text))
		require.NoError(t, err)
		return r
	}
	require.Empty(t, results(0.08).Unstable(), "4 % of both, though 7 % of all time")
	require.Len(t, results(0.16).Unstable(), 1)
}

// Where a pair lacks a line, or one a reading, nobody knows which pass it was.
func TestUnstableNeedsWholePasses(t *testing.T) {
	rising := []float64{1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6}
	results := drifting(t, "rapl", rising, repeated(1, 7), nil, nil)
	require.NotEmpty(t, results.Unstable())
	results.Pairs[1].lines = results.Pairs[1].lines[:6]
	require.Empty(t, results.Unstable())

	results = drifting(t, "rapl", repeated(1, 7), rising, nil, nil)
	require.NotEmpty(t, results.Unstable())
	for i, res := range results.Pairs {
		line := res.lines[i*3]
		line.Values = slices.DeleteFunc(line.Values, func(v benchfmt.Value) bool { return v.Unit == "joules/op" })
	}
	require.Empty(t, results.Unstable(), "six readings each, of other passes")
}
