package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/score"
	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/export"
	"github.com/joulebench/joulebench/tools/miniature/nn"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// How many tokens an answer may have, as in the suite.
const labelTokens, reasonTokens = 8, 64

// evaluate scores the weights on a set, and naive Bayes that learned from the same text.
func evaluate(r recipe, weights, file string, threads int, w io.Writer) error {
	set, err := dataset.Open(file)
	if err != nil {
		return err
	}
	ask, err := newPrompts()
	if err != nil {
		return err
	}
	if err := set.CheckLabels(labels); err != nil {
		return err
	}
	f, err := export.Read(weights)
	if err != nil {
		return err
	}
	f.Model.Threads = threads
	sentences := make([]string, len(set.Examples))
	for i, e := range set.Examples {
		sentences[i] = e.Text
	}
	fmt.Fprintf(w, "%s, %d sentences\n", set.ID(), len(set.Examples))
	for _, by := range []struct {
		prompt *classify.Prompt
		tokens int
	}{{ask.label, labelTokens}, {ask.reason, reasonTokens}} {
		prompt := by.prompt
		replies, err := answers(f.Model, f.Tokens, prompt, sentences, by.tokens)
		if err != nil {
			return err
		}
		c, quoted := score.NewConfusion(labels), 0
		for i, e := range set.Examples {
			label, reason := prompt.Answer(replies[i])
			if err := c.Add(e.Label, label); err != nil {
				return err
			}
			if classify.Quoted(reason, e.Text) {
				quoted++
			}
		}
		tell(w, r.Model+" "+prompt.ID(), c)
		fmt.Fprintf(w, "  unparsed %.4f  quoted %.4f\n", c.Unparsed(), float64(quoted)/float64(len(sentences)))
	}
	baseline, c := newBayes(labels), score.NewConfusion(labels)
	for _, s := range text.Generate(r.Sentences, r.Seed, r.Share) {
		baseline.learn(s.Text, s.Label)
	}
	for _, e := range set.Examples {
		if err := c.Add(e.Label, baseline.label(e.Text)); err != nil {
			return err
		}
	}
	tell(w, "naive Bayes", c)
	fmt.Fprintln(w)
	return nil
}

func tell(w io.Writer, name string, c *score.Confusion) {
	lo, hi := c.MacroF1Interval()
	fmt.Fprintf(w, "%-28s macro-F1 %.4f [%.4f, %.4f]  accuracy %.4f", name, c.MacroF1(), lo, hi, c.Accuracy())
}

// answers is what the model says to each sentence, most probable token by token, up to a number of tokens.
func answers(m *nn.Model, tok *bpe.Tokenizer, prompt *classify.Prompt, sentences []string, tokens int) ([]string, error) {
	const batch = 64
	out := make([]string, 0, len(sentences))
	for len(sentences) > 0 {
		var prompts [][]int
		for _, s := range sentences[:min(batch, len(sentences))] {
			prompts = append(prompts, tok.Encode(prompt.Render(s)))
		}
		sentences = sentences[len(prompts):]
		said, err := complete(m, prompts, tokens)
		if err != nil {
			return nil, err
		}
		for _, ids := range said {
			reply, err := tok.Decode(ids)
			if err != nil {
				return nil, err
			}
			out = append(out, reply)
		}
	}
	return out, nil
}

// complete goes on from each prompt until EOS or the number of tokens.
func complete(m *nn.Model, prompts [][]int, tokens int) ([][]int, error) {
	said := make([][]int, len(prompts))
	open := make([]int, len(prompts)) // those that have not ended
	for i := range open {
		open[i] = i
	}
	for range tokens {
		b := nn.Batch{Prefix: []int{bpe.BOS}}
		for _, i := range open {
			rest := slices.Concat(prompts[i], said[i])
			b.Rest, b.Asked = append(b.Rest, rest), append(b.Asked, []int{len(rest) - 1})
		}
		logits, err := m.Logits(b)
		if err != nil {
			return nil, err
		}
		var still []int
		for row, i := range open {
			best := 0
			scores := logits[row*m.Vocab:][:m.Vocab]
			for t := range scores {
				if scores[t] > scores[best] {
					best = t
				}
			}
			if best != bpe.EOS {
				said[i] = append(said[i], best)
				still = append(still, i)
			}
		}
		if open = still; len(open) == 0 {
			break
		}
	}
	return said, nil
}
