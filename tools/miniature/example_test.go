package main

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// pupil has a token a byte, 300 to 302 for the labels, and a teacher who knows two sentences.
func pupil(t *testing.T) *trainer {
	tok, err := bpe.New(nil)
	require.NoError(t, err)
	ask, err := newPrompts()
	require.NoError(t, err)
	tr := &trainer{tokens: tok, ask: ask, labels: []int{300, 301, 302}, random: rand.New(rand.NewPCG(1, 1)), teacher: newBayes(labels)}
	tr.teacher.learn("profit rose sharply", "positive") // 3 words, 2 pairs
	tr.teacher.learn("we lost the case", "negative")    // 4 words, 3 pairs; 12 features in all
	return tr
}

// decoded wants tokens to be BOS and a text.
func (t *trainer) decoded(test *testing.T, tokens []int) string {
	test.Helper()
	require.Equal(test, bpe.BOS, tokens[0])
	whole, err := t.tokens.Decode(tokens[1:])
	require.NoError(test, err)
	return whole
}

// TestTaught: what is asked of a text, and what is hinted. By hand: "rose" is positive with 2/17, negative with 1/19,
// neutral with 1/12; of the logarithms, -2.14007, -2.94444 and -2.48491, the mean is -2.52314.
func TestTaught(t *testing.T) {
	rose := []float64{-0.42130, 0.03823, 0.38307}
	for _, c := range []struct {
		why, label string
		want       []float64 // of the labels
		end        int       // the label behind which the end is asked
	}{
		{"a label is the truth, whatever the teacher thinks", "negative", []float64{1, 0, 0}, 300},
		// e^-0.21065 = 0.81006, e^0.01912 = 1.01930 and e^0.19154 = 1.21111 of 3.04047.
		{"without one it is what the teacher thinks, at temperature 2", "", []float64{0.26643, 0.33524, 0.39833}, 302},
	} {
		tr, ends := pupil(t), 0
		for range 2000 {
			e := tr.taught(text.Sentence{Text: "lo rose", Label: c.label})
			if n := len(e.tokens) - 1; e.tokens[n] >= 300 {
				ends++
				require.Equal(t, c.end, e.tokens[n], c.why)
				require.Equal(t, n, e.asked[2])
				require.Equal(t, []nn.Target{{Token: bpe.EOS, Weight: endWeight}}, e.targets[2])
				e.tokens, e.asked = e.tokens[:n], e.asked[:2]
			}
			require.Equal(t, tr.ask.label.Render("lo rose"), tr.decoded(t, e.tokens))

			require.Len(t, e.hints, 2)
			for i, want := range [][]float64{{0, 0, 0}, rose} {
				h := e.hints[i]
				require.Equal(t, "oe"[i:i+1], tr.decoded(t, []int{bpe.BOS, e.tokens[h.Token]}), "at the end of each word")
				for l, x := range want {
					require.InDelta(t, oddsScale*x, float64(h.Values[l]), 1e-6)
				}
			}
			// Four asides in two words: one behind every word but the last. Nothing is known of "lo".
			require.Equal(t, []int{e.hints[0].Token, len(e.tokens) - 1}, e.asked)
			const third = asideWeight / 3
			for i, want := range [][]float64{{third, third, third}, c.want} {
				said := make([]float64, 3)
				for _, target := range e.targets[i] {
					said[target.Token-300] = float64(target.Weight)
				}
				require.InDeltaSlice(t, want, said, 1e-5, c.why)
			}
		}
		require.InDelta(t, 2000*endShare, ends, 60, "three standard errors are 48")
	}
}

