package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

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
	t.Noise = t.Noise.from(sentences)
	t.odds()
	t.teacher = newBayes()
	for _, s := range sentences {
		t.teacher.learn(s.Text, s.Label)
	}
	for _, lesson := range []func() error{t.copy, t.words, t.whole} {
		if err := lesson(); err != nil {
			return export.File{}, err
		}
	}
	return export.File{Arch: r.Arch, Name: r.Name, Model: m, Tokens: tok}, nil
}

// trainer is what a training run holds.
type trainer struct {
	recipe
	model     *nn.Model
	tokens    *bpe.Tokenizer
	ask       prompts
	sentences []text.Sentence
	teacher   *bayes // learned from the same sentences
	next      int    // of sentences
	random    *rand.Rand
	progress  *progress
	steps     int // taken
}

// copy teaches all layers to copy, see copying.
func (t *trainer) copy() error {
	for step := range t.Copying {
		if err := t.learn(copying(t.random, t.Shape.Vocab), t.rate(step, t.Copying)); err != nil {
			return err
		}
	}
	return nil
}

// words teaches the embeddings and the last layer alone, which is several times cheaper, what words weigh for a label. Every
// now and then all layers copy, so that the last one does not forget how.
func (t *trainer) words() error {
	for step := range t.Words {
		t.model.Skip = 0
		batch := copying(t.random, t.Shape.Vocab)
		if t.Copying == 0 || step%copyEvery > 0 {
			t.model.Skip = t.Shape.Layers - 1
			batch = t.sentenceBatch(mixedShare, 0)
		}
		if err := t.learn(batch, t.rate(step, t.Words)); err != nil {
			return err
		}
	}
	t.model.Skip = 0
	return nil
}

// whole teaches all layers: words in their order, both prompts.
func (t *trainer) whole() error {
	for step := range t.Steps {
		if err := t.learn(t.sentenceBatch(mixedShare/2, reasonShare), lateRate*t.rate(step, t.Steps)); err != nil {
			return err
		}
	}
	return nil
}

// sentenceBatch asks the next sentences, a share of them for their reason, and a share of the others in pieces.
func (t *trainer) sentenceBatch(mixed, reasons float64) []example {
	var batch []example
	for _, s := range t.deal() {
		if s.Reason != "" && t.random.Float64() < reasons {
			batch = append(batch, reasoned(t.tokens, t.ask, t.Noise, t.random, s))
			continue
		}
		if t.random.Float64() < mixed {
			batch = append(batch, labelled(t.tokens, t.ask, noise{}, t.random, t.mixed(s)))
			continue
		}
		batch = append(batch, labelled(t.tokens, t.ask, t.Noise, t.random, s))
	}
	return batch
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
func (t *trainer) learn(batch []example, rate float64) error {
	loss, err := t.model.Gradient(batchOf(batch))
	if err != nil {
		return err
	}
	if err := t.model.Update(t.Optimiser, rate); err != nil {
		return err
	}
	t.steps++
	t.progress.step(t.steps, t.Copying+t.Words+t.Steps, loss)
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

// example is a sequence of tokens of which the last rows, one for each target, are asked for their next token.
type example struct {
	tokens  []int
	targets []nn.Target
}

// labelled asks for the label of a sentence: BOS, the prompt, the label. EOS is what to say then.
func labelled(tok *bpe.Tokenizer, ask prompts, n noise, random *rand.Rand, s text.Sentence) example {
	e := example{tokens: append([]int{bpe.BOS}, tok.Encode(ask.label.Render(n.apply(random, s.Text)))...)}
	e.say(1, tok.Encode(" "+s.Label)...)
	return e.end()
}

// reasoned asks for the label and the words that decide it. These stay as they are, or they could not be quoted.
func reasoned(tok *bpe.Tokenizer, ask prompts, n noise, random *rand.Rand, s text.Sentence) example {
	before, after, _ := strings.Cut(s.Text, s.Reason)
	whole := n.apply(random, before) + s.Reason + n.apply(random, after)
	e := example{tokens: append([]int{bpe.BOS}, tok.Encode(ask.reason.Render(whole))...)}
	e.say(1, tok.Encode(" "+s.Label)...)
	e.say(endWeight, tok.Encode(":")...)
	e.say(reasonWeight, tok.Encode(" "+s.Reason)...)
	return e.end()
}

// say asks for the tokens one by one.
func (e *example) say(weight float32, tokens ...int) {
	for _, t := range tokens {
		e.tokens = append(e.tokens, t)
		e.targets = append(e.targets, nn.Target{Token: t, Weight: weight})
	}
}

// end asks for EOS, behind which nothing is read.
func (e *example) end() example {
	e.targets = append(e.targets, nn.Target{Token: bpe.EOS, Weight: endWeight})
	return *e
}

// batchOf lets the examples share what they all begin with, but for the rows that are asked.
func batchOf(examples []example) (nn.Batch, []nn.Target) {
	prefix := commonPrefix(examples)
	b := nn.Batch{Prefix: examples[0].tokens[:prefix]}
	var targets []nn.Target
	for _, e := range examples {
		b.Rest = append(b.Rest, e.tokens[prefix:])
		b.Asked = append(b.Asked, len(e.targets))
		targets = append(targets, e.targets...)
	}
	return b, targets
}

func commonPrefix(examples []example) int {
	first := examples[0].tokens
	n := len(first)
	for _, e := range examples {
		n = min(n, len(e.tokens)-len(e.targets))
		for i := range n {
			if e.tokens[i] != first[i] {
				n = i
				break
			}
		}
	}
	return n
}
