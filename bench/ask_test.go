package bench

import (
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

// A tag's own parameters must not be what makes two pairs differ: the same weights under another tag answer the same.
func TestTagsOwnParametersDoNotCount(t *testing.T) {
	needServer(t)
	s := Suite{File: "../fixtures/suites/miniature.json"}
	r, err := open(&s, flags(t, "-models=llama3.2-mini", "-precisions=q8_0"))
	require.NoError(t, err)
	require.NoError(t, r.start(t.Context()))
	defer r.close()
	plain, err := r.use(t.Context(), r.pairs[0])
	require.NoError(t, err)
	for _, c := range []struct {
		why string
		api.CreateRequest
	}{
		{"stop words that are answers, penalties, draws, a small window", api.CreateRequest{Parameters: map[string]any{
			"stop": []string{"positive", "negative", "neutral"}, "presence_penalty": 2, "frequency_penalty": 2, "repeat_penalty": 2,
			"temperature": 2, "top_k": 3, "top_p": 0.5, "min_p": 0.5, "typical_p": 0.1, "seed": 7, "num_predict": 1, "num_ctx": 64, "num_batch": 16,
		}}},
		{"a template that thinks when it is let to", api.CreateRequest{
			Template: `{{ range .Messages }}{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}{{ end }}{{ if .Think }} Let me think.{{ end }}`,
		}},
	} {
		c.Model, c.From = "other", plain.model.name
		require.NoError(t, r.server.Client().Create(t.Context(), &c.CreateRequest, func(api.ProgressResponse) error { return nil }), c.why)
		other := *plain
		other.model.name = c.Model
		for i := range 30 {
			want, err := r.askAbout(t.Context(), plain, i)
			require.NoError(t, err, c.why)
			got, err := r.askAbout(t.Context(), &other, i)
			require.NoError(t, err, c.why)
			require.Equal(t, want.Response, got.Response, "%s: sentence %d", c.why, i)
			require.Equal(t, want.PromptEvalCount, got.PromptEvalCount, c.why)
			require.Equal(t, want.EvalCount, got.EvalCount, c.why)
		}
	}
}
