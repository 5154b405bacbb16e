package main

import (
	"fmt"
	"io"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/score"
	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/export"
	"github.com/joulebench/joulebench/tools/miniature/nn"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// answerTokens is how many tokens an answer may have.
const answerTokens = 4

// evaluate scores the weights on a set, and naive Bayes that learned from the same text.
func evaluate(r recipe, weights, file string, threads int, w io.Writer) error {
	set, err := dataset.Open(file)
	if err != nil {
		return err
	}
	prompt, err := newPrompt()
	if err != nil {
		return err
	}
	if err := set.CheckLabels(labels); err != nil {
		return err
	}
	m, tok, err := export.Read(weights)
	if err != nil {
		return err
	}
	m.Threads = threads
	sentences := make([]string, len(set.Examples))
	for i, e := range set.Examples {
		sentences[i] = e.Text
	}
	replies, err := answers(m, tok, prompt, sentences)
	if err != nil {
		return err
	}
	baseline := newBayes()
	for _, s := range text.Generate(r.Sentences, r.Seed) {
		baseline.learn(s.Text, s.Label)
	}
	own, base := score.NewConfusion(labels), score.NewConfusion(labels)
	for i, e := range set.Examples {
		if err := own.Add(e.Label, prompt.Label(replies[i])); err != nil {
			return err
		}
		if err := base.Add(e.Label, baseline.label(e.Text)); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "%s, %d sentences\n", set.ID(), len(set.Examples))
	fmt.Fprintf(w, "%-20s macro-F1 %.4f  accuracy %.4f  unparsed %.4f\n", r.Model, own.MacroF1(), own.Accuracy(), own.Unparsed())
	fmt.Fprintf(w, "%-20s macro-F1 %.4f  accuracy %.4f\n", "naive Bayes", base.MacroF1(), base.Accuracy())
	return nil
}

// answers is what the model says to each sentence, most probable token by token.
func answers(m *nn.Model, tok *bpe.Tokenizer, prompt *classify.Prompt, sentences []string) ([]string, error) {
	const batch = 64
	out := make([]string, 0, len(sentences))
	for len(sentences) > 0 {
		b := nn.Batch{Prefix: []int{bpe.BOS}, Asked: 1}
		for _, s := range sentences[:min(batch, len(sentences))] {
			b.Rest = append(b.Rest, tok.Encode(prompt.Render(s)))
		}
		sentences = sentences[len(b.Rest):]
		replies, err := complete(m, tok, b)
		if err != nil {
			return nil, err
		}
		out = append(out, replies...)
	}
	return out, nil
}

func complete(m *nn.Model, tok *bpe.Tokenizer, b nn.Batch) ([]string, error) {
	said := make([][]int, len(b.Rest))
	for range answerTokens {
		logits, err := m.Logits(b)
		if err != nil {
			return nil, err
		}
		for i := range b.Rest {
			row := logits[i*m.Vocab:][:m.Vocab]
			best := 0
			for t := range row {
				if row[t] > row[best] {
					best = t
				}
			}
			b.Rest[i] = append(b.Rest[i], best)
			if n := len(said[i]); n == 0 || said[i][n-1] != bpe.EOS {
				said[i] = append(said[i], best)
			}
		}
	}
	out := make([]string, len(said))
	for i, ids := range said {
		if n := len(ids); ids[n-1] == bpe.EOS {
			ids = ids[:n-1]
		}
		var err error
		if out[i], err = tok.Decode(ids); err != nil {
			return nil, err
		}
	}
	return out, nil
}
