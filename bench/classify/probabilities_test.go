package classify

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

// tok is a position of a reply: the token that was generated and, in turn, texts and probabilities of its alternatives.
// Where the token is not one of them, its own probability is 0.001.
func tok(text string, alternatives ...any) api.Logprob {
	l := api.Logprob{TokenLogprob: api.TokenLogprob{Token: text, Logprob: math.Log(0.001)}}
	for i := 0; i < len(alternatives); i += 2 {
		a := api.TokenLogprob{Token: alternatives[i].(string), Logprob: math.Log(alternatives[i+1].(float64))}
		if a.Token == text {
			l.Logprob = a.Logprob
		}
		l.TopLogprobs = append(l.TopLogprobs, a)
	}
	return l
}

func TestProbabilities(t *testing.T) {
	outlook := []string{"positive", "positive outlook", "negative"}
	type reply []api.Logprob
	sure := tok("positive", "positive", 0.5, "negative", 0.25, "neutral", 0.25)
	for _, c := range []struct {
		why    string
		labels []string
		reply  reply
		want   []float64 // nil for none
	}{
		{"one token a label: .1, .1, .6 of .8", nil,
			reply{tok(" positive", " positive", .6, " negative", .1, " neutral", .1, " the", .1)}, []float64{.125, .125, .75}},
		{"spellings of one label add up: .2, .2, .3+.2+.1", nil,
			reply{tok(" positive", " positive", .3, "Positive", .2, " POS", .1, "negative", .2, "**neutral", .2)}, []float64{.2, .2, .6}},
		{"words that only begin like a label are none: .3, .1, .4 of .8", nil,
			reply{tok("positive", "positive", .4, "negatively", .1, "negative", .3, "neutral", .1, "neutral-ish", .05)}, []float64{.375, .125, .5}},
		{"a label and what follows it in one token: .2, .2, .6", nil,
			reply{tok("positive.", "positive.", .6, "negative,", .2, "neutral\n", .2)}, []float64{.2, .2, .6}},
		{"a shared beginning, told apart by the next token: neg .5*.2+.1, neu .5*.8, pos .4", nil,
			reply{tok("ne", "ne", .5, "positive", .4, "neg", .1), tok("utral", "utral", .8, "gative", .2)}, []float64{.2, .4, .4}},
		{"a label in three tokens, of which two are shared: nett .9*.5*.1, neutral .9*.5*.9, positive .1", []string{"nett", "neutral", "positive"},
			reply{tok("n", "n", .9, "positive", .1), tok("e", "e", .5, "o", .5), tok("u", "u", .9, "t", .1), tok("tral", "tral", 1.)}, []float64{.045 / .55, .405 / .55, .1 / .55}},
		{"a shared beginning that the reply does not take leaves .3 unknown", nil,
			reply{tok("positive", "positive", .6, "ne", .3, "negative", .1)}, nil},
		{"unless it is less than a thousandth", nil,
			reply{tok("positive", "positive", .5, "negative", .25, "neutral", .25, "ne", .0009)}, []float64{.25, .25, .5}},
		{"a quote comes first: .5*.6, .5*.2, .5*.2, all over .5", nil,
			reply{tok("\"", "\"", .5, "{", .5), tok("positive", "positive", .6, "neutral", .2, "negative", .2), tok("\"", "\"", 1.)}, []float64{.2, .2, .6}},
		{"what was likely without the quote counts too: neg .1, neu .1+.5*.2, pos .2+.5*.8, of .9", nil,
			reply{tok("\"", "\"", .5, " positive", .2, " neutral", .1, " negative", .1), tok("positive", "positive", .8, "neutral", .2)}, []float64{1. / 9, 2. / 9, 6. / 9}},
		{"a grammar demands a quote that is not listed, .001, then a label: .3, .1, .5+.001 of .901", nil,
			reply{tok("\"", " positive", .5, " negative", .3, " neutral", .1), tok("positive", "positive", 1.)}, []float64{.3 / .901, .1 / .901, .501 / .901}},
		{"and then a label that is not listed, .001*.001; what is listed decides: .3, .1, .500001", nil,
			reply{tok("\"", " positive", .5, " negative", .3, " neutral", .1), tok("positive", "a", .5, "b", .5)},
			[]float64{.3 / .900001, .1 / .900001, .500001 / .900001}},
		{"markup that the reply does not use is left out: .1, .1, .4 of .6", nil,
			reply{tok("positive", "positive", .4, "**", .3, "\n", .1, "negative", .1, "neutral", .1)}, []float64{1. / 6, 1. / 6, 4. / 6}},
		{"a bullet that it uses is not: .2, .2, .6", nil,
			reply{tok("- ", "- ", .9, "x", .1), tok("positive", "positive", .6, "neutral", .2, "negative", .2)}, []float64{.2, .2, .6}},
		{"a label that is not listed has at most the least, .05: .3, .05, .5 of .85", nil,
			reply{tok("positive", "positive", .5, "negative", .3, "the", .05)}, []float64{.3 / .85, .05 / .85, .5 / .85}},
		{"or what all leave of 1, .1: .1, .1, .9 of 1.1", nil,
			reply{tok("positive", "positive", .9)}, []float64{.1 / 1.1, .1 / 1.1, .9 / 1.1}},
		{"of what is listed, .05 and .001*.05: .3+.001*.05, .05+.001*.05, .5+.001*.9 of .851", nil,
			reply{tok("\"", "positive", .5, "negative", .3, "the", .05), tok("positive", "positive", .9, "negative", .05)},
			[]float64{.30005 / .851, .05005 / .851, .5009 / .851}},
		{"at each token where it was possible, .1+.5*.1: .5*.3, .15, .5*.6", nil,
			reply{tok("\"", "\"", .5, "x", .4), tok("positive", "positive", .6, "negative", .3)}, []float64{.25, .25, .5}},
		{"and only there, .02: .5*.3, .5*.7, .02", nil,
			reply{tok("ne", "ne", .5, "a", .4, "b", .02), tok("utral", "utral", .7, "gative", .3)}, []float64{.15 / .52, .35 / .52, .02 / .52}},
		{"two labels of which one begins the other, and the next token tells: .8*.75, .8*.25, .2", outlook,
			reply{tok("positive", "positive", .8, "negative", .2), tok("\"", "\"", .75, " outlook", .25)}, []float64{.6, .2, .2}},
		{"the longer one: .8*.25, .8*.75, .2", outlook,
			reply{tok("positive", "positive", .8, "negative", .2), tok(" outlook", " outlook", .75, "<|end|>", .25)}, []float64{.2, .6, .2}},
		{"nothing follows the shorter: nobody says how likely the longer was", outlook,
			reply{tok("positive", "positive", .8, "negative", .2)}, nil},
		{"a space follows, which either may have: still unknown", outlook,
			reply{tok("positive", "positive", .8, "negative", .2), tok(" ", " ", 1.)}, nil},
		{"the other label needs none of that, but .1 of positive stays unknown", outlook,
			reply{tok("negative", "negative", .8, "positive", .1)}, nil},
		{"digits: 1 of .9 is 1 or 10, then .9*.5 each; 2 has .1", []string{"1", "10", "2"},
			reply{tok("1", "1", .9, "2", .1), tok("0", "0", .5, ".", .5)}, []float64{.45, .45, .1}},
		{"signs belong to a label: C .5*.2, C++ .5*.8, Go .5", []string{"C", "C++", "Go"},
			reply{tok("C", "C", .5, "Go", .5), tok("++", "++", .8, ".", .2)}, []float64{.1, .4, .5}},
		{"a sign that begins one is no bullet: .6*1, .3, .1", []string{"-1", "1", "0"},
			reply{tok("-", "-", .6, "1", .3, "0", .1), tok("1", "1", 1.)}, []float64{.6, .3, .1}},
		{"letters beyond ASCII, composed or not, in any case: .6, .4", []string{"Ärger", "Freude"},
			reply{tok("ÄRGER", "ÄRGER", .5, "a\u0308rger", .1, "freude", .4)}, []float64{.6, .4}},

		{"the label comes later", nil, reply{tok("The", "The", .6, "positive", .4), tok(" sentiment", " sentiment", 1.)}, nil},
		{"it is denied", nil, reply{tok("not", "not", .6, "positive", .4), tok(" positive", " positive", 1.)}, nil},
		{"it thinks", nil, reply{tok("<think>", "<think>", .6, "positive", .4)}, nil},
		{"a longer word", nil, reply{sure, tok("ly", "ly", 1.)}, nil},
		{"another word", nil, reply{tok("pos", "pos", .5, "neg", .25, "neu", .25), tok("sible", "sible", 1.)}, nil},
		{"the same beginning, and the label: .25, .25, .5", nil, reply{tok("pos", "pos", .5, "neg", .25, "neu", .25), tok("itive", "itive", 1.)}, []float64{.25, .25, .5}},
		{"cut off within the label", nil, reply{tok("pos", "pos", .5, "neg", .25, "neu", .25)}, nil},
		{"what follows the label does not matter, even without alternatives: .25, .25, .5", nil, reply{sure, tok(", not negative")}, []float64{.25, .25, .5}},
		{"nothing was said", nil, nil, nil},
		{"nothing but space", nil, reply{tok("\n", "\n", 1.)}, nil},
		{"no alternatives were asked for", nil, reply{tok("positive")}, nil},
		{"no number", nil, reply{tok("positive", "positive", .5, "negative", math.NaN())}, nil},
		{"a probability beyond 1", nil, reply{tok("positive", "positive", 1.5, "negative", .5)}, nil},
		{"an infinite one", nil, reply{tok("positive", "positive", .5, "negative", math.Inf(1))}, nil},
		{"one of the token itself", nil, reply{{TokenLogprob: api.TokenLogprob{Token: "positive", Logprob: math.NaN()}, TopLogprobs: sure.TopLogprobs}}, nil},
		{"all are too small for a number", nil, reply{tok("positive", "positive", 0., "negative", 0.)}, nil},
	} {
		if c.labels == nil {
			c.labels = sentiment
		}
		got, ok := newPrompt(t, "", c.labels).Probabilities(c.reply)
		require.Equal(t, c.want != nil, ok, "%s: %v", c.why, got)
		if diff := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.why, diff)
		}
	}
}

