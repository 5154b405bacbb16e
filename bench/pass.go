package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/score"
)

// tally is what one or more passes of a pair gave.
type tally struct {
	model     model
	answers   []gate.Answer // of the first pass, in the order of the set: repeats are samples of the costs, not of the answers
	scores    *score.Confusion
	quoted    int      // answers of the first pass whose reason is in words of the sentence
	taken     int      // answers of the first pass that stood in the journal already
	changed   []string // ids of sentences that a later pass answered otherwise than the first
	latencies []time.Duration

	perToken                 int64 // bytes of weights that are read for each token of an answer, 0 where it is not known
	promptTokens, evalTokens int   // as Ollama counts them: tokens taken from its cache are counted as evaluated
	evalTimed                int   // of evalTokens, those that evalTime is the time of: all but the first of each answer
	promptTime, evalTime     time.Duration

	phases *phases // nil where they are not told apart

	probabilities [][]float64 // of the labels, by sentence; nil where the reply gave none, or nobody asked
}

// pass asks for the label of every sentence of the set, or for the tokens of a shape twin, and adds to the tally. The clock
// may be nil.
func (r *run) pass(ctx context.Context, q *question, t *tally, c *clock) error {
	do, loads := r.label, r.server.Loads()
	if r.tokens != nil {
		do = r.count
	}
	if err := do(ctx, q, t, c); err != nil {
		return err
	}
	if r.server.Loads() != loads {
		return fmt.Errorf("bench: %s: the model was loaded again in mid-pass, which is not what a pass costs: did its runner end, or did somebody else ask this server? (measure again; the kernel's log tells of a runner that was out of memory)", q.pair)
	}
	return nil
}

// label is a pass over the sentences of the set.
func (r *run) label(ctx context.Context, q *question, t *tally, c *clock) error {
	first := t.scores == nil
	if first {
		t.begin(r)
		t.model = q.model
	}
	record, todo, err := r.beginPass(q, t, first)
	if err != nil {
		return err
	}
	r.task.More(int64(len(todo)))
	err = r.each(ctx, q, todo, c, func(i int, got reply) error {
		r.task.Add(1)
		label, reason := r.read(got.GenerateResponse)
		if first {
			t.give(i, label, reason)
		} else if t.answers[i].Got != label && !slices.Contains(t.changed, t.answers[i].ID) {
			t.changed = append(t.changed, t.answers[i].ID)
		}
		var probabilities []float64
		if q.logprobs > 0 {
			probabilities, _ = r.prompt.Probabilities(got.Logprobs)
			t.probabilities[i] = probabilities
		} else {
			t.time(got)
		}
		if r.journal == nil {
			return nil
		}
		record := record
		record.ID, record.Want, record.Got, record.Reason = t.answers[i].ID, t.answers[i].Want, label, reason
		r.fill(&record, got, probabilities)
		if err := r.journal.Write(record); err != nil {
			return fmt.Errorf("bench: writing the journal: %w", err)
		}
		return nil
	})
	if err != nil || !first {
		return err
	}
	for _, a := range t.answers {
		if err := t.scores.Add(a.Want, a.Got); err != nil {
			return fmt.Errorf("bench: %s: sentence %s: %w", q.pair, a.ID, err)
		}
	}
	return nil
}

// begin makes room for the answers to the set.
func (t *tally) begin(r *run) {
	t.scores = score.NewConfusion(r.suite.Labels)
	t.probabilities = make([][]float64, len(r.set.Examples))
	for _, e := range r.set.Examples {
		t.answers = append(t.answers, gate.Answer{ID: e.ID, Want: e.Label, Text: e.Text})
	}
}

// give files an answer of the first pass.
func (t *tally) give(i int, label, reason string) {
	t.answers[i].Got = label
	if classify.Quoted(reason, t.answers[i].Text) {
		t.quoted++
	}
}

// time adds what an answer took.
func (t *tally) time(got reply) {
	t.latencies = append(t.latencies, got.latency)
	t.promptTokens += got.PromptEvalCount
	t.promptTime += got.PromptEvalDuration
	t.evalTokens += got.EvalCount
	t.evalTimed += max(0, got.EvalCount-1)
	t.evalTime += got.EvalDuration
	t.phases.add(got)
}

// fill completes a line of the journal.
func (r *run) fill(record *journal.Record, got reply, probabilities []float64) {
	record.Answer = got.Response
	record.LatencyNS = got.latency.Nanoseconds()
	record.PromptTokens, record.PromptNS = int64(got.PromptEvalCount), got.PromptEvalDuration.Nanoseconds()
	record.EvalTokens, record.EvalNS = int64(got.EvalCount), got.EvalDuration.Nanoseconds()
	record.LoadNS = got.LoadDuration.Nanoseconds()
	record.Joules = got.joules.Joules()
	if probabilities != nil {
		record.Probabilities = map[string]float64{}
		for j, label := range r.suite.Labels {
			record.Probabilities[label] = probabilities[j]
		}
		record.Margin, record.Entropy = score.Margin(probabilities), score.Entropy(probabilities)
	}
}
