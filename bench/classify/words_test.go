package classify

import (
	"fmt"
	"strings"
	"testing"
)

// TestWords puts each word of a list to the work that the list is for.
func TestWords(t *testing.T) {
	p := newPrompt(t, "", sentiment)
	for _, c := range []struct{ why, form, words, want string }{
		{"denied", "It is %s positive.", "not, nor, neither, non, no, never, no longer, hardly, barely, without, cannot be, " +
			"unable to be, unlikely, less neutral than, instead of, opposed to, far from, anything but", none},
		{"in doubt", "It %s positive.", "could be, might be, may be, is perhaps, is maybe, is possibly, is potentially, is arguably, " +
			"is unclear if, depends: if, is open whether, is unsure: unclear, unsure", none},
		{"spoken about", "It has the %s \"positive\".", "word, words, term, terms, phrase", none},
		{"in doubt afterwards", "Positive, %s.", "maybe, perhaps, possibly, or not", none},
		{"denied from afar", "I don't %s positive.", "think it is, think that this sentence is, believe that text to be, call it, consider it, " +
			"say it was, see any, classify it as, rate that as, label it as", none},
		{"joined", "Sentiment: positive %s neutral", "and, or, to, but, but also, as well as, or slightly, & rather, /, +, |", none},
		{"one denial for two", "It is neutral, not positive %s negative", "or, nor, /, or very", "neutral"},
		{"a reason", "Neutral %s some call it positive.", "because, since, as, due to what, given that, although, though, despite that, considering, with, (, -", "neutral"},
		{"a conclusion", "The sentiment is positive. %s, neutral in part", "Overall, Therefore, Thus, Hence, Consequently, Ultimately, " +
			"In conclusion, In summary, In short, To conclude, To summarize, To sum up, On balance, All in all, So", "neutral"},
		{"taken back", "Positive. %s neutral here", "Wait: it is, Actually, Correction:", none},
		{"a statement", "Costs are negative. %s neutral here", "I'd say, I would say, I call it, I choose, I pick, I go with, It is, It's, " +
			"This is, That is, The sentence is, The text seems, The statement was, The headline appears, The news is, The article is, " +
			"Classified as, Categorized as, Labelled, Labeled, The verdict is, The polarity is, My prediction is", "neutral"},
		{"what is labelled", "Costs are negative. He has a neutral %s.", "sentiment, label, answer, classification, category, class, polarity, " +
			"connotation, tone, statement, sentence, text, headline, news, article, review, comment, post, message, one", "neutral"},
		{"the label first", "Neutral %s label.", "is the, is my, would be the, seems the, is most of all a, fits as a", "neutral"},
		{"not described", "Neutral %s what follows", "because, since, as, due, given, although, though, despite, even, considering, for, in, on, at, by, " +
			"with, without, from, and, or, but, nor, not, than, rather, instead, to, toward, towards, about, of, if, when, while, " +
			"whereas, which, that, it, i, we, this, there, here, so, too, overall, mostly, out, regarding, reflecting, indicating, suggesting", "neutral"},
		{"described", "Neutral %s.", "stance, growth, words, expressions, impact", none},
		{"a degree", "Costs are positive. %s negative in sum", "A, An, The, Very, Quite, Rather, Somewhat, More, Most, Kind of, Sort of, Slightly", "negative"},
		{"a dash or arrow", "Sentiment %s neutral. The label positive fits costs.", "-, ‒, –, —, ―, →, =, :", "neutral"},
		{"a hyphen", "non%snegative", "-, ‐, \u2011", none},
	} {
		for _, w := range strings.Split(c.words, ", ") {
			reply := fmt.Sprintf(c.form, w)
			if got := p.Label(reply); got != c.want {
				t.Errorf("%q is read as %s, want %s: %s", reply, got, c.want, c.why)
			}
		}
	}
	for _, quotes := range []string{`"x"`, "“x”", "„x”", "«x»", "「x」", "‘x’", `\"x\"`} {
		reply := strings.Replace("It says x there.", "x", strings.Replace(quotes, "x", "this is positive", 1), 1)
		if got := p.Label(reply); got != none {
			t.Errorf("%q is read as %s, want none: a quotation", reply, got)
		}
	}
}
