package classify

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/score"
)

const none = score.Unparsed

// Replies in the manner of models of 1 to 8 billion parameters, each with what a careful reader says to it and why.
var answers = []struct{ reply, want, why string }{
	// the label and nothing else
	{"positive", "positive", "the label"},
	{" neutral\n\n", "neutral", "white space round it"},
	{"NEGATIVE", "negative", "capitals"},
	{"Positive!", "positive", "an exclamation is no doubt"},
	{"**Neutral**.", "neutral", "bold"},
	{"_positive_", "positive", "underscores as emphasis"},
	{"`negative`", "negative", "code"},
	{"## Neutral", "neutral", "a heading"},
	{"> Positive", "positive", "a quoted block"},
	{"- Negative", "negative", "a list of one"},
	{"-negative", "negative", "a bullet without a space is no hyphen"},
	{"“Neutral”", "neutral", "curly quotes"},
	{"'positive'.", "positive", "single quotes"},
	{"''''''neutral''''''", "neutral", "as many quotes as Python has"},
	{"((neutral))", "neutral", "brackets"},
	{"😊 Positive", "positive", "an emoji is no word"},
	{"\u00a0Ｎｅｕｔｒａｌ\u3000", "neutral", "full-width letters, no-break and ideographic space"},
	{"Neg\u00adative\u200b", "negative", "a soft hyphen and a zero-width space cannot be seen"},
	{"**Neu**tral", "neutral", "emphasis inside a word"},
	{"positive<|im_end|>", "positive", "a control token that leaked"},
	{"<neutral>", "neutral", "a label made a tag"},
	{"<answer>negative</answer>", "negative", "tags as some are tuned to write them"},
	{"1. Neutral", "neutral", "a numbered answer"},
	{"(B) neutral", "neutral", "an option's letter beside the label"},
	{"$\\boxed{\\text{positive}}$", "positive", "boxed as mathematics"},
	{"positive positive positive positive", "positive", "one label, over and over"},
	{"neutral\nneutral\nneutral\nneu", "neutral", "the same until it was cut"},
	{"Very positive", "positive", "a degree does not change the label"},
	{"Somewhat positive.", "positive", "nor does a small one"},
	{"Slightly negative", "negative", "nor does the other sign's"},
	{"Strongly negative, I'm afraid", "negative", "a remark behind it"},
	{"Most likely neutral.", "neutral", "more likely than not is an answer"},

	// named
	{"Sentiment: Positive", "positive", "named and given"},
	{"**Sentiment:** Positive", "positive", "the colon within the bold"},
	{"Label - neutral", "neutral", "a dash for a colon"},
	{"Label — neutral", "neutral", "a long dash"},
	{"Sentiment → negative", "negative", "an arrow"},
	{"sentiment = negative", "negative", "as a variable"},
	{"Sentiment：positive", "positive", "a full-width colon"},
	{"Answer: (B) neutral", "neutral", "an option's letter before the label"},
	{"The answer is B) neutral.", "neutral", "the same in a sentence"},
	{"### Sentiment\n\n**Negative**", "negative", "the name as a heading"},
	{"| Text | Sentiment |\n|---|---|\n| Sales rose | Positive |", "positive", "a table of one row"},
	{"Neutral sentiment.", "neutral", "the label describes the sentiment"},
	{"It has a slightly negative tone.", "negative", "or the tone"},
	{"This is a positive statement about the order book.", "positive", "or the sentence"},
	{"Confidence: 90%\nSentiment: neutral", "neutral", "other fields say nothing"},
	{"Sentiment: Positive\nReason: The negative trend of last year has ended.", "positive", "another label describes a word of the reason"},
	{"Sentiment: positive, Reason: last year had been negative", "positive", "the reason on the same line"},
	{"Positive (the loss was negative only on paper)", "positive", "a reason in brackets"},

	{"Costs make the sentiment negative at first.\nSentiment: positive", "positive", "the named answer goes before a statement"},
	{"Answer: (B) neutral. The label negative fits a part.", "neutral", "the same with an option's letter"},
	{"Neutral。It seems positive.", "neutral", "an ideographic full stop ends a sentence"},

	// in sentences
	{"The sentiment is positive because sales rose.", "positive", "a statement"},
	{"The sentiment expressed in this sentence is negative, as costs went up.", "negative", "a statement with its reason"},
	{"I would classify this as neutral.", "neutral", "a judgement"},
	{"I'd say neutral", "neutral", "in two words"},
	{"Sure! Here is my answer:\n\nNeutral", "neutral", "politeness first"},
	{"Based on the text, I'd go with negative since margins fell.", "negative", "a choice"},
	{"Neutral, because the positive and negative aspects cancel out.", "neutral", "the others describe aspects"},
	{"The sentiment is positive because it is no longer negative.", "positive", "a denial in the reason"},
	{"Positive, despite what others would call negative.", "positive", "a concession is not the answer"},
	{"The sentiment is neutral. Last year's was negative.", "neutral", "a statement about this sentence goes before one about another"},
	{"Positive. Consumer sentiment was negative in May.", "positive", "a verdict goes before a statement"},
	{"Die Stimmung ist neutral.", "neutral", "the label itself, whatever the language round it"},

	{"Neutral would be the most fitting label.", "neutral", "the label before what it is"},
	{"Negative is my answer.", "negative", "the same"},
	{"Negative is not supported by the text.", none, "what is said of the word is not an answer"},
	{"The company's positive results led to a higher share price.", none, "results are positive, the sentence is not judged"},

	{"It weighs positive and negative aspects and is neutral.", "neutral", "two labels that describe one word"},
	{"Neutral because sales are positive, while costs are negative.", "neutral", "a reason goes on to the end of its sentence"},

	// denied
	{"not negative; I'd say neutral", "neutral", "a denied label is none"},
	{"It isn’t really positive, neutral.", "neutral", "denied across a filler word and a curly apostrophe"},
	{"Neither positive nor negative: neutral", "neutral", "both denied, the third said"},
	{"Neither positive nor negative.", none, "it does not say neutral, and might go on to say mixed"},
	{"not positive", none, "a denial leaves two labels"},
	{"Sentiment: not neutral, negative", "negative", "a denial behind the name"},
	{"The sentiment is anything but positive.", none, "denied in yet another way"},
	{"The sentiment is far from positive; it is negative.", "negative", "and another"},
	{"It is not positive or negative, so it is neutral.", "neutral", "one denial for both"},
	{"It is _not_ positive.", none, "an emphasised denial"},
	{"neutral rather than positive", "neutral", "a comparison denies its second half"},
	{"More positive than negative", "positive", "so does another"},
	{"I don't think this should be called negative.", none, "denied from afar"},
	{"The sentiment is not negative but neutral.", "neutral", "corrected within the sentence"},
	{"It's not only positive but also negative.", none, "no denial: both are affirmed"},
	{"There is no positive tone here, it is neutral.", "neutral", "absence is denial"},

	// echoes
	{"negative, neutral or positive? Neutral.", "neutral", "the question, then the answer"},
	{"negative, neutral or positive", none, "the question alone"},
	{"Negative/Neutral/Positive: Positive", "positive", "the list with slashes"},
	{"Options:\n- negative\n- neutral\n- positive\n\nAnswer: neutral", "neutral", "the list as a list"},
	{"(A) negative (B) neutral (C) positive\n(C) positive", "positive", "the list as options"},
	{"A. negative B. neutral C. positive. I choose B. neutral", "neutral", "options with full stops"},
	{"Is the sentiment positive?\nNegative.", "negative", "a question answers nothing"},
	{"Out of negative, neutral and positive, this is negative.", "negative", "the list within the sentence"},
	{"negative, neutral, positive, negative, neutral, positive", none, "the list over and over"},
	{"Positive?", none, "it asks"},
	{"Which label fits: negative, neutral or positive?\nText: The positive trend ended.\nLabel: negative", "negative", "the whole question, with its sentence"},

	// discussion and conclusion
	{"The positive part is the order; the negative part is the delay. Overall, the sentiment is neutral.", "neutral", "a conclusion"},
	{"The first half is positive. The second is negative. Therefore, the sentiment is negative.", "negative", "another"},
	{"Positive: new orders\nNegative: higher costs\nOverall: neutral", "neutral", "pros, cons and a sum"},
	{"Emotional language: none\nPositive expressions: grew\nNegative expressions: none\nTone shifts: none\n\nSentiment: Positive", "positive", "the study's checklist"},
	{"Positive expressions: none\nNegative expressions: none", none, "a checklist without its sum"},
	{"The tone is positive at first, negative later, but neutral overall.", "neutral", "overall behind the label"},
	{"The sentiment is mixed. The final answer is positive.", "positive", "the final answer in a sentence"},
	{"The signals are mixed. Final answer: positive", "positive", "the final answer"},
	{"It seems positive, yet costs are up.\n\n**Neutral**", "neutral", "a last line of its own"},
	{"Sales are positive and costs negative, so neutral.", "neutral", "so"},
	{"Positive.\n\nTherefore, the sentiment is neutral.", none, "it contradicts itself"},
	{"Positive. Wait, no: negative.", none, "it takes back its answer, and may do so again"},
	{"Assessment 1: positive\nAssessment 2: positive\nAssessment 3: neutral", none, "a vote is the harness's to count"},
	{"The sentence mentions positive growth but", none, "cut before it answers"},
	{"The sentiment of this sentence is", none, "cut before the label"},

	// a question of its own
	{"positive\n\nText: Costs rose.\nLabel: negative\n\nText: Nothing changed.\nLabel: neu", "positive", "the others are answers to other sentences"},
	{"Text: Sales fell.\nLabel: negative\nText: Sales rose.\nLabel: positive", "negative", "the question again, its answer, and then another"},
	{"Is it positive?\nText: Sales fell.\nLabel: negative", "negative", "a label that was asked for is no answer yet"},
	{"Text: Sales fell.\nLabel:", none, "the question again, and no answer"},

	// several labels, doubt
	{"positive or neutral", none, "two labels: no guess"},
	{"Positive/Neutral", none, "with a slash"},
	{"Sentiment: positive, neutral", none, "with a comma"},
	{"Neutral to slightly positive", none, "a range"},
	{"Neutral, leaning positive", none, "a leaning"},
	{"neutral-positive", none, "a compound is neither"},
	{"Sentiment: positive for sales, negative for costs", none, "by aspect"},
	{"The sentiment is positive for some while it is negative for others.", none, "by person"},
	{"Mixed", none, "no label of the suite"},
	{"Costs look positive, very negative", none, "two labels without a word between them"},
	{"It is mixed, positive, negative and positive", none, "a row with mixed in it is no echo"},
	{"Sentiment: mixed (slightly positive)", none, "still mixed"},
	{"Positive: 0.8\nNegative: 0.1\nNeutral: 0.1", none, "scores: the numbers may be shares, counts or ranks"},
	{"Positive: new orders, negative: higher costs", none, "pros and cons without a sum"},
	{"80% positive, 20% negative", none, "shares on a line"},
	{"It could be positive.", none, "a possibility"},
	{"Possibly negative", none, "another"},
	{"Positive, maybe.", none, "doubt behind the label"},
	{"This might be seen as positive or neutral.", none, "two possibilities"},
	{"It could be positive, but the answer is neutral.", "neutral", "a possibility, then an answer"},
	{"I cannot determine whether this is positive or negative.", none, "a refusal"},
	{"I'm unable to classify this as negative.", none, "another"},
	{"As an AI, I have no opinion on companies.", none, "a refusal without labels"},

	// words that hold a label
	{"positively", none, "an adverb"},
	{"The negativity is hard to miss.", none, "a noun"},
	{"non-negative", none, "a compound"},
	{"unpositive", none, "a prefix"},
	{"Sentiment: Pos", none, "an abbreviation or a cut"},
	{"Postive", none, "a misspelling is not guessed"},
	{"positivo", none, "Spanish"},
	{"Le sentiment est négatif.", none, "French"},
	{"neutre", none, "French"},
	{"positiv", none, "German"},
	{"4/5", none, "a scale"},
	{"Sentiment score: 3", none, "a scale with its name"},
	{"B", none, "an option's letter alone: the prompt has none"},
	{"👍", none, "an emoji alone"},
	{"", none, "nothing"},
	{"...", none, "nothing but punctuation"},

	// quotations
	{"The sentence says 'neutral stance'.", none, "the sentence's word, describing another"},
	{`It contains the phrase "this is positive" and more.`, none, "only in a quotation"},
	{`The sentence uses the word "positive".`, none, "the word is spoken about"},
	{`"The sentiment is neutral."`, "neutral", "the whole reply in quotes is no quotation"},
	{`The words "negative cash flow" make it negative.`, "negative", "the label again outside"},
	{`The answer is "very positive".`, "positive", "a quoted label with its degree"},
	{`The answer is "positive".`, "positive", "a quoted label is the label"},

	// JSON
	{`{"sentiment": "positive"}`, "positive", "an object"},
	{"```json\n{\n  \"sentiment\": \"negative\"\n}\n```", "negative", "in fences"},
	{"Here it is:\n```json\n{\"label\":\"Neutral\",\"confidence\":0.9}\n```\nLet me know!", "neutral", "text round it"},
	{`{"sentiment":"positive","reason":"It is less negative; overall negative news ended"}`, "positive", "the field, not its reason"},
	{`{"reason":"The outlook was called negative.","sentiment":"neutral"}`, "neutral", "the reason first"},
	{`{"sentiment": "The sentiment is neutral."}`, "neutral", "a sentence as the field's value"},
	{`{"answer": "Neutral\n\nThe trend is positive."}`, "neutral", "an escaped line break is one"},
	{`{"text": "negative", "label": "positive"}`, "positive", "the field that is asked for"},
	{`["positive"]`, "positive", "an array of one"},
	{`[{"sentiment":"positive"},{"sentiment":"negative"}]`, none, "two answers"},
	{`["positive", "neutral"]`, none, "two labels"},
	{`{"positive": 0.8, "negative": 0.1, "neutral": 0.1}`, none, "scores"},
	{`{"positive": true, "negative": false, "neutral": false}`, none, "labels as keys, as with scores"},
	{`{"labels": ["negative", "neutral", "positive"], "answer": "neutral"}`, "neutral", "the list as a field"},
	{`{"sentiment":"positive","scores":{"positive":0.8,"negative":0.2}}`, "positive", "a field beside scores"},
	{`{"sentiment": "positive", "reason": "the negative`, "positive", "cut within the reason"},
	{`{"sentiment": "posi`, none, "cut within the label"},
	{`{\"sentiment\": \"negative\"}`, "negative", "escaped once too often"},
	{`{sentiment: neutral}`, "neutral", "not quite JSON"},

	// thinking
	{"<think>Is it positive? No, negative.</think>\n\nNeutral", "neutral", "thinking is no answer"},
	{"<think>\nThe sentiment is positive", none, "it never stopped thinking"},
	{"So it is positive.\n</think>\n\nnegative", "negative", "thinking that the template began"},
	{"<think>positive</think>", none, "thought and not said"},
	{"<thinking>negative</thinking><think>negative</think>positive", "positive", "more than one thought"},

	{"\U000f0000", none, "a private character is not what stands for a label in here"},
	{"\xff\xfepositive", "positive", "broken UTF-8 round a label is no word"},
}

func TestAnswers(t *testing.T) {
	p := newPrompt(t, "", sentiment)
	require.GreaterOrEqual(t, len(answers), 80)
	seen := map[string]bool{}
	for _, c := range answers {
		require.False(t, seen[c.reply], "%q twice", c.reply)
		seen[c.reply] = true
		if got := p.Label(c.reply); got != c.want {
			t.Errorf("%q is read as %s, want %s: %s", c.reply, got, c.want, strings.ToLower(c.why))
		}
	}
}
