package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/export"
	"github.com/joulebench/joulebench/tools/miniature/nn"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// train makes a model from nothing but the recipe.
func train(r recipe, threads int, p *progress) (export.File, error) {
	ask, err := newPrompts()
	if err != nil {
		return export.File{}, err
	}
	sentences := text.Generate(r.Sentences, r.Seed, r.Share)
	tok, err := learnTokens(ask, sentences, r.Shape.Vocab)
	if err != nil {
		return export.File{}, err
	}
	m, err := nn.New(r.Arch.Config(r.Shape))
	if err != nil {
		return export.File{}, err
	}
	m.Threads = threads
	m.Init(r.Seed)
	t := &trainer{recipe: r, model: m, tokens: tok, ask: ask, sentences: sentences, random: rand.New(rand.NewPCG(r.Seed, 2)), progress: p}
	for _, l := range labels {
		t.labels = append(t.labels, tok.Encode(" " + l)[0])
	}
	t.Noise = t.Noise.from(sentences)
	t.odds()
	t.teacher = newBayes(labels)
	for _, s := range sentences {
		t.teacher.learn(s.Text, s.Label)
	}
	for step := range r.Copying {
		if err := t.learn(copying(t.random, r.Shape.Vocab), r.rate(step, r.Copying)); err != nil {
			return export.File{}, err
		}
	}
	order := slices.Clone(sentences)
	if err := t.read(r.Steps, 1, t.taught); err != nil {
		return export.File{}, err
	}
	// The last lesson begins as if with a file read anew, so that it can be repeated, or changed, by itself.
	export.Round(m)
	m.Restart()
	t.sentences, t.next, t.random = order, 0, rand.New(rand.NewPCG(r.Seed, 3))
	if err := t.read(r.Asking, askingRate, t.asked); err != nil {
		return export.File{}, err
	}
	return export.File{Arch: r.Arch, Name: r.Name, Model: m, Tokens: tok}, nil
}

// read takes steps of sentences, each made an example if its reason is not asked, at a share of the learning rate.
func (t *trainer) read(steps int, rate float64, label func(text.Sentence) example) error {
	for step := range steps {
		examples := copying(t.random, t.Shape.Vocab)
		if t.Copying == 0 || step%copyEvery > 0 {
			examples = t.batch(label)
		}
		if err := t.learn(examples, rate*t.rate(step, steps)); err != nil {
			return err
		}
	}
	return nil
}

// trainer is what a training run holds.
type trainer struct {
	recipe
	model     *nn.Model
	tokens    *bpe.Tokenizer
	labels    []int // the token of each
	ask       prompts
	sentences []text.Sentence
	teacher   *bayes // learned from the same sentences
	next      int    // of sentences
	random    *rand.Rand
	progress  *progress
	steps     int // taken
}

// batch asks the next sentences, some for their reason, others in pieces.
func (t *trainer) batch(label func(text.Sentence) example) []example {
	var out []example
	for _, s := range t.deal() {
		switch {
		case s.Reason != "" && t.random.Float64() < reasonShare:
			out = append(out, t.reasoned(s))
		case t.random.Float64() < mixedShare:
			out = append(out, label(t.mixed(s)))
		default:
			s.Text = t.Noise.apply(t.random, s.Text)
			out = append(out, label(s))
		}
	}
	return out
}

// deal hands out the next sentences, in a new order whenever all have come.
func (t *trainer) deal() []text.Sentence {
	if t.next == len(t.sentences) {
		t.next = 0
	}
	if t.next == 0 {
		t.random.Shuffle(len(t.sentences), func(i, j int) { t.sentences[i], t.sentences[j] = t.sentences[j], t.sentences[i] })
	}
	from := t.next
	t.next = min(from+t.Batch, len(t.sentences))
	return t.sentences[from:t.next]
}

// learn takes one step.
func (t *trainer) learn(examples []example, rate float64) error {
	loss, err := t.model.Gradient(batchOf(examples))
	if err != nil {
		return err
	}
	if err := t.model.Update(t.Optimiser, rate); err != nil {
		return err
	}
	t.steps++
	t.progress.step(t.steps, t.Copying+t.Steps+t.Asking, loss)
	return nil
}

// rate is the learning rate of a step.
func (r recipe) rate(step, steps int) float64 {
	if step < warmUp {
		return r.Rate * float64(step+1) / warmUp
	}
	done := float64(step-warmUp) / float64(max(1, steps-warmUp))
	return r.Rate * (lowRate + (1-lowRate)*(1+math.Cos(math.Pi*done))/2)
}

// learnTokens makes sure that each label is one token behind the prompt.
func learnTokens(ask prompts, sentences []text.Sentence, size int) (*bpe.Tokenizer, error) {
	texts := make([]string, len(sentences))
	for i, s := range sentences {
		texts[i] = ask.label.Render(s.Text) + " " + s.Label
		if i%2 == 1 {
			texts[i] = ask.reason.Render(s.Text) + " " + s.Label
		}
	}
	tok, err := bpe.Train(texts, size)
	if err != nil {
		return nil, err
	}
	for _, l := range labels {
		if n := len(tok.Encode(" " + l)); n != 1 {
			return nil, fmt.Errorf("miniature: label %q is %d tokens, want one (train on more text)", l, n)
		}
	}
	return tok, nil
}
