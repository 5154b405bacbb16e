package bench

import (
	"context"
	"errors"
	"fmt"
	"testing"
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
//
// With -protocol each seed is a sub-benchmark (seed=1), so that benchstat shows the spread that sampling causes.
func (s *Suite) Measure(b *testing.B, p Pair) {
	r := s.live(b)
	if name := "Benchmark" + s.Name; b.Name() != name+"/"+p.String() {
		b.Fatalf("bench: %s: want the name %s/%s, by which benchstat and the gate know the pair", b.Name(), name, p)
	}
	r.mustFit(b, p)
	if r.protocol == "" {
		r.measure(b, p, func(q *question) (*question, error) { return q, nil })
		return
	}
	for _, seed := range r.samples {
		b.Run(fmt.Sprintf("seed=%d", seed), func(b *testing.B) {
			r.measure(b, p, func(q *question) (*question, error) { return r.sampled(q, seed) })
		})
	}
}

// measure does that for one way of asking.
func (r *run) measure(b *testing.B, p Pair, draw func(*question) (*question, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx := b.Context()
	if err := r.openMeter(ctx); err != nil {
		b.Fatal(err)
	}
	q, err := r.use(ctx, p)
	if err == nil {
		q, err = draw(q)
	}
	if err != nil {
		b.Fatal(err)
	}
	before, err := r.atRest(ctx)
	if err != nil {
		b.Fatal(err)
	}
	tell("joulebench: measuring %s", p)
	var got tally
	g, err := r.startGauges(ctx, q)
	if err != nil {
		b.Fatal(err)
	}
	got.phases = g.phases
	task := r.show(p, g.window)
	for b.Loop() {
		if err = r.pass(ctx, q, &got, &clock{b, g.window}); err != nil {
			break
		}
	}
	read, gaugesErr := g.stop(ctx, got.taken == 0)
	task.Done()
	if err = errors.Join(err, gaugesErr); err != nil {
		b.Fatal(err)
	}
	r.rest = nil // what came before is long ago
	after, err := r.atRest(ctx)
	if err == nil {
		err = r.observe(ctx, q, &got)
	}
	if err != nil {
		b.Fatal(err)
	}
	if r.journal != nil {
		if err := r.journal.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	metrics, err := r.metrics(p, &got)
	if err == nil && got.taken == 0 {
		err = r.costs(metrics, &got, read, b.N)
	}
	if err == nil && got.taken == 0 && before != nil {
		err = r.net(metrics, read.used, *before, *after, b.N)
	}
	if err != nil {
		b.Fatalf("bench: %s: %v", p, err)
	}
	if got.taken > 0 {
		b.ReportMetric(0, "ns/op") // which has package testing leave it out: part of the pass was not made here
	}
	for unit, v := range metrics {
		b.ReportMetric(v, unit)
	}
}

// observe asks once more for the label probabilities, if -probabilities says so. It is no part of what is measured: Ollama
// sorts its whole vocabulary for every token of which it is to name alternatives.
func (r *run) observe(ctx context.Context, q *question, t *tally) error {
	if !r.probabilities {
		return nil
	}
	q, err := r.observed(q)
	if err != nil {
		return err
	}
	defer r.show(q.pair, nil).Done()
	return r.pass(ctx, q, t, nil)
}
