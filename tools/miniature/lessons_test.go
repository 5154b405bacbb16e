package main

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// By hand: x stands in three positive sentences of three, y in one of each label. With 4 added, the logarithms for x are
// ln 4, ln 4 and ln 7, whose mean is 1.57283; for y all are ln 5.
func TestOdds(t *testing.T) {
	tok, err := bpe.New(nil) // a token a byte
	require.NoError(t, err)
	shape := tiny().Shape
	shape.Vocab = len(tok.Tokens())
	m, err := nn.New(shape)
	require.NoError(t, err)
	tr := &trainer{recipe: recipe{Shape: shape}, model: m, tokens: tok}
	for _, s := range []struct{ text, label string }{{"x", "positive"}, {"xx", "positive"}, {"x y", "positive"}, {"y", "negative"}, {"y", "neutral"}} {
		tr.sentences = append(tr.sentences, text.Sentence{Text: s.text, Label: s.label})
	}
	tr.odds()
	for _, c := range []struct {
		token string
		want  []float64
		why   string
	}{
		{"x", []float64{-0.018654, -0.018654, 0.037307}, "a tenth of 1.38629 − 1.57283 and of 1.94591 − 1.57283"},
		{"y", []float64{0, 0, 0}, "it says nothing"},
		{"z", []float64{0, 0, 0}, "it was never seen"},
	} {
		row := m.Tensors[0].Data[tok.Encode(c.token)[0]*shape.Hidden:]
		for i, want := range c.want {
			require.InDelta(t, want, float64(row[i]), 1e-5, "%s, %s: %s", c.token, labels[i], c.why)
		}
	}
}

// TestMixed: a mixture is a piece of the sentence, and as often as not one of another behind it, under a label that
// is drawn. By hand, add-one smoothed over the 12 features (words and pairs) of what the teacher learned: "rose" is one of 5
// in the positive text and none of 7 in the negative, so it is positive with (2/17) / (2/17 + 1/19) = 0.69.
func TestMixed(t *testing.T) {
	tr := &trainer{random: rand.New(rand.NewPCG(1, 1)), teacher: newBayes()}
	tr.sentences = []text.Sentence{{Text: "profit rose sharply", Label: "positive"}, {Text: "sales fell", Label: "negative"}}
	tr.teacher.learn("profit rose sharply", "positive") // 3 words, 2 pairs
	tr.teacher.learn("we lost the case", "negative")    // 4 words, 3 pairs; 12 features in all
	const whole, other = "profit rose sharply", "sales fell"
	alone, positive := 0, 0
	for range 4000 {
		got := tr.mixed(tr.sentences[0])
		switch {
		case got.Text == "rose":
			alone++
			if got.Label == "positive" {
				positive++
			}
		case strings.Contains(whole, got.Text):
		default:
			ok := false
			for i := range got.Text {
				if got.Text[i] == ' ' {
					first, second := got.Text[:i], got.Text[i+1:]
					ok = ok || strings.Contains(whole, first) && (strings.Contains(whole, second) || strings.Contains(other, second))
				}
			}
			require.True(t, ok, got.Text)
		}
	}
	require.Greater(t, alone, 100)
	// 2/17 against 1/19: 0.69, and 3 standard errors of a share of 100 or more are 0.14.
	require.InDelta(t, 0.69, float64(positive)/float64(alone), 0.14)
	require.Equal(t, "profit rose sharply", tr.sentences[0].Text, "the sentences stay as they are")
}
