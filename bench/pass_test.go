package bench

import (
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/score"
)

func TestRead(t *testing.T) {
	prompt, err := classify.Options{Name: "p", Labels: []string{"negative", "neutral"}}.New()
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

// The seeds of sentences are independent of one another, the same on every machine, and such as llama.cpp takes.
func TestSentenceSeed(t *testing.T) {
	// FNV-1a by hand, as published: (14695981039346656037 ^ byte) × 1099511628211 mod 2^64, over "1 a" and "2 a".
	require.Equal(t, 407547023, sentenceSeed(1, "a"))
	require.Equal(t, 666650858, sentenceSeed(2, "a"))
	seen := map[int]bool{}
	for _, id := range []string{"a", "b", "1", "11"} {
		for pass := range 12 {
			seen[sentenceSeed(pass, id)] = true
		}
	}
	require.Len(t, seen, 48)
}
