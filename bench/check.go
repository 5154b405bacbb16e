package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// Check asks the pair for the label of every sentence and fails t unless the answers are shown to be no worse than the
// golden ones by more than the margin that stands in the golden file, naming the sentences that changed.
//
// With -update it records the answers as golden instead, if they are no worse than those there were, or if
// -accept-regression says why they may be.
//
// Where flags ask for something of which there are no golden answers, such as -set, it is skipped with what would record
// some; under CI=true, where a skipped test would look like a passed one, it fails.
func (s *Suite) Check(t *testing.T, p Pair) {
	t.Helper()
	r := s.live(t)
	r.mustFit(t, p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tokens != nil {
		t.Fatalf("bench: %s: %v (measure it with -bench)", p, errTokens)
	}
	var golden *gate.Golden
	if !r.update {
		var why string
		var err error
		if golden, why, err = r.readGolden(p); err != nil {
			t.Fatal(err)
		}
		if why != "" {
			if os.Getenv("CI") == "true" {
				t.Fatal(why)
			}
			t.Skip(why)
		}
	}
	q, err := r.use(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var got tally
	defer r.show(p, nil).Done()
	if err := r.pass(t.Context(), q, &got, nil); err != nil {
		t.Fatal(err)
	}
	if r.update {
		if err := gate.WriteGolden(r.golden, r.asGolden(p, q.model, &got)); err != nil {
			t.Fatal(err)
		}
		t.Logf("recorded in %s: F1 %.4f", r.golden, got.scores.MacroF1())
		return
	}
	c, err := gate.Compare(golden, &gate.Recorded{Set: r.setID, Prompt: r.prompt.ID(), Digest: q.model.digest, Answers: got.answers})
	if err != nil {
		t.Fatal(err)
	}
	if c.DecideAlone(gate.Alpha, len(r.pairs)); c.Verdict != gate.Pass {
		t.Error(c)
	}
}

// readGolden returns the golden answers of the pair, or why there are none to what a flag asks for.
func (r *run) readGolden(p Pair) (golden *gate.Golden, why string, err error) {
	if r.protocol != "" {
		return nil, fmt.Sprintf("bench: -protocol %s: sampled answers are not held against golden ones, which are the most probable (measure them with -bench)", r.protocol), nil
	}
	golden, err = gate.ReadGolden(r.golden, r.pairName(p))
	other := r.otherQuestion()
	if other == "" || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return golden, "", err
	}
	if err != nil || golden.Set != r.setID || golden.Prompt != r.prompt.ID() {
		why = fmt.Sprintf("bench: -%s: %s has no golden answers of %s to that (to record some: -update -golden DIR)", other, r.golden, p)
	}
	return golden, why, nil
}

func (r *run) pairName(p Pair) gate.Pair {
	return gate.Pair{Suite: r.suite.Name, Model: p.Model, Precision: p.Precision}
}

func (r *run) asGolden(p Pair, m model, got *tally) *gate.Golden {
	return &gate.Golden{
		Pair: r.pairName(p),
		Set:  r.setID, Prompt: r.prompt.ID(), Digest: m.digest,
		Ollama: r.server.Version(), CPU: r.server.CPU(),
		Labels:   r.suite.Labels,
		Accepted: r.accept,
		Answers:  got.answers,
	}
}
