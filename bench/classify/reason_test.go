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
		{"{\"sentiment\": \"positive\", \"reason\": \"sales rose\"}", "positive", "sales rose", "an object has a field for each"},
		{"full-year loss widened", score.Unparsed, "", "a reason without a label"},

		// a line that begins the reason
		{"Emotional language: none.\nPositive expressions: profit rose.\nNegative expressions: none.\nTone shifts: none.\nSentiment: positive\nReason: Profit rose.",
			"positive", "Profit rose.", "the study's checklist"},
		{"Positive expressions: none\nNegative expressions: profit warning\nSentiment: negative\nReason: a warning",
			"negative", "a warning", "the label before the first colon describes expressions"},
		{"Positive expressions: none\nNegative expressions: profit warning\nReason: a warning", score.Unparsed, "a warning", "a checklist without its sum"},
		{"Negative expressions: profit warning\nSentiment: negative", "negative", "", "or without its reason"},
		{"1. **Emotional language:** neutral\n2. **Tone shifts:** mixed\n\n**Sentiment:** Negative\n**Reason:** *A warning was given.*",
			"negative", "A warning was given.", "markup, and labels among the findings"},
		{"Positive\n\n- REASONING: The negative trend ended.", "positive", "The negative trend ended.", "a bullet and capitals"},
		{"Sentiment: neutral\n\n### Explanation:\n\nIt is a date,\nno news.\n\nNegative would be wrong.", "neutral", "It is a date, no news.",
			"a heading; the reason is the paragraph that follows"},
		{"Label: neutral\nRationale：a date", "neutral", "a date", "a full-width colon"},
		{"Reason: The negative trend ended.\nSentiment: positive", "positive", "The negative trend ended.", "the reason first ends where the label is given"},
		{"Reason: The sentiment is positive as profit rose.", "positive", "The sentiment is positive as profit rose.", "no label but in the reason"},
		{"Sentiment: positive or neutral\nReason: It is positive.", score.Unparsed, "It is positive.", "two labels, and the reason decides nothing"},
		{"It is neutral.\nReason: overall, positive for shareholders but costly.", "neutral", "overall, positive for shareholders but costly.",
			"nor where it is the firmer"},
		{"Sentiment: positive\nReason:", "positive", "", "cut before the reason"},
		{"Sentiment: positive\nReasonable: yes", "positive", "", "another word"},
		{"The tone is negative at first.\nSentiment: neutral\nJustification: It evens out.", "neutral", "It evens out.",
			"the line of the first colon names no label, though one before does"},
		{"Positive: new orders\nNegative: higher costs\nSentiment: neutral\nReason: They even out.", "neutral", "They even out.",
			"pros and cons are not the label where a line gives it"},
		{"negative: loss widened\nReason: costs", "negative", "loss widened Reason: costs", "label and reason come first: all that follows is the reason"},
		{"Sentiment: neutral\nReason: a date\n**Final answer:** neutral", "neutral", "a date", "the label given again is no reason"},

		// objects
		{"Here it is:\n```json\n{\n \"sentiment\": \"negative\",\n \"reason\": \"costs\\nrose: positive no more\"\n}\n```\nBye!", "negative", "costs rose: positive no more",
			"fenced, with text round it and an escaped line break"},
		{"{\"rationale\": \"It is not negative at all.\", \"label\": \"neutral\"}", "neutral", "It is not negative at all.", "another name, and the reason first"},
		{"{\"sentiment\": \"positive\", \"reason\": [\"a\"]}", "positive", "", "a reason that is no text"},
		{"{\"sentiment\": \"positive\", \"reason\": \"sales ro", "positive", "", "cut within the reason: no object"},
		{"{\"positive\": 0.8, \"negative\": 0.2}", score.Unparsed, "", "scores are no labels with reasons"},
		{"} positive {", "positive", "", "brackets the wrong way round"},
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

// FuzzAnswer: whatever is said, the label is one or none and the reason one line, which is a quotation of what holds it;
// and behind "neutral:" it changes no label.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"negative: loss widened", ":", "a:b:c", "positive\xff: ıİ", "...", "<think>a:b</think>c:d", "neutral: a\nText: b",
		"Tone: none\n\n**Sentiment:** positive\n- *Reason:*\u2028a\n\nb", `{"label": "neutral", "reason": "a\nb"}`, "}{", "Reason:Reason:\nLabel:",
	} {
		f.Add(s)
	}
	p := newPrompt(f, "", sentiment)
	f.Fuzz(func(t *testing.T, reply string) {
		label, reason := p.Answer(reply)
		if label != score.Unparsed {
			require.Contains(t, sentiment, label)
		}
		require.NotContains(t, reason, "\n")
		require.Equal(t, strings.Join(strings.Fields(reason), " "), reason, "one line")
		require.Equal(t, len(spoken(reason)) > 2, Quoted(reason, "before "+reason+" after"))

		if behind := "neutral: " + reply; p.toSentence(behind) == behind && !labelLine.MatchString(behind) {
			label, _ = p.Answer(behind)
			require.Equal(t, "neutral", label)
		}
	})
}
