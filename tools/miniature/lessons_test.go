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

// TestMixed: a mixture is a third or more of the sentence, and then perhaps of another, under the teacher's label.
func TestMixed(t *testing.T) {
	tr := &trainer{random: rand.New(rand.NewPCG(1, 1)), teacher: newBayes()}
	tr.sentences = []text.Sentence{{Text: "sales rose and profit rose too", Label: "positive"}, {Text: "we lost a court case", Label: "negative"}}
	for _, s := range tr.sentences {
		tr.teacher.learn(s.Text, s.Label)
	}
	alone, both := 0, 0
	for range 200 {
		got := tr.mixed(tr.sentences[0])
		require.Equal(t, tr.teacher.label(got.Text), got.Label)
		n := len(strings.Fields(got.Text))
		if strings.Contains("sales rose and profit rose too", got.Text) {
			alone++
			require.GreaterOrEqual(t, n, 2)
			continue
		}
		both++
		ok := false
		for i := range got.Text {
			if got.Text[i] == ' ' {
				first, second := got.Text[:i], got.Text[i+1:]
				ok = ok || strings.Contains(tr.sentences[0].Text, first) && (strings.Contains(tr.sentences[0].Text, second) || strings.Contains(tr.sentences[1].Text, second))
			}
		}
		require.True(t, ok, got.Text)
	}
	require.Greater(t, alone, 50)
	require.Greater(t, both, 50)
	require.Equal(t, "sales rose and profit rose too", tr.sentences[0].Text, "the sentences stay as they are")
}
