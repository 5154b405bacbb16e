package bench

import (
	"testing"

	"github.com/joulebench/joulebench/bench/gate"
)

// Test runs Check for every chosen pair as a subtest.
func (s *Suite) Test(t *testing.T) {
	s.live(t)
	for _, p := range s.Pairs() {
		t.Run(p.String(), func(t *testing.T) { s.Check(t, p) })
	}
}

// Check asks the pair for the label of every sentence and fails t if the answers are worse than the golden ones by
// more than the margin that stands in the golden file, naming the sentences that changed. With -update it records
// the answers as golden instead.
func (s *Suite) Check(t *testing.T, p Pair) {
	t.Helper()
	r := s.live(t)
	r.mu.Lock()
	defer r.mu.Unlock()
	m, err := r.use(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var got tally
	if err := r.pass(t.Context(), p, m, &got); err != nil {
		t.Fatal(err)
	}
	if r.update {
		if err := gate.WriteGolden(r.golden, r.asGolden(p, m, &got)); err != nil {
			t.Fatal(err)
		}
		t.Logf("recorded in %s: F1 %.4f", r.golden, got.scores.MacroF1())
		return
	}
	golden, err := gate.ReadGolden(r.golden, r.pairName(p))
	if err != nil {
		t.Fatal(err)
	}
	c, err := gate.Compare(golden, r.setID, r.prompt.ID(), m.digest, got.answers)
	if err != nil {
		t.Fatal(err)
	}
	if c.Verdict != gate.Pass {
		t.Error(c)
	}
}

func (r *run) pairName(p Pair) gate.Pair {
	return gate.Pair{Suite: r.suite.Name, Model: p.Model, Precision: p.Precision}
}

func (r *run) asGolden(p Pair, m model, got *tally) *gate.Golden {
	margin, reason := gate.DefaultMargin(len(got.answers))
	return &gate.Golden{
		Pair: r.pairName(p),
		Set:  r.setID, Prompt: r.prompt.ID(), Digest: m.digest,
		Ollama: r.server.Version(), CPU: r.server.CPU(),
		Labels: r.suite.Labels,
		Margin: margin, Reason: reason,
		Answers: got.answers,
	}
}
