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

// TestMixed: a mixture is a piece of the sentence, and as often as not one of another behind it, without a label.
func TestMixed(t *testing.T) {
	tr := &trainer{random: rand.New(rand.NewPCG(1, 1))}
	tr.sentences = []text.Sentence{{Text: "profit rose sharply", Label: "positive"}, {Text: "sales fell", Label: "negative"}}
	const whole, other = "profit rose sharply", "sales fell"
	single := 0
	for range 1000 {
		got := tr.mixed(tr.sentences[0])
		require.Empty(t, got.Label)
		if strings.Contains(whole, got.Text) {
			single++
			continue
		}
		ok := false
		for i := range got.Text {
			if got.Text[i] == ' ' {
				first, second := got.Text[:i], got.Text[i+1:]
				ok = ok || strings.Contains(whole, first) && (strings.Contains(whole, second) || strings.Contains(other, second))
			}
		}
		require.True(t, ok, got.Text)
	}
	// Half have no second piece; of the others at most 1 in 12 is a run of the first sentence all the same.
	require.InDelta(t, 500, single, 80)
	require.Equal(t, "profit rose sharply", tr.sentences[0].Text, "the sentences stay as they are")
}

// TestLengthened: the sentence stays whole and keeps its label, or gives way to a list, which is neutral.
func TestLengthened(t *testing.T) {
	const sentence = "profit rose sharply"
	tr := &trainer{random: rand.New(rand.NewPCG(1, 1)), recipe: recipe{Noise: noise{words: []string{"harvest", "vanished"}}}}
	before, behind, alone := 0, 0, 0
	for range 300 {
		got := tr.lengthened(text.Sentence{Text: sentence, Label: "positive"})
		list := got.Text
		switch {
		case strings.HasPrefix(got.Text, sentence):
			behind, list = behind+1, strings.TrimPrefix(got.Text, sentence)
		case strings.HasSuffix(got.Text, sentence):
			before, list = before+1, strings.TrimSuffix(got.Text, sentence)
		default:
			alone++
		}
		require.Equal(t, map[bool]string{true: "neutral", false: "positive"}[list == got.Text], got.Label)
		require.Regexp(t, `^( ?,? ?[HV]([a-z]+|\d+))+( ?,? ?)$`, list)
		require.GreaterOrEqual(t, len(strings.Fields(strings.ReplaceAll(list, ",", " "))), 5)
	}
	for _, n := range []int{before, behind, alone} {
		require.InDelta(t, 100, n, 30, "a third each")
	}
}

// TestCopying: the second half repeats the first, and each of its tokens but the first, which could be any, is asked.
func TestCopying(t *testing.T) {
	batch := copying(rand.New(rand.NewPCG(1, 1)), tiny().Shape.Vocab)
	require.Len(t, batch, copySequences)
	for _, e := range batch {
		require.Equal(t, bpe.BOS, e.tokens[0])
		require.Len(t, e.tokens, 2*copyLength)
		require.Equal(t, e.tokens[1:copyLength], e.tokens[1+copyLength:])
		require.Len(t, e.targets, copyLength-1)
		for i, at := range e.asked {
			require.Equal(t, copyLength+1+i, at)
			require.Equal(t, []nn.Target{{Token: e.tokens[2+i], Weight: 1.0 / (copyLength - 1)}}, e.targets[i])
		}
	}
}

// By hand, with add-one smoothing over the 6 features up, down, sales, "sales up", "sales down" and 00 (each text has
// "sales", a word and their pair; the third one number): unseen words say nothing.
func TestBayes(t *testing.T) {
	b := newBayes(labels)
	b.learn("Sales up", "positive")
	b.learn("sales DOWN", "negative")
	b.learn("12", "neutral")
	for _, c := range []struct{ why, text, want string }{
		{"a word", "up", "positive"},
		{"a pair outweighs two words apart", "down, sales-down up up", "negative"},
		{"all digits are alike", "99 of 99", "neutral"},
		{"nothing known: the first of equals", "lorem", "negative"},
	} {
		require.Equal(t, c.want, b.label(c.text), c.why)
	}
	// "up" is positive with (1+1)/(3+6), negative with 1/9 and neutral with 1/7, the text of which has one feature only:
	// 0.4666, 0.2333 and 0.3000 of their sum.
	require.InDeltaSlice(t, []float64{0.23333, 0.3, 0.46667}, softmax(b.logs("up"), 1), 1e-5)
	// Logarithms -2.19722, -1.94591 and -1.50408, of mean -1.88240; the pair's are the same.
	one := []float64{-0.31482, -0.06351, 0.37833}
	two := []float64{2 * one[0], 2 * one[1], 2 * one[2]}
	// "sales" is in one text of each but the neutral: logarithms of 2/9, 1/7, 2/9, of mean -1.65136.
	sales := []float64{0.14728, -0.29455, 0.14728}
	for i, want := range [][]float64{sales, {0, 0, 0}, one} {
		require.InDeltaSlice(t, want, b.evidence([]string{"Sales,", "--", "rose.up"})[i], 1e-5)
	}
	for i, want := range [][]float64{sales, two} {
		require.InDeltaSlice(t, want, b.evidence([]string{"sales", "UP"})[i], 1e-5)
	}
}

// TestSoftmax: e² to e⁰ is 7.389 to 1; at twice the temperature e to 1.
func TestSoftmax(t *testing.T) {
	require.InDeltaSlice(t, []float64{0.11920, 0.88080}, softmax([]float64{-1, 1}, 1), 1e-5)
	require.InDeltaSlice(t, []float64{0.26894, 0.73106}, softmax([]float64{-1, 1}, 2), 1e-5)
	require.InDeltaSlice(t, []float64{0, 1}, softmax([]float64{0, 2000}, 1), 1e-5, "no overflow")
}
