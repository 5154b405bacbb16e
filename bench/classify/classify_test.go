package classify

import (
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
		{"a label that no JSON can hold", "label", "{{.Text}}", []string{"up", "down\xff"}, "not UTF-8"},
	} {
		_, err := NewPrompt(c.name, c.text, c.labels)
		require.ErrorContains(t, err, c.want, c.why)
	}
}

func TestLabelOfOtherTasks(t *testing.T) {
	p := newPrompt(t, "", []string{"Bug", "bug report", "Ärger"})
	require.Equal(t, "bug report", p.Label("a Bug Report."), "the longer of two labels that begin alike is meant")
	require.Equal(t, "bug report", p.Label("Bug \u00a0report"), "whatever space parts its words")
	require.Equal(t, "Bug", p.Label("bug"), "the label comes back as the suite spells it")
	require.Equal(t, "Ärger", p.Label("ÄRGER!"), "letters beyond ASCII")
	require.Equal(t, "Ärger", p.Label("a\u0308rger"), "composed or not")

	p = newPrompt(t, "", []string{"yes", "no"})
	require.Equal(t, "no", p.Label("Yes or no? No."), "a label that is a denial elsewhere")
	require.Equal(t, score.Unparsed, p.Label("Not yes."), "a denial does not name the other of two labels")

	p = newPrompt(t, "", []string{"up", "down", "mixed"})
	require.Equal(t, "mixed", p.Label("It is mixed."), "where mixed is a label it is an answer")

	p = newPrompt(t, "", []string{"1", "2", "3", "4", "5"})
	require.Equal(t, "4", p.Label("Rating: 4."), "digits are labels where the suite says so")
	require.Equal(t, score.Unparsed, p.Label("4 out of 5"), "and two of them are two labels")

	p = newPrompt(t, "", []string{"C", "C++", "C#"})
	require.Equal(t, "C++", p.Label("`C++`"), "signs that belong to a label")
	require.Equal(t, "C#", p.Label("Label: C#."), "a sign that begins a line is markup, others are not")
}

// FuzzLabel: whatever is said, what is read is a label that was said, or none; and a label alone stays that label,
// whatever markup and space a model puts round it.
func FuzzLabel(f *testing.F) {
	for _, c := range answers {
		f.Add(c.reply, []byte(c.reply))
	}
	f.Add("ıİ", []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	p := newPrompt(f, "", sentiment)
	f.Fuzz(func(t *testing.T, reply string, wraps []byte) {
		got := p.Label(reply)
		if got != score.Unparsed {
			require.Contains(t, sentiment, got)
			require.Contains(t, plain(reply), got, "a label that the reply does not contain")
		}
		require.Equal(t, got, p.Label("\n\t"+reply+"\u00a0\n"), "white space round a reply")

		label := sentiment[len(reply)%3]
		clean := label
		for _, w := range wraps[:min(len(wraps), 6)] {
			clean = strings.Replace(wrappings[int(w)%len(wrappings)], "x", clean, 1)
		}
		require.Equal(t, label, p.Label(clean), "%q", clean)
	})
}

// wrappings are what models put round an answer, x.
var wrappings = []string{
	" x", "x\n", "**x**", "*x*", "_x_", "`x`", "\"x\"", "“x”", "'x'", "(x)", "[x]", "{x}", "x.", "x!", "\u00a0x", "\u3000x\u200b",
	"```\nx\n```", "- x", "# x", "> x", "\ufeffx", "<answer>x</answer>", "<think>y</think>x", "x</s>", "~~x~~",
}

// A model that says one thing over and over must not make the harness slow: 4,096 tokens are the most that fit a context.
func BenchmarkLabel(b *testing.B) {
	p := newPrompt(b, "", sentiment)
	for name, reply := range map[string]string{
		"word":  "positive",
		"words": strings.Repeat("positive ", 4096),
		"or":    strings.Repeat("positive or ", 2048),
		"prose": strings.Repeat("The sentiment is not positive because sales fell. ", 400),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p.Label(reply)
			}
		})
	}
}
