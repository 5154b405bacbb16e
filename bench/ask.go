package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/score"
	"github.com/joulebench/joulebench/bench/shape"
)

// A question is how all sentences of a pass are asked about.
type question struct {
	pair     Pair
	model    model
	options  map[string]any  // of the requests; nothing is left to the server's or the model's defaults
	logprobs int             // how many alternatives to each token the server is to name
	format   json.RawMessage // that the server lets through, nil for any
	drawn    bool            // the seed in options is that of the pass, see sentenceSeed
	record   journal.Record  // what all its answers have in common
}

// question says all that changes an answer or its cost, since a tag brings parameters of its own, which differ from model to
// model, and a request's come last (Ollama v0.17.4, server/routes.go, modelOptions). Answers end with the token by which the
// model itself ends them: a tag's stop words go.
//
// What a request cannot replace is a tag's template, and its system prompt and example messages, if it has any (qwen2.5 and
// mistral-small:24b have a system prompt): the server takes an empty system prompt for none given (GenerateHandler). They stay,
// as part of the model that the tag's digest names.
func (r *run) question(p Pair, m model) (*question, error) {
	q := &question{pair: p, model: m, options: map[string]any{
		"temperature":       0,
		"seed":              1,
		"typical_p":         1, // off
		"repeat_penalty":    1, // the default of 1.1 punishes labels that the prompt names
		"presence_penalty":  0, // these two count under temperature 0 as well
		"frequency_penalty": 0,
		"stop":              []string{},
		"num_ctx":           r.suite.Context,
		"num_predict":       r.asked.MaxTokens,
		"num_thread":        r.threads,
		"num_batch":         512, // tokens of a prompt that are computed together; Ollama's default
		"num_gpu":           0,
	}}
	if r.prompt != nil {
		q.format = r.prompt.Format()
	}
	return q, r.describe(q)
}

// sampled is the question as -protocol asks it.
func (r *run) sampled(q *question, seed int) (*question, error) {
	m, _ := r.suite.Model(q.pair.Model)
	s := m.Protocols[r.protocol]
	drawn := *q
	drawn.drawn = true
	drawn.options = maps.Clone(q.options)
	drawn.options["seed"] = seed
	drawn.options["temperature"] = s.Temperature
	drawn.options["top_k"] = s.TopK // 0 is off
	drawn.options["top_p"] = 1.0
	if s.TopP > 0 {
		drawn.options["top_p"] = s.TopP
	}
	drawn.options["min_p"] = 0
	if s.MaxTokens > 0 && r.maxTokens == 0 {
		drawn.options["num_predict"] = s.MaxTokens
	}
	return &drawn, r.describe(&drawn)
}

// observed is the question asked for label probabilities as well.
func (r *run) observed(q *question) (*question, error) {
	o := *q
	o.logprobs = 20 // the most that Ollama gives
	return &o, r.describe(&o)
}

// describe prepares what the journal keeps of the question.
func (r *run) describe(q *question) error {
	options := maps.Clone(q.options)
	options["concurrency"], options["cache"] = r.concurrency, r.cache
	if q.logprobs > 0 {
		options["top_logprobs"] = q.logprobs
	}
	if q.drawn {
		options["seed_of"] = "pass" // each sentence has one of its own, from this and its id
	}
	data, err := json.Marshal(options)
	if err != nil {
		return fmt.Errorf("bench: %s: %w", q.pair, err)
	}
	q.record = journal.Record{
		Suite: r.suite.Name, Model: q.pair.Model, Precision: q.pair.Precision,
		Set: r.setID, Digest: q.model.digest, Options: data,
	}
	if r.prompt != nil {
		q.record.Prompt = r.prompt.ID()
	}
	return nil
}

// A reply is an answer with what it took.
type reply struct {
	*api.GenerateResponse
	latency time.Duration
	end     time.Time
	joules  energy.Energy // gross; 0 where the sentence was too short for the meter, or was not alone
}

// ask sends one prompt. A model that says one token over and over until the server cuts it off has answered, if badly: the
// reply comes back not Done, without counts and times.
//
// A model that thinks when it is let to (qwen3) does so unless it is told not to, and would think its few tokens away. Others
// are not changed by that (Ollama v0.17.4, GenerateHandler): only a wish to think is refused, and only a template that knows of
// thinking looks at it.
func (r *run) ask(ctx context.Context, q *question, prompt string) (reply, error) {
	no := false
	begin := time.Now()
	got, err := r.server.Generate(ctx, &api.GenerateRequest{
		Model:    q.model.name,
		Prompt:   prompt,
		Raw:      r.tokens != nil,
		Format:   q.format,
		Stream:   &no,
		Truncate: &no, // a prompt that does not fit is an error, not a shorter question
		Shift:    &no,
		Think:    &api.ThinkValue{Value: false},
		Options:  q.options,
		Logprobs: q.logprobs > 0, TopLogprobs: q.logprobs,
	})
	if errors.Is(err, ollama.ErrCutOff) {
		err = nil
	}
	end := time.Now()
	return reply{GenerateResponse: got, latency: end.Sub(begin), end: end}, err
}

// warm has the server load the model: one answer faults the weights in, whichever pair had the memory before. It is to no
// sentence of the set: that one would then come from the server's cache. Of a shape twin a few tokens do.
func (r *run) warm(ctx context.Context, q *question) (reply, error) {
	if r.tokens == nil {
		return r.ask(ctx, q, r.prompt.Render(""))
	}
	m, _ := r.suite.Model(q.pair.Model)
	short := *q
	short.options = maps.Clone(q.options)
	short.options["num_predict"] = 2
	return r.ask(ctx, &short, shape.Prompt(*m.Shape, 0, 2, 0))
}

// sentenceSeed is the seed of one sentence in a pass: the lower 31 bits of the FNV-1a hash of the pass's seed in decimal, a
// space and the sentence's id. Under one seed for all, all their first tokens would be drawn by the same random number, and
// passes would differ far more than independent draws do.
func sentenceSeed(pass int, id string) int {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", pass, id)
	return int(h.Sum64() & math.MaxInt32)
}

// read finds the label in a reply, and the reason where the prompt asks for one. A reply that was cut off has neither.
func (r *run) read(got *api.GenerateResponse) (label, reason string) {
	switch {
	case !got.Done:
		return score.Unparsed, ""
	case r.asked.Reason:
		return r.prompt.Answer(got.Response)
	}
	return r.prompt.Label(got.Response), ""
}
