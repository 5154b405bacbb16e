package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/shape"
)

// Tokens is what a suite of shape twins (see package shape) asks for in the place of a labelled set: random weights have
// costs, but no answers that could be right.
type Tokens struct {
	// Prompt is how many tokens each prompt has. The first Shared of them are the same for all, like a question that is
	// asked about many sentences: the server evaluates them once, unless -cache is cold.
	Prompt, Shared int
	// Answer is how many tokens each answer has. The flag -max-tokens takes its place.
	Answer int
	// Requests is how many prompts a pass has.
	Requests int
}

// checkTokens refuses what could not be asked, or could be asked of models that answer.
func (s *Suite) checkTokens() error {
	t := s.Tokens
	for _, m := range s.Models {
		if (m.Shape != nil) != (t != nil) {
			return fmt.Errorf("model %s: a suite with tokens is one of shape twins, and one of shape twins has tokens: %w", m.Name, errTokens)
		}
	}
	switch {
	case t == nil:
		return nil
	case t.Shared < 0 || t.Prompt <= t.Shared || t.Answer < 2 || t.Requests < 2:
		// A single prompt would stand in the server's cache from its second pass on. The first token of an answer comes of
		// the prompt.
		return fmt.Errorf("tokens %+v: want more prompt than shared tokens, answers of 2 and more, and 2 requests or more", *t)
	case t.Prompt+t.Answer > s.Context:
		return fmt.Errorf("tokens: prompts of %d and answers of %d do not fit into the context of %d", t.Prompt, t.Answer, s.Context)
	case s.Set != "" || len(s.Labels) > 0 || len(s.Prompts) > 0 || s.Shots != "" || s.Golden != "":
		return errTokens
	}
	return nil
}

var errTokens = errors.New("shape twins know no answers: they are asked for tokens, and have no set, labels, prompts, shots or golden answers")

// openTokens makes a set of nothing but requests.
func (r *run) openTokens() error {
	if other := r.otherQuestion(); other != "" && other != "max-tokens" {
		return fmt.Errorf("bench: -%s: %w", other, errTokens)
	}
	for _, f := range []struct {
		flag  string
		given bool
	}{{"protocol", r.protocol != ""}, {"probabilities", r.probabilities}, {"update", r.update}, {"resume", r.resume}} {
		if f.given {
			return fmt.Errorf("bench: -%s: %w", f.flag, errTokens)
		}
	}
	t := *r.suite.Tokens
	if r.maxTokens > 0 {
		t.Answer = r.maxTokens
	}
	if t.Answer < 2 || t.Prompt+t.Answer > r.suite.Context {
		return fmt.Errorf("bench: -max-tokens %d: want 2 or more, and no more than a context of %d leaves beside a prompt of %d", t.Answer, r.suite.Context, t.Prompt)
	}
	r.tokens, r.asked.MaxTokens = &t, t.Answer
	r.set = &dataset.Set{Name: r.suite.Name}
	for i := range t.Requests {
		r.set.Examples = append(r.set.Examples, dataset.Example{ID: strconv.Itoa(i + 1)})
	}
	return nil
}

// text is the prompt for the i-th sentence or request of a pass.
func (r *run) text(q *question, i int) string {
	if r.tokens != nil {
		m, _ := r.suite.Model(q.pair.Model)
		return shape.Prompt(*m.Shape, i+1, r.tokens.Prompt, r.tokens.Shared)
	}
	return r.prompt.Render(r.set.Examples[i].Text)
}

// count is a pass over requests whose answers nobody reads. One of another length than asked for is an error: what it cost
// would be taken for the cost of another.
func (r *run) count(ctx context.Context, q *question, t *tally, c *clock) error {
	t.model = q.model
	m, _ := r.suite.Model(q.pair.Model)
	t.perToken = m.Shape.BytesPerToken(q.pair.Precision)
	indices := make([]int, len(r.set.Examples))
	for i := range indices {
		indices[i] = i
	}
	r.task.More(int64(len(indices)))
	return r.each(ctx, q, indices, c, func(i int, got reply) error {
		r.task.Add(1)
		if got.PromptEvalCount != r.tokens.Prompt || got.EvalCount != r.tokens.Answer {
			return fmt.Errorf("bench: %s: request %d: %d tokens of prompt and %d of answer were computed (done: %q), not %d and %d as asked for",
				q.pair, i+1, got.PromptEvalCount, got.EvalCount, got.DoneReason, r.tokens.Prompt, r.tokens.Answer)
		}
		t.time(got)
		return nil
	})
}

// tokenLines are the configuration lines in the place of those of a set.
func (r *run) tokenLines() [][2]string {
	shared := ""
	if r.tokens.Shared > 0 {
		shared = fmt.Sprintf(", %d of them shared", r.tokens.Shared)
	}
	return [][2]string{
		{"requests", fmt.Sprint(r.tokens.Requests)},
		{"prompt-tokens", fmt.Sprint(r.tokens.Prompt) + shared},
		{"answer-tokens", fmt.Sprint(r.tokens.Answer)},
		{"context", fmt.Sprint(r.suite.Context)},
	}
}

// checkShape refuses a name that would let the costs of random weights pass for those of the model itself.
func (m Model) checkShape() error {
	if m.Shape == nil {
		return nil
	}
	if !strings.HasPrefix(m.Name, "shape-") {
		return fmt.Errorf("a shape twin's name begins with shape-")
	}
	return m.Shape.Check()
}
