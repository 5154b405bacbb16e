package bench

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/energy"
)

// ramp is a meter of a machine whose power grows by a watt each second: t²/2 joules after t seconds.
type ramp struct{ oneWatt }

func (m ramp) Read(context.Context) (energy.Energy, error) {
	t := time.Since(m.began).Seconds()
	return energy.Energy(t * t / 2 * 1e6), nil
}

func TestPhases(t *testing.T) {
	for _, c := range []struct {
		why                string
		load, prompt, eval time.Duration
		want               map[string]float64
	}{
		// Two answers that end at 10 s and at 20 s. Prompt 5 to 8 s: (64−25)/2 = 19.5 J, 15 to 18 s: (324−225)/2 = 49.5 J; eval 8
		// to 10 s: 18 J, 18 to 20 s: 38 J. In two passes.
		{"long enough, but loading is not", 10 * time.Millisecond, 3 * time.Second, 2 * time.Second,
			map[string]float64{"joules-prompt/op": 34.5, "joules-eval/op": 28}},
		// Load 6 to 8 s: 14 J, 16 to 18 s: 34 J.
		{"a prompt too short", 2 * time.Second, 0, 2 * time.Second, map[string]float64{"joules-load/op": 24, "joules-eval/op": 28}},
		{"less than two readings", 0, 0, 199 * time.Millisecond, map[string]float64{}},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := &run{meter: ramp{oneWatt{time.Now()}}}
			r.concurrency = 1
			p, err := r.follow(t.Context(), &question{})
			require.NoError(t, err)
			for range 2 {
				time.Sleep(10 * time.Second)
				p.add(reply{end: time.Now(), GenerateResponse: &api.GenerateResponse{Metrics: api.Metrics{LoadDuration: c.load, PromptEvalDuration: c.prompt, EvalDuration: c.eval}}})
			}
			require.NoError(t, p.stop())
			metrics := map[string]float64{}
			require.NoError(t, p.joules(metrics, r.meter, 2))
			require.Empty(t, cmp.Diff(c.want, metrics, cmpopts.EquateApprox(0, 1e-3)), c.why)
			p.spans[0].load = time.Hour
			require.ErrorContains(t, p.joules(metrics, r.meter, 2), "was not followed", "what was not seen is not 0")
			r.concurrency = 2
			p, err = r.follow(t.Context(), &question{})
			require.NoError(t, err)
			require.Nil(t, p, "phases of several answers overlap")
		})
	}
	var none *phases
	none.add(reply{})
	require.NoError(t, none.stop())
	require.NoError(t, none.joules(nil, nil, 1))
}
