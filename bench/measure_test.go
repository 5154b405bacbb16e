package bench

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/carbon"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/score"
)

func TestMetrics(t *testing.T) {
	grid, err := carbon.Lookup("test=360")
	require.NoError(t, err)
	r := &run{grid: grid, set: &dataset.Set{Examples: make([]dataset.Example, 4)}, options: flags(t, "-pue=1.5", "-embodied=8.76kg/1y")}
	got := tally{
		model:        model{load: 5, size: 7 << 20},
		answers:      make([]gate.Answer, 4),
		scores:       score.NewConfusion([]string{"no", "yes"}),
		latencies:    []time.Duration{40, 10, 30, 20, 20, 30, 10, 40}, // two passes
		promptTokens: 80, promptTime: 2 * time.Second,
		evalTokens: 8, evalTime: 0, // one-token answers
	}
	for _, a := range [][2]string{{"no", "no"}, {"no", "no"}, {"yes", "no"}, {"yes", score.Unparsed}} {
		require.NoError(t, got.scores.Add(a[0], a[1]))
	}
	read := readings{
		used: energy.Reading{Gross: 24_000_000, Duration: 7200 * time.Millisecond, Error: 0.05},
		peak: 5 << 20, share: energy.Share{Processes: 3, Machine: 4}, heat: map[string]float64{"temperature-C": 61.5},
	}
	metrics, err := r.metrics(Pair{}, &got)
	require.NoError(t, err)
	require.NoError(t, r.costs(metrics, &got, read, 2))
	low, high := got.scores.MacroF1Interval()
	want := map[string]float64{
		"joules/op":       12, // 24 J over 2 passes
		"joules-error":    0.05,
		"joules/sentence": 3,      // of 4 sentences
		"joules/correct":  6,      // 2 of them right
		"gCO2/op":         0.0018, // 12 J = 12/3.6e6 kWh, × 360 g/kWh × 1.5
		"gCO2e-sci/op":    0.0028, // and 3.6 s of 8760 g in 8760 h, a gram an hour
		// no: precision 2/3, recall 1, F1 0.8; yes: never predicted, all 0. Macro is the mean of the two, and so are the
		// weighted ones, both labels having two sentences.
		"F1": 0.4, "macro-precision": 1. / 3, "macro-recall": 0.5,
		"weighted-F1": 0.4, "weighted-precision": 1. / 3, "weighted-recall": 0.5,
		"F1-low": low, "F1-high": high,
		// Right 2 of 4; given 3 no and 1 unparsed; wanted 2 and 2: (4·2 − 3·2) / √((16−9−1)(16−4−4)) = 2/√48.
		"MCC":      2 / math.Sqrt(48),
		"accuracy": 0.5, "unparsed": 0.25,
		"p50-latency-ns": 20, // 4th of 8
		"p95-latency-ns": 40, // 8th of 8
		"peak-RSS-bytes": 5 << 20,
		"loaded-bytes":   7 << 20,
		"load-ns":        5,
		// 80 and 8 tokens in 2 passes
		"prompt-tokens/op": 40, "eval-tokens/op": 4,
		"server-share":  0.75,
		"temperature-C": 61.5, // and no clock, which the machine does not tell
		"prompt-tok/s":  40,
		// eval-tok/s is absent: nothing was measured. So are drift, without golden answers, and joules of a pass that was
		// taken up from a journal.
	}
	require.Empty(t, cmp.Diff(want, metrics, cmpopts.EquateApprox(1e-12, 0)))
	require.Less(t, low, 0.4)
	require.Greater(t, high, 0.4)

	got.changed = []string{"3"}
	metrics, err = r.metrics(Pair{}, &got)
	require.NoError(t, err)
	require.Equal(t, 0.25, metrics["unstable"], "one of four sentences was answered in two ways")

	r.unparsed = "drop"
	metrics, err = r.metrics(Pair{}, &got)
	require.NoError(t, err)
	require.InDelta(t, 2./3, metrics["accuracy"], 1e-12, "what dropping flatters")
	require.Equal(t, 0.25, metrics["unparsed"], "and does not hide")

	got.scores = score.NewConfusion([]string{"no", "yes"})
	require.NoError(t, got.scores.Add("yes", score.Unparsed))
	_, err = r.metrics(Pair{}, &got)
	require.ErrorContains(t, err, "is no measurement (-unparsed drop leaves nothing")

	r.unparsed = "wrong"
	metrics, err = r.metrics(Pair{}, &got)
	require.NoError(t, err)
	require.NoError(t, r.costs(metrics, &got, read, 2))
	require.NotContains(t, metrics, "joules/correct", "nothing was right: infinite, hence absent")
}