// TestAsked: the tokens are those of the suite's prompt, where taught's may differ, and both label and end are asked.
func TestAsked(t *testing.T) {
	tr := pupil(t)
	joined, err := bpe.Train([]string{"rose.\nx rose.\nx"}, 262) // has a token of ".\n"
	require.NoError(t, err)
	tr.tokens = joined
	for _, c := range []struct {
		why, label string
		want       []nn.Target
		end        int
	}{
		{"a label is the truth", "negative", []nn.Target{{Token: 300, Weight: 1}}, 300},
		{"without one the teacher says it", "", tr.opinion([]float64{-0.42130, 0.03823, 0.38307}), 302},
	} {
		want := append(append([]int{bpe.BOS}, joined.Encode(tr.ask.label.Render("lo rose."))...), c.end)
		longer := 0
		e := tr.asked(text.Sentence{Text: "lo rose.", Label: c.label})
		for range 1000 {
			if e = tr.asked(text.Sentence{Text: "lo rose.", Label: c.label}); len(e.tokens) > len(want) {
				longer++
			}
		}
		require.InDelta(t, 1000*longShare, longer, 30, "three standard errors are 28")
		for range 1000 {
			if len(e.tokens) == len(want) {
				break
			}
			e = tr.asked(text.Sentence{Text: "lo rose.", Label: c.label})
		}
		require.Equal(t, want, e.tokens, c.why)
		require.Empty(t, e.hints)
		require.Equal(t, []int{len(e.tokens) - 2, len(e.tokens) - 1}, e.asked)
		require.Equal(t, []nn.Target{{Token: bpe.EOS, Weight: 1}}, e.targets[1])
		require.Len(t, e.targets[0], len(c.want))
		for i, want := range c.want {
			require.Equal(t, want.Token, e.targets[0][i].Token)
			require.InDelta(t, want.Weight, e.targets[0][i].Weight, 1e-5)
		}
	}
	require.NotEqual(t, tr.asked(text.Sentence{Text: "lo rose."}).tokens, tr.taught(text.Sentence{Text: "lo rose."}).tokens)
}

// TestReasoned: each token of the answer is asked, its parts with their own weights.
func TestReasoned(t *testing.T) {
	tr := pupil(t)
	s := text.Sentence{Text: "Loss widens", Label: "negative", Reason: "widens"}
	e := tr.reasoned(s)
	const answer = " negative: widens"
	require.Equal(t, tr.ask.reason.Render(s.Text)+answer, tr.decoded(t, e.tokens))
	require.Len(t, e.asked, len(answer)+1)
	for i, at := range e.asked {
		require.Equal(t, len(e.tokens)-len(answer)-1+i, at)
		want := nn.Target{Token: bpe.EOS, Weight: endWeight}
		if i < len(answer) {
			want = nn.Target{Token: e.tokens[at+1], Weight: 1}
		}
		switch {
		case i == len(" negative"):
			want.Weight = endWeight
		case i > len(" negative") && i < len(answer):
			want.Weight = reasonWeight
		}
		require.Equal(t, []nn.Target{want}, e.targets[i], "%q, byte %d", answer, i)
	}
	tr.Noise = noise{Drop: 1, Mask: 1}
	require.Contains(t, tr.decoded(t, tr.reasoned(s).tokens), "widens\nSentiment", "what is to be quoted stays as it is")
}

// TestBatchOf: what all examples begin with is shared, but for what is asked or hinted, and all indices follow.
func TestBatchOf(t *testing.T) {
	of := func(asked, hinted int, tokens ...int) example {
		e := example{tokens: tokens, asked: []int{asked}, targets: [][]nn.Target{{{Token: asked}}}}
		if hinted > 0 {
			e.hints = []nn.Hint{{Token: hinted}}
		}
		return e
	}
	for _, c := range []struct {
		why      string
		examples []example
		want     nn.Batch
		hints    []nn.Hint
	}{
		{
			"up to the first difference",
			[]example{of(4, 0, 1, 2, 3, 9, 9), of(3, 3, 1, 2, 4, 9, 9)},
			nn.Batch{Prefix: []int{1, 2}, Rest: [][]int{{3, 9, 9}, {4, 9, 9}}, Asked: [][]int{{2}, {1}}},
			[]nn.Hint{{Sequence: 1, Token: 1}},
		},
		{
			"equal ones keep what is asked",
			[]example{of(1, 0, 1, 2, 3), of(2, 0, 1, 2, 3)},
			nn.Batch{Prefix: []int{1}, Rest: [][]int{{2, 3}, {2, 3}}, Asked: [][]int{{0}, {1}}},
			nil,
		},
		{
			"and what is hinted",
			[]example{of(2, 0, 1, 2, 3), of(2, 1, 1, 2, 3)},
			nn.Batch{Prefix: []int{1}, Rest: [][]int{{2, 3}, {2, 3}}, Asked: [][]int{{1}, {1}}},
			[]nn.Hint{{Sequence: 1}},
		},
		{
			"a short one",
			[]example{of(3, 0, 1, 2, 3, 4), of(1, 0, 1, 2)},
			nn.Batch{Prefix: []int{1}, Rest: [][]int{{2, 3, 4}, {2}}, Asked: [][]int{{2}, {0}}},
			nil,
		},
	} {
		b, targets, hints := batchOf(c.examples)
		require.Equal(t, c.want, b, c.why)
		require.Equal(t, c.hints, hints, c.why)
		require.Equal(t, [][]nn.Target{c.examples[0].targets[0], c.examples[1].targets[0]}, targets, c.why)
	}
}
