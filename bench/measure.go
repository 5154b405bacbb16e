package bench

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
)

// Benchmark runs Measure for every chosen pair as a sub-benchmark.
func (s *Suite) Benchmark(b *testing.B) {
	s.live(b)
	for _, p := range s.Pairs() {
		b.Run(p.String(), func(b *testing.B) { s.Measure(b, p) })
	}
}

// Measure reports what it costs the pair to label the whole set once, and how well it does: one op is one pass, so
// that F1 is defined for every b.N. The model is loaded before the measurement begins. Joules are gross: all that the
// meter's domains used while the passes ran, the rest of the machine included.
func (s *Suite) Measure(b *testing.B, p Pair) {
	r := s.live(b)
	if name := "Benchmark" + s.Name; b.Name() != name+"/"+p.String() {
		b.Fatalf("bench: %s: want the name %s/%s, by which benchstat and the gate know the pair", b.Name(), name, p)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx := b.Context()
	if err := r.openMeter(); err != nil {
		b.Fatal(err)
	}
	m, err := r.use(ctx, p)
	if err != nil {
		b.Fatal(err)
	}
	tell("joulebench: measuring %s", p)
	var got tally
	// The window and the watch on memory lie just outside the loop, so that ns/op does not count them.
	window, err := energy.Start(ctx, r.meter)
	if err != nil {
		b.Fatal(err)
	}
	memory := watchPeak(r.server.RSS)
	for b.Loop() {
		if err = r.pass(ctx, p, m, &got); err != nil {
			break
		}
	}
	used, windowErr := window.Stop()
	peak, memoryErr := memory.stop()
	for _, err := range []error{err, windowErr, memoryErr} {
		if err != nil {
			b.Fatal(err)
		}
	}
	if r.journal != nil {
		if err := r.journal.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	metrics, err := r.metrics(&got, used, peak, b.N)
	if err != nil {
		b.Fatalf("bench: %s: %v", p, err)
	}
	for unit, v := range metrics {
		b.ReportMetric(v, unit)
	}
}

// metrics are the values of the benchmark line, for n passes.
func (r *run) metrics(t *tally, used energy.Reading, peak int64, n int) (map[string]float64, error) {
	joules := used.Gross.Joules() / float64(n)
	grams, err := r.grid.Grams(joules, r.pue)
	if err != nil {
		return nil, err
	}
	slices.Sort(t.latencies)
	metrics := map[string]float64{
		"joules/op":       joules,
		"joules/sentence": joules / float64(len(r.set.Examples)),
		"gCO2/op":         grams,
		"F1":              t.scores.MacroF1(),
		"accuracy":        t.scores.Accuracy(),
		"macro-precision": t.scores.MacroPrecision(),
		"macro-recall":    t.scores.MacroRecall(),
		"unparsed":        t.scores.Unparsed(),
		"p50-latency-ns":  float64(percentile(t.latencies, 50)),
		"p95-latency-ns":  float64(percentile(t.latencies, 95)),
		"peak-RSS-bytes":  float64(peak),
	}
	if r.asked.Reason {
		metrics["quoted"] = float64(t.quoted) / float64(len(t.answers))
	}
	// A deterministic pass was expected. The first pass counts; that others disagreed must not go unseen.
	if len(t.changed) > 0 {
		metrics["unstable"] = float64(len(t.changed)) / float64(len(t.answers))
	}
	// A one-token answer takes Ollama no time that it reports; a rate that was not measured is absent, not zero.
	if t.promptTime > 0 {
		metrics["prompt-tok/s"] = float64(t.promptTokens) / t.promptTime.Seconds()
	}
	if t.evalTime > 0 {
		metrics["eval-tok/s"] = float64(t.evalTokens) / t.evalTime.Seconds()
	}
	for unit, v := range metrics {
		if err := printable(unit, v, used.Error/10); err != nil {
			return nil, err
		}
	}
	return metrics, nil
}

// printable refuses what package testing would print with too few digits: it prints 4 of them, but 7 decimals at most,
// so that 0.00001234 becomes 0.0000123. The loss must not show beside the meter's error: small is the most that it may
// be, relative to the value. (4 digits whatever the meter would forbid short sets on clean grids for nothing.)
func printable(unit string, v, small float64) error {
	const rounding = 0.5e-7
	if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return fmt.Errorf("%s = %v is no measurement", unit, v)
	}
	if v != 0 && rounding/v > small {
		return fmt.Errorf("%s = %.4g is too small: go test would print %.7f, wrong by up to %.1f %% (run a larger set: -set)", unit, v, v, 100*rounding/v)
	}
	return nil
}

// percentile is the smallest of the sorted values that at least p percent do not exceed (nearest rank).
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[(len(sorted)*p+99)/100-1]
}