func TestNetMetrics(t *testing.T) {
	r := &run{}
	used := energy.Reading{Gross: 1000 * energy.Joule, Duration: 10 * time.Second, Error: 0.05}
	metrics := map[string]float64{}
	require.NoError(t, r.net(metrics, used, energy.Rest{Watts: 19}, energy.Rest{Watts: 21}, 2))
	// 1000 J less 20 W for 10 s in two passes; 5 % of it uncertain.
	require.Empty(t, cmp.Diff(map[string]float64{"net-joules/op": 400, "net-error": 0.05, "idle-watts": 20, "idle-change-watts": 2}, metrics, cmpopts.EquateApprox(1e-12, 0)))

	metrics = map[string]float64{}
	require.NoError(t, r.net(metrics, used, energy.Rest{Watts: 10}, energy.Rest{Watts: 30}, 2))
	require.Equal(t, map[string]float64{"idle-watts": 20, "idle-change-watts": 20}, metrics, "no net, and one sees why")
}

// What label probabilities tell, by hand: three sentences, of which one has none.
func TestCertainty(t *testing.T) {
	f16, q4 := Pair{"m", "f16"}, Pair{"m", "q4_K_M"}
	r := &run{suite: &Suite{Labels: []string{"no", "yes"}}, pairs: []Pair{f16, q4}, highestOf: map[string]distribution{}}
	answers := []gate.Answer{{Want: "no"}, {Want: "yes"}, {Want: "yes"}}
	metrics := map[string]float64{}
	r.certainty(metrics, q4, &tally{answers: answers, probabilities: [][]float64{{0.5, 0.5}, nil, {0.25, 0.75}}})
	require.NotContains(t, metrics, "label-KL", "f16 has not been asked")

	metrics = map[string]float64{}
	r.certainty(metrics, f16, &tally{answers: answers, probabilities: [][]float64{{0.75, 0.25}, {0.5, 0.5}, nil}})
	require.NotContains(t, metrics, "label-KL", "it is what the others are held against")

	metrics = map[string]float64{}
	r.certainty(metrics, q4, &tally{answers: answers, probabilities: [][]float64{{0.5, 0.5}, nil, {0.25, 0.75}}})
	require.Empty(t, cmp.Diff(map[string]float64{
		"Brier":        (0.5 + 0.125) / 2, // 0.5²+0.5², 0.25²+0.25²
		"ECE":          (0.5 + 0.25) / 2,  // 0.5 and right, 0.75 and right
		"label-margin": (0 + 0.5) / 2,
		// ln 2 = 0.693147; 0.25 ln 4 + 0.75 ln(4/3) = 0.562335
		"label-entropy":         (0.693147 + 0.562335) / 2,
		"label-KL":              0.130812, // of the first alone, the one that both have: 0.75 ln 1.5 + 0.25 ln 0.5
		"without-probabilities": 1. / 3,
	}, metrics, cmpopts.EquateApprox(0, 1e-6)))

	metrics = map[string]float64{}
	r.certainty(metrics, q4, &tally{answers: answers, probabilities: make([][]float64, 3)})
	require.Equal(t, map[string]float64{"without-probabilities": 1}, metrics, "no reply began with a label")
	require.Equal(t, "f16", r.highestPrecisions())
}

func TestEveryMetricHasAUnitLine(t *testing.T) {
	have := map[string]bool{}
	for _, u := range units {
		require.False(t, have[u.name], "%s stands twice", u.name)
		have[u.name] = true
	}
	for _, name := range []string{
		"joules/op", "gCO2/op", "F1", "accuracy", "macro-precision", "macro-recall", "joules/sentence",
		"p50-latency-ns", "p95-latency-ns", "prompt-tok/s", "eval-tok/s", "peak-RSS-bytes", "unparsed", "unstable", "quoted",
		"weighted-F1", "weighted-precision", "weighted-recall", "F1-low", "F1-high", "MCC", "drift", "joules/correct",
		"Brier", "ECE", "label-margin", "label-entropy", "label-KL", "without-probabilities", "batch-dependent",
		"clock-MHz", "temperature-C",
	} {
		require.True(t, have[name], "%s has no direction", name)
	}
}

