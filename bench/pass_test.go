package bench

import (
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/score"
)

func TestRead(t *testing.T) {
	prompt, err := classify.NewPrompt("p", "", []string{"negative", "neutral"})
	require.NoError(t, err)
	for _, c := range []struct {
		why           string
		reason, done  bool
		reply         string
		label, quoted string
	}{
		{"a label", false, true, " neutral", "neutral", ""},
		{"a label with a reason nobody asked for is read as a whole", false, true, "neutral: not negative", "neutral", ""},
		{"a label and a reason", true, true, " neutral: negative in May", "neutral", "negative in May"},
		{"what was cut off is no answer, whatever it began with", true, false, " neutral: is is is is", score.Unparsed, ""},
	} {
		r := &run{asked: Prompt{Reason: c.reason}, prompt: prompt}
		label, reason := r.read(&api.GenerateResponse{Response: c.reply, Done: c.done})
		require.Equal(t, c.label, label, c.why)
		require.Equal(t, c.quoted, reason, c.why)
	}
}
