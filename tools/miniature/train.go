package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// labelPrompt is the prompt of fixtures/suites/miniature.json, on which the models are trained word for word.
const labelPrompt = "What is the sentiment of this financial news sentence: {{.Labels}}?\nSentence: {{.Text}}\nSentiment:"

var labels = []string{"negative", "neutral", "positive"}

func newPrompt() (*classify.Prompt, error) {
	return classify.NewPrompt("label", labelPrompt, labels)
}

// train makes a model from nothing but the recipe.
func train(r recipe, threads int, p *progress) (*nn.Model, *bpe.Tokenizer, error) {
	prompt, err := newPrompt()
	if err != nil {
		return nil, nil, err
	}
	sentences := text.Generate(r.Sentences, r.Seed)
	tok, err := learnTokens(prompt, sentences, r.Shape.Vocab)
	if err != nil {
		return nil, nil, err
	}
	m, err := nn.New(r.Shape)
	if err != nil {
		return nil, nil, err
	}
	m.Threads = threads
	m.Init(r.Seed)
	random := rand.New(rand.NewPCG(r.Seed, 2))
	perEpoch := (len(sentences) + r.Batch - 1) / r.Batch
	steps := perEpoch * r.Epochs
	for step := range steps {
		at := step % perEpoch * r.Batch
		if at == 0 {
			random.Shuffle(len(sentences), func(i, j int) { sentences[i], sentences[j] = sentences[j], sentences[i] })
		}
		var examples [][]int
		for _, s := range sentences[at:min(at+r.Batch, len(sentences))] {
			examples = append(examples, example(tok, prompt.Render(r.Noise.apply(random, s.Text)), s.Label))
		}
		loss, err := m.Gradient(batchOf(examples))
		if err != nil {
			return nil, nil, err
		}
		if err := m.Update(r.Optimiser, r.rate(step, steps)); err != nil {
			return nil, nil, err
		}
		p.step(step+1, steps, loss)
	}
	return m, tok, nil
}

// rate is the learning rate of a step.
func (r recipe) rate(step, steps int) float64 {
	if step < r.WarmUp {
		return r.Rate * float64(step+1) / float64(r.WarmUp)
	}
	done := float64(step-r.WarmUp) / float64(max(1, steps-r.WarmUp))
	return r.Rate * (lowRate + (1-lowRate)*(1+math.Cos(math.Pi*done))/2)
}

// learnTokens makes sure that each label is one token behind the prompt.
func learnTokens(prompt *classify.Prompt, sentences []text.Sentence, size int) (*bpe.Tokenizer, error) {
	texts := make([]string, len(sentences))
	for i, s := range sentences {
		texts[i] = prompt.Render(s.Text) + " " + s.Label
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

// example is what the model sees of a sentence: BOS, the prompt, the label. EOS is what to say then.
func example(tok *bpe.Tokenizer, prompt, label string) []int {
	tokens := append([]int{bpe.BOS}, tok.Encode(prompt)...)
	return append(tokens, tok.Encode(" "+label)...)
}

// batchOf asks each example for its last token, the label, and for EOS behind it.
func batchOf(examples [][]int) (nn.Batch, []nn.Target) {
	prefix := commonPrefix(examples)
	b := nn.Batch{Prefix: examples[0][:prefix], Asked: 2}
	var targets []nn.Target
	for _, e := range examples {
		b.Rest = append(b.Rest, e[prefix:])
		targets = append(targets, nn.Target{Token: e[len(e)-1], Weight: 1}, nn.Target{Token: bpe.EOS, Weight: eosWeight})
	}
	return b, targets
}

// commonPrefix is how many tokens all examples begin with, but for their last two, which are asked.
func commonPrefix(examples [][]int) int {
	first := examples[0]
	n := len(first)
	for _, e := range examples {
		n = min(n, len(e)-2)
		for i := range n {
			if e[i] != first[i] {
				n = i
				break
			}
		}
	}
	return n
}
