package classify

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadTemplate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.txt")
	for _, c := range []struct{ why, file, want string }{
		{"an editor's last line end", "a\nb: {{.Text}}\n", "a\nb: {{.Text}}"},
		{"several, and those of Windows", "\ufeffa\r\nb\r\n\r\n", "a\nb"},
		{"a space at the end is meant", " a \n", " a "},
		{"no line end", "a", "a"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.file), 0o600))
		got, err := ReadTemplate(path)
		require.NoError(t, err, c.why)
		require.Equal(t, c.want, got, c.why)
	}
	for _, c := range []struct{ why, file, want string }{
		{"nothing would be asked", "", "empty"},
		{"nor here", "\ufeff \r\n", "empty"},
		{"of another time", "caf\xe9", "not UTF-8"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.file), 0o600))
		_, err := ReadTemplate(path)
		require.ErrorContains(t, err, "classify: template "+path, c.why)
		require.ErrorContains(t, err, c.want, c.why)
	}
	_, err := ReadTemplate(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path+"x")
}

// The study's way to ask, and replies as it wants them.
func TestStudy(t *testing.T) {
	text, err := ReadTemplate("../../fixtures/prompts/study.txt")
	require.NoError(t, err)
	p, err := Options{Name: "study", Template: text, Labels: sentiment, Shots: []Shot{{
		"Sales rose.", "\nEmotional language: none\nPositive expressions: rose\nNegative expressions: none\nTone shifts: none\nSentiment: positive\nReason: Sales rose.",
	}}}.New()
	require.NoError(t, err)
	require.Contains(t, p.Render("Costs rose."), "one of negative, neutral or positive\n")
	require.Contains(t, p.Render("Costs rose."), "\nSentence: Costs rose.\n")

	for _, c := range []struct{ reply, label, reason, why string }{
		{" \nEmotional language: none\nPositive expressions: none\nNegative expressions: costs rose\nTone shifts: none\nSentiment: negative\nReason: Costs rose.",
			"negative", "Costs rose.", "to the letter"},
		{"Emotional language: \"glad\"\nPositive expressions: \"positive surprise\", \"rose\"\nNegative expressions: none, nothing negative is said\nTone shifts: none\n" +
			"Sentiment: positive\nReason: It rose.\n\nSentence: Costs rose.\nAssessment:\nSentiment: negative\nReason: Costs rose.",
			"positive", "It rose.", "and on to another sentence"},
		{"Emotional language: neutral wording.\nPositive expressions: none.\nNegative expressions: none.\nTone shifts: from neutral to negative.\n\n" +
			"**Sentiment:** Neutral\n\n**Reason:** A date is no news.", "neutral", "A date is no news.", "labels among the findings"},
		{"Emotional language: none\nPositive expressions: none\nNegative expressions: costs", none, "", "cut before the label"},
		{"Emotional language: none\nSentiment: one of negative, neutral or positive\nReason: why, in one short sentence", none, "why, in one short sentence", "the form, not filled in"},
	} {
		label, reason := p.Answer(c.reply)
		require.Equal(t, c.label, label, "%q: %s", c.reply, c.why)
		require.Equal(t, c.reason, reason, "%q: %s", c.reply, c.why)
	}
}
