package classify

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/score"
)

// question is a template of two lines, so that its first line is not the one with the sentence.
const question = "Is it {{.Labels}}?\nSentence: {{.Text}}\nSentiment:"

func newOptions(t testing.TB, o Options) *Prompt {
	t.Helper()
	o.Name = "label"
	if o.Labels == nil {
		o.Labels = sentiment
	}
	p, err := o.New()
	require.NoError(t, err)
	return p
}

var shots = []Shot{{"Sales\nrose. ", "positive"}, {"A date was set.", " neutral: it is\na date\n"}}

func TestShots(t *testing.T) {
	p := newOptions(t, Options{Template: question, Shots: shots})
	require.Equal(t, "Is it negative, neutral or positive?\nSentence: Sales rose.\nSentiment: positive\n\n"+
		"Is it negative, neutral or positive?\nSentence: A date was set.\nSentiment: neutral: it is\na date\n\n"+
		"Is it negative, neutral or positive?\nSentence: Costs rose.\nSentiment:", p.Render("Costs rose."))

	p = newOptions(t, Options{Template: "{{.Text}}\nWhich of {{.Labels}}?", Labels: []string{"a", "b"}, Shots: []Shot{{"x", "a"}}})
	require.Equal(t, "x\nWhich of a or b? a\n\ny\nWhich of a or b?", p.Render("y"), "a template that begins with its sentence")
}

func TestShotsRefused(t *testing.T) {
	for _, c := range []struct {
		why  string
		shot Shot
		want string
	}{
		{"a question without a sentence", Shot{" \n", "positive"}, `shot 2: its text " \n"`},
		{"an example of nothing", Shot{"Sales rose.", "\n"}, `its answer "\n" is empty`},
		{"a label of another set", Shot{"Sales rose.", "bullish"}, `its answer "bullish" gives no label, want one of negative, neutral or positive`},
	} {
		_, err := Options{Name: "few", Labels: sentiment, Shots: []Shot{shots[0], c.shot}}.New()
		require.ErrorContains(t, err, "classify: prompt few: ", c.why)
		require.ErrorContains(t, err, c.want, c.why)
	}
}

// A model that has seen examples goes on with one of its own; what it cuts off must still be the question, not an example.
func TestLabelBehindShots(t *testing.T) {
	for _, c := range []struct{ why, template, reply, label, reason string }{
		{"the whole question again", question, " neutral: a date\n\nIs it negative, neutral or positive?\nSentence: Sales rose.\nSentiment: positive: sales", "neutral", "a date"},
		{"cut within the labels of the question", question, " neutral: a date\n\nIs it negative, neutral", "neutral", "a date"},
		{"the sentence alone", question, " neutral: a date\nSentence: Sales rose.\nSentiment: positive", "neutral", "a date"},
		{"cut before the sentence", question, " neutral: a date\nSent", "neutral", "a date"},
		{"no label yet: it repeats the question before it answers", question, "Is it negative, neutral or positive?\nSentence: A date.\nSentiment: positive", "positive", ""},
		{"nothing stands before the sentence: nothing tells where it begins", "{{.Text}}\nSentiment:", " neutral\n\nSales rose.\nSentiment: positive", score.Unparsed, ""},
		{"a question that begins with its labels: a second answer is no beginning of it", "{{.Labels}}: {{.Text}}\nSentiment:", " positive\nnegative", score.Unparsed, ""},
		{"the words of an example are no question", question, " neutral: a date\nSales rose.", "neutral", "a date Sales rose."},
	} {
		p := newOptions(t, Options{Template: c.template, Shots: shots})
		label, reason := p.Answer(c.reply)
		require.Equal(t, c.label, label, c.why)
		require.Equal(t, c.reason, reason, c.why)
		if c.reason != "" {
			require.Equal(t, c.label, p.Label(c.reply), c.why)
		}
	}
}

func TestFormat(t *testing.T) {
	require.Nil(t, newPrompt(t, "", sentiment).Format(), "a free prompt has none")
	p := newOptions(t, Options{Constrain: true})
	require.JSONEq(t, `{"type": "string", "enum": ["negative", "neutral", "positive"]}`, string(p.Format()))

	for _, c := range []struct {
		why    string
		labels []string
		reply  string
		want   string
	}{
		{"as the server sends it", nil, `"positive"`, "positive"},
		{"the grammar allows space behind it", nil, "\"positive\" \n", "positive"},
		{"cut before the closing quote", nil, `"positive`, "positive"},
		{"cut within the label", nil, `"posit`, score.Unparsed},
		{"a server that does not know the format", nil, " Positive.", "positive"},
		{"not one of the labels", nil, `"mixed"`, score.Unparsed},
		{"a label that asks", []string{"who?", "what?"}, `"who?"`, "who?"},
		{"two labels that hold one another", []string{"not positive", "positive"}, `"not positive"`, "not positive"},
		{"quotes and letters that JSON escapes", []string{`a "b" & c`, "d"}, `"a \"b\" \u0026 c"`, `a "b" & c`},
		{"a colon within the label", []string{"positive: a", "positive"}, `"positive: a"`, "positive: a"},
	} {
		p := newOptions(t, Options{Labels: c.labels, Constrain: true})
		require.Equal(t, c.want, p.Label(c.reply), c.why)
		label, reason := p.Answer(c.reply)
		require.Equal(t, c.want, label, c.why)
		require.Empty(t, reason, c.why)
	}
}

func TestOptionsID(t *testing.T) {
	const template = "{{.Labels}}: {{.Text}}"
	for _, c := range []struct{ why, want, got string }{
		// printf 'negative, neutral or positive: \0' | sha256sum | cut -c1-6
		{"nothing but a template", "label@8e0704", newOptions(t, Options{Template: template}).ID()},
		// printf 'negative, neutral or positive: a positive\n\nnegative, neutral or positive: \0' | sha256sum | cut -c1-6
		{"an example", "label@7ba655", newOptions(t, Options{Template: template, Shots: []Shot{{"a", "positive"}}}).ID()},
		// printf 'negative, neutral or positive: \0\0{"type":"string","enum":["negative","neutral","positive"]}' | sha256sum | cut -c1-6
		{"a format", "label@3113df", newOptions(t, Options{Template: template, Constrain: true}).ID()},
	} {
		require.Equal(t, c.want, c.got, c.why)
	}
}

// Recorded answers are filed under the ID of the suite's prompt: what it is made of may not change it.
func TestIDOfTheSuite(t *testing.T) {
	data, err := os.ReadFile("../../fixtures/suites/miniature.json")
	require.NoError(t, err)
	var suite struct {
		Labels  []string
		Prompts []struct{ Name, Template string }
	}
	require.NoError(t, json.Unmarshal(data, &suite))
	p, err := NewPrompt(suite.Prompts[0].Name, suite.Prompts[0].Template, suite.Labels)
	require.NoError(t, err)
	require.Equal(t, "label@2a1abb", p.ID(), "as in golden/Sentiment")
}