// In 32 bits a sure model leaves nothing of 1, and the other labels are not listed: they still are not impossible.
func TestProbabilitiesOfASureModel(t *testing.T) {
	got, ok := newPrompt(t, "", sentiment).Probabilities([]api.Logprob{tok("positive", "positive", 1.)})
	require.True(t, ok)
	require.InDelta(t, 1e-6, got[0], 1e-9)
	require.InDelta(t, 1e-6, got[1], 1e-9)
}

// FuzzProbabilities: whatever a server sends, there are either no probabilities or such that sum to 1.
func FuzzProbabilities(f *testing.F) {
	pieces := []string{"ne", "utral", "gative", "positive", "\"", " ", "**", "ly", " outlook", "the", "", "\xff", "\u0308", "\\", "C", "+", "-", "1", "0", "\u00a0P"}
	sets := [][]string{sentiment, {"positive", "positive outlook", "negative"}, {"C", "C++", "-C", "*"}, {"1", "10", "\u0308"}}
	f.Add([]byte{0, 0, 10, 3, 200, 2, 30, 1, 1, 10, 2, 20}, 0.0)
	f.Add([]byte{3, 3, 10, 0, 200, 8, 8, 10, 4, 20}, -700.0)
	f.Add([]byte{4, 3, 0, 9, 0, 3, 3, 1, 1, 1}, math.Inf(-1))
	f.Fuzz(func(t *testing.T, choices []byte, add float64) {
		next := func() (b int) {
			if len(choices) > 0 {
				b, choices = int(choices[0]), choices[1:]
			}
			return b
		}
		alternative := func() api.TokenLogprob {
			return api.TokenLogprob{Token: pieces[next()%len(pieces)], Logprob: add - float64(next())/8}
		}
		labels := sets[next()%len(sets)]
		var reply []api.Logprob
		for len(choices) > 0 {
			l := api.Logprob{TokenLogprob: alternative()}
			for range next() % 6 {
				l.TopLogprobs = append(l.TopLogprobs, alternative())
			}
			reply = append(reply, l)
		}
		got, ok := newPrompt(t, "", labels).Probabilities(reply)
		if !ok {
			require.Nil(t, got)
			return
		}
		require.Len(t, got, len(labels))
		sum := 0.0
		for _, p := range got {
			require.True(t, p >= 0 && p <= 1, "%v", got)
			sum += p
		}
		require.InDelta(t, 1, sum, 1e-9)
	})
}
