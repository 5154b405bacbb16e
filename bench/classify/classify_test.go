package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/score"
)

var sentiment = []string{"negative", "neutral", "positive"}

func newPrompt(t testing.TB, text string, labels []string) *Prompt {
	t.Helper()
	p, err := NewPrompt("label", text, labels)
	require.NoError(t, err)
	return p
}

func TestRender(t *testing.T) {
	p := newPrompt(t, "Is it {{.Labels}}?\nSentence: {{.Text}}\nSentiment:", sentiment)
	for _, c := range []struct{ why, sentence, want string }{
		{"the plain case", "Sales rose.", "Is it negative, neutral or positive?\nSentence: Sales rose.\nSentiment:"},
		{"padding and line breaks of a file must not reach the model", " Sales\r\nrose\tagain.\n", "Is it negative, neutral or positive?\nSentence: Sales rose again.\nSentiment:"},
		{"template syntax in a sentence is text", "{{.Labels}} %s $1", "Is it negative, neutral or positive?\nSentence: {{.Labels}} %s $1\nSentiment:"},
		{"a no-break space inside and an emoji are content", "up\u00a05 % 🚀", "Is it negative, neutral or positive?\nSentence: up\u00a05 % 🚀\nSentiment:"},
	} {
		require.Equal(t, c.want, p.Render(c.sentence), c.why)
	}
}

func TestPromptID(t *testing.T) {
	base := newPrompt(t, "{{.Labels}}: {{.Text}}", sentiment)
	// printf 'negative, neutral or positive: \0' | sha256sum | cut -c1-6
	require.Equal(t, "label@8e0704", base.ID())
	require.NotEqual(t, base.ID(), newPrompt(t, "{{.Labels}}; {{.Text}}", sentiment).ID(), "other words, other prompt")
	require.NotEqual(t, base.ID(), newPrompt(t, "{{.Labels}}: {{.Text}}", sentiment[:2]).ID(), "other labels, other prompt")
}

func TestNewPromptRefuses(t *testing.T) {
	for _, c := range []struct {
		why, name, text string
		labels          []string
		want            string
	}{
		{"no sentence would be asked about", "label", "hello", sentiment, "stands in the template 0 times"},
		{"which of the two is the sentence?", "label", "{{.Text}} {{.Text}}", sentiment, "2 times"},
		{"a misspelt field", "label", "{{.Sentence}}", sentiment, "may use {{.Labels}} and {{.Text}}"},
		{"broken syntax", "label", "{{.Text", sentiment, "unclosed action"},
		{"an @ would end the name in the ID", "a@b", "{{.Text}}", sentiment, "without @"},
		{"one label decides nothing", "label", "{{.Text}}", sentiment[:1], "want at least 2"},
		{"replies are read without regard to case", "label", "{{.Text}}", []string{"Up", "up"}, "differ in case at most"},
		{"a label nobody can answer", "label", "{{.Text}}", []string{"up", ""}, "empty"},
	} {
		_, err := NewPrompt(c.name, c.text, c.labels)
		require.ErrorContains(t, err, c.want, c.why)
	}
}

func TestLabel(t *testing.T) {
	p := newPrompt(t, "", sentiment)
	for _, c := range []struct{ reply, want, why string }{
		{" positive", "positive", "what a miniature answers"},
		{"Negative.", "negative", "case and punctuation"},
		{"**Neutral**.", "neutral", "markup"},
		{`"positive"`, "positive", "structured output is a JSON string"},
		{"```json\n{\"sentiment\": \"negative\"}\n```", "negative", "an object in fences"},
		{"The sentiment is positive because sales rose.", "positive", "one label in a sentence"},
		{"positive, positive", "positive", "the same label twice is one label"},
		{"not negative; I'd say neutral", "neutral", "a denied label is none"},
		{"It isn’t really positive, neutral.", "neutral", "denied across a filler word and a curly apostrophe"},
		{"Neither positive nor negative: neutral", "neutral", "both denied"},
		{"neutral rather than positive", "neutral", "a comparison denies its second half"},
		{"positive or neutral", score.Unparsed, "two labels: no guess"},
		{"not positive", score.Unparsed, "a denial alone leaves two labels"},
		{"non-negative", score.Unparsed, "a word of its own, not a label"},
		{"positively neutered", score.Unparsed, "labels are whole words"},
		{"positif", score.Unparsed, "another language's word is not guessed"},
		{"", score.Unparsed, "an empty reply"},
		{"\xff\xfepositive", "positive", "broken UTF-8 around a label is no word"},
	} {
		require.Equal(t, c.want, p.Label(c.reply), "%q: %s", c.reply, c.why)
	}
}

func TestLabelOfOtherTasks(t *testing.T) {
	p := newPrompt(t, "", []string{"Bug", "bug report", "Ärger"})
	require.Equal(t, "bug report", p.Label("a Bug Report."), "the longer of two labels that begin alike is meant")
	require.Equal(t, "Bug", p.Label("bug"), "the label comes back as the suite spells it")
	require.Equal(t, "Ärger", p.Label("ÄRGER!"), "letters beyond ASCII")
}

func FuzzLabel(f *testing.F) {
	for _, s := range []string{"positive", "not negative", "neither a nor b", "\xff-", "ıİ"} {
		f.Add(s)
	}
	p := newPrompt(f, "", sentiment)
	f.Fuzz(func(t *testing.T, reply string) {
		got := p.Label(reply)
		if got == score.Unparsed {
			return
		}
		require.True(t, slices.Contains(sentiment, got), got)
		require.Contains(t, strings.ToLower(reply), got, "a label that the reply does not contain")
	})
}
