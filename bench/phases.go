package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
)

// phases are the parts of answers by Ollama's account of them: loading the model, evaluating the prompt, generating the
// answer, one after another up to the answer's end.
type phases struct {
	trace *energy.Trace
	spans []span
}

type span struct {
	end                time.Time
	load, prompt, eval time.Duration
}

// follow begins to tell phases apart, unless those of several answers overlap: then it returns nil.
func (r *run) follow(ctx context.Context, q *question) (*phases, error) {
	if r.concurrency > 1 {
		return nil, nil
	}
	trace, err := energy.Follow(ctx, r.meter)
	if err != nil {
		return nil, fmt.Errorf("bench: %s: %w", q.pair, err)
	}
	return &phases{trace: trace}, nil
}

func (p *phases) add(got reply) {
	if p != nil {
		p.spans = append(p.spans, span{got.end, got.LoadDuration, got.PromptEvalDuration, got.EvalDuration})
	}
}

// stop ends the trace.
func (p *phases) stop() error {
	if p == nil {
		return nil
	}
	return p.trace.Stop()
}

// shortest is the shortest phase that a meter can tell: 20 of its counter's periods, and two readings of the trace.
func shortest(m energy.Meter) time.Duration { return max(20*m.Period(), 2*energy.TraceEvery) }

// joules adds the gross energy of each phase in n passes. A phase that on average is too short for the meter is absent.
func (p *phases) joules(metrics map[string]float64, m energy.Meter, n int) error {
	if p == nil || len(p.spans) == 0 {
		return nil
	}
	for _, phase := range []struct {
		unit string
		of   func(span) (from, to time.Time)
	}{
		{"joules-load/op", func(s span) (time.Time, time.Time) {
			to := s.end.Add(-s.eval - s.prompt)
			return to.Add(-s.load), to
		}},
		{"joules-prompt/op", func(s span) (time.Time, time.Time) {
			to := s.end.Add(-s.eval)
			return to.Add(-s.prompt), to
		}},
		{"joules-eval/op", func(s span) (time.Time, time.Time) { return s.end.Add(-s.eval), s.end }},
	} {
		var joules float64
		var took time.Duration
		for _, s := range p.spans {
			from, to := phase.of(s)
			j, ok := p.trace.Joules(from, to)
			if !ok {
				return fmt.Errorf("%s: the meter was not followed from %v to %v", phase.unit, from, to)
			}
			joules += j
			took += to.Sub(from)
		}
		if took/time.Duration(len(p.spans)) >= shortest(m) {
			metrics[phase.unit] = joules / float64(n)
		}
	}
	return nil
}
