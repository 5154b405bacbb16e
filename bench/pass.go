package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/score"
)

// tally is what one or more passes of a pair gave.
type tally struct {
	answers   []gate.Answer // of the first pass: repeats are samples of the costs, not of the answers
	scores    *score.Confusion
	quoted    int      // answers of the first pass whose reason is in words of the sentence
	changed   []string // ids of sentences that a later pass answered otherwise than the first
	latencies []time.Duration

	promptTokens, evalTokens int // as Ollama counts them: tokens taken from its cache are counted as evaluated
	promptTime, evalTime     time.Duration
}

// pass asks the model for the label of every sentence of the set, in order and one at a time, and adds to the tally.
func (r *run) pass(ctx context.Context, p Pair, m model, t *tally) error {
	first := t.scores == nil
	if first {
		t.scores = score.NewConfusion(r.suite.Labels)
		t.answers = make([]gate.Answer, 0, len(r.set.Examples))
	}
	r.passes[p]++
	for i, e := range r.set.Examples {
		begin := time.Now()
		reply, err := r.ask(ctx, m, e.Text)
		latency := time.Since(begin)
		if err != nil {
			return fmt.Errorf("bench: %s: sentence %s (line %d of %s): %w", p, e.ID, e.Line, r.set.Name, err)
		}
		t.latencies = append(t.latencies, latency)
		t.promptTokens += reply.PromptEvalCount
		t.promptTime += reply.PromptEvalDuration
		t.evalTokens += reply.EvalCount
		t.evalTime += reply.EvalDuration

		got, reason := r.read(reply)
		switch {
		case first:
			if classify.Quoted(reason, e.Text) {
				t.quoted++
			}
			t.answers = append(t.answers, gate.Answer{ID: e.ID, Want: e.Label, Got: got, Text: e.Text})
			if err := t.scores.Add(e.Label, got); err != nil {
				return fmt.Errorf("bench: %s: sentence %s: %w", p, e.ID, err)
			}
		case t.answers[i].Got != got && !slices.Contains(t.changed, e.ID):
			t.changed = append(t.changed, e.ID)
		}
		if err := r.record(p, m, e, got, latency, reply); err != nil {
			return err
		}
	}
	return nil
}

// read finds the label in a reply, and the reason where the prompt asks for one. A reply that was cut off has neither.
func (r *run) read(reply *api.GenerateResponse) (label, reason string) {
	switch {
	case !reply.Done:
		return score.Unparsed, ""
	case r.asked.Reason:
		return r.prompt.Answer(reply.Response)
	}
	return r.prompt.Label(reply.Response), ""
}

// ask sends one sentence. Nothing is left to the server's or the model's defaults. A model that says one token over and over
// until the server cuts it off has answered, if badly: the reply comes back not Done, without counts and times.
func (r *run) ask(ctx context.Context, m model, sentence string) (*api.GenerateResponse, error) {
	no := false
	reply, err := r.server.Generate(ctx, &api.GenerateRequest{
		Model:    m.name,
		Prompt:   r.prompt.Render(sentence),
		Stream:   &no,
		Truncate: &no, // a prompt that does not fit is an error, not a shorter question
		Shift:    &no,
		Options: map[string]any{
			"temperature":    0,
			"seed":           1,
			"repeat_penalty": 1, // the default of 1.1 punishes labels that the prompt names
			"num_ctx":        r.suite.Context,
			"num_predict":    r.asked.MaxTokens,
			"num_thread":     r.threads,
			"num_gpu":        0,
		},
	})
	if errors.Is(err, ollama.ErrCutOff) {
		err = nil
	}
	return reply, err
}

// record writes the answer to the journal, if there is one.
func (r *run) record(p Pair, m model, e dataset.Example, got string, latency time.Duration, reply *api.GenerateResponse) error {
	if r.journal == nil {
		return nil
	}
	err := r.journal.Write(journal.Record{
		Suite: r.suite.Name, Model: p.Model, Precision: p.Precision,
		Set: r.setID, Prompt: r.prompt.ID(), Digest: m.digest,
		Run: r.id, Pass: r.passes[p],
		ID: e.ID, Want: e.Label, Got: got, Answer: reply.Response,
		LatencyNS:    latency.Nanoseconds(),
		PromptTokens: int64(reply.PromptEvalCount), PromptNS: reply.PromptEvalDuration.Nanoseconds(),
		EvalTokens: int64(reply.EvalCount), EvalNS: reply.EvalDuration.Nanoseconds(),
		LoadNS: reply.LoadDuration.Nanoseconds(),
	})
	if err != nil {
		return fmt.Errorf("bench: writing the journal: %w", err)
	}
	return nil
}
