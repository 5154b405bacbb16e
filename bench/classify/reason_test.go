package classify

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/score"
)

func TestAnswer(t *testing.T) {
	p := newPrompt(t, "", sentiment)
	for _, c := range []struct{ reply, label, reason, why string }{
		{" negative: full-year loss widened", "negative", "full-year loss widened", "what a miniature answers"},
		{"negative: the positive trial was halted", "negative", "the positive trial was halted", "the reason may name another label"},
		{"**Positive**:\n  sales\trose ", "positive", "sales rose", "markup, and a reason on a line of its own"},
		{"neutral: at 10:30 a hearing", "neutral", "at 10:30 a hearing", "only the first colon divides"},
		{"positive", "positive", "", "no reason given"},
		{"positive:", "positive", "", "an empty one"},
		{"Sentiment: positive because sales rose", "positive", "", "the label stands behind the colon: no reason is guessed"},
		{"not positive: sales fell", score.Unparsed, "sales fell", "a denied label before the colon leaves two, and the reason decides nothing"},
		{"positive or negative: who knows", score.Unparsed, "who knows", "two labels"},
		{"<think>positive: sales rose</think>negative: loss widened", "negative", "loss widened", "thinking is neither label nor reason"},
		{"<think>positive: sales rose", score.Unparsed, "", "nothing but thinking"},
		{"negative: loss widened\nText: Sales rose.\nLabel: positive", "negative", "loss widened", "the reason ends where the model asks itself"},
		{"Tone shifts: none\nPositive expressions: none\nSentiment: neutral", "neutral", "", "a checklist has no label before its first colon"},
		{"{\"sentiment\": \"positive\", \"reason\": \"sales rose\"}", "positive", "", "an object has its label behind the colon"},
		{"full-year loss widened", score.Unparsed, "", "a reason without a label"},
	} {
		label, reason := p.Answer(c.reply)
		require.Equal(t, c.label, label, "%q: %s", c.reply, c.why)
		require.Equal(t, c.reason, reason, "%q: %s", c.reply, c.why)
	}
}

func TestQuoted(t *testing.T) {
	const sentence = "Kelmoren's full-year loss widened to EUR 4.2m, its third in a row."
	for _, c := range []struct {
		reason string
		want   bool
		why    string
	}{
		{"full-year loss widened", true, "the very words"},
		{"Full year loss, widened", true, "case and punctuation aside"},
		{"its third in a row", true, "to the end of the sentence"},
		{"loss widened in a row", false, "words that stand apart in the sentence"},
		{"widened loss", false, "another order"},
		{"year loss wide", false, "half a word is no word"},
		{"full-year profit widened", false, "a word that is not there"},
		{"", false, "nothing"},
		{"...", false, "nothing but punctuation"},
	} {
		require.Equal(t, c.want, Quoted(c.reason, sentence), "%q: %s", c.reason, c.why)
	}
}

// FuzzAnswer: the label never comes from the reason, and the sentence itself is always a quotation of itself.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"negative: loss widened", ":", "a:b:c", "positive\xff: ıİ", "...", "<think>a:b</think>c:d", "neutral: a\nText: b"} {
		f.Add(s)
	}
	p := newPrompt(f, "", sentiment)
	f.Fuzz(func(t *testing.T, reply string) {
		label, reason := p.Answer(reply)
		if reason != "" {
			before, _, _ := strings.Cut(p.toSentence(reply), ":")
			again, _ := p.Answer(before + ": other")
			require.Equal(t, label, again)
			require.Equal(t, len(spoken(reason)) > 2, Quoted(reason, "before "+reason+" after"))
		}
	})
}