func TestPrintable(t *testing.T) {
	nan := 0.0
	nan /= nan
	for _, c := range []struct {
		v, small float64
		want     string
		why      string
	}{
		{0, 0.005, "", "F1 of a model that is always wrong must print"},
		{1e-4, 0.0005, "", "testing prints 0.0001000: 4 digits"},
		{1.1e-5, 0.005, "", "0.0000110: half of the last digit is 0.45 %, a tenth of a 5 % meter's error is 0.5 %"},
		{0.9e-5, 0.005, "wrong by up to 0.6 %", "0.0000090: 0.56 %"},
		{0.9e-5, 0.055, "", "beside an estimate's 55 % that is nothing"},
		{nan, 0.005, "no measurement", "never a number that is none"},
		{-1, 0.005, "no measurement", "energy does not run backwards"},
	} {
		err := printable("x", c.v, c.small)
		if c.want == "" {
			require.NoError(t, err, c.why)
		} else {
			require.ErrorContains(t, err, c.want, c.why)
		}
	}
}

func TestPercentile(t *testing.T) {
	ten := []time.Duration{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	require.EqualValues(t, 5, percentile(ten, 50), "nearest rank: ceil(0.50×10) = 5th")
	require.EqualValues(t, 10, percentile(ten, 95), "ceil(9.5) = 10th")
	require.EqualValues(t, 1, percentile(ten, 1), "ceil(0.1) = 1st")
	require.EqualValues(t, 7, percentile([]time.Duration{7}, 95))
}

func TestWatchPeak(t *testing.T) {
	sizes := []int64{5, 9} // at once, and when it is stopped
	i := 0
	list := func() ([]int32, error) { return []int32{1, 2}, nil }
	w := watchPeak(list, func(pids []int32) (int64, error) {
		require.Equal(t, []int32{1, 2}, pids)
		i++
		return sizes[min(i, len(sizes))-1], nil
	})
	pids, err := w.processes()
	require.NoError(t, err)
	require.Equal(t, []int32{1, 2}, pids)
	got, err := w.stop()
	require.NoError(t, err)
	require.EqualValues(t, 9, got)

	_, err = runnerRSS([]int32{1})
	require.ErrorContains(t, err, "it has no runner", "the server alone is not what a pair takes")

	failure := errors.New("no such process")
	_, err = watchPeak(list, func([]int32) (int64, error) { return 0, failure }).stop()
	require.ErrorIs(t, err, failure, "a reading that fails is not a zero")
	w = watchPeak(func() ([]int32, error) { return nil, failure }, nil)
	_, err = w.processes()
	require.ErrorIs(t, err, failure)
	_, err = w.stop()
	require.ErrorIs(t, err, failure)
}

// Of an answer's tokens the first comes of the prompt: Ollama counts it, and times the others.
func TestEvalRate(t *testing.T) {
	grid, err := carbon.Lookup("test=360")
	require.NoError(t, err)
	r := &run{grid: grid, set: &dataset.Set{Examples: make([]dataset.Example, 2)}, options: flags(t), tokens: &Tokens{}}
	var got tally
	answer := func(n int, took time.Duration) {
		metrics := api.Metrics{EvalCount: n, EvalDuration: took}
		got.time(reply{GenerateResponse: &api.GenerateResponse{Metrics: metrics}, latency: took})
	}
	answer(3, 4*time.Second)
	answer(1, 0) // takes no time
	answer(0, 0) // was cut off, without counts
	metrics := map[string]float64{}
	require.NoError(t, r.costs(metrics, &got, readings{used: energy.Reading{Gross: 1_000_000, Duration: 4 * time.Second, Error: 0.05}}, 1))
	require.Equal(t, 0.5, metrics["eval-tok/s"], "2 tokens in 4 s")
	require.EqualValues(t, 4, metrics["eval-tokens/op"])
}
