package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/tools/miniature/export"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// odd sentences are far from the training text, and near the edges of the tokeniser.
var odd = []string{
	"", ".", "1234567890", "½ of Ⅷ", "EUR 5\u00a0m up 3,5\u00a0%", "🚀 to the moon 🚀🚀", "Umsatz: größer, Gewinn übermäßig ↑",
	"営業利益は前年同期比で増加した。", "Выручка выросла на 12 %", "e\u0301 combined, \u200dzero\u200bwidth", "WE'LL it'S o'clock 'twas",
	"a   b    c     ", "x\tbreaks\nof a line\r\nbecome spaces", "<|end_of_text|> written out, <|begin_of_text|>", "((([[[{{{%%%$$$", "\u2028\u2029\u0085",
	"ſtrange K\u212a letters", "Ã¤ mojibake Ã\u0096", "profit profit profit profit profit profit profit profit loss",
}

// TestOllamaSaysTheSame asks a real server: at f16 the tokens are the trainer's and so is every answer; quantised, few
// answers may differ, and the types of the tensors are those that the precision promises.
func TestOllamaSaysTheSame(t *testing.T) {
	loc, err := ollama.Find()
	if errors.Is(err, ollama.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	require.NoError(t, err)
	server, err := ollama.Start(t.Context(), loc, ollama.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()

	sentences := append([]string{}, odd...)
	set, err := dataset.Open("../../fixtures/sets/joulebench-finance-dev.jsonl")
	require.NoError(t, err)
	for _, e := range set.Examples {
		sentences = append(sentences, e.Text)
	}
	for _, s := range text.Generate(300, 99) {
		sentences = append(sentences, s.Text)
	}
	if testing.Short() {
		sentences = sentences[:len(odd)] // under the race detector the trainer's own answers take minutes
	}
	prompt, err := newPrompt()
	require.NoError(t, err)

	for _, r := range recipes {
		t.Run(r.Model, func(t *testing.T) {
			weights := filepath.Join(models, r.Model+".gguf")
			m, tok, err := export.Read(weights)
			require.NoError(t, err)
			want, err := answers(m, tok, prompt, sentences)
			require.NoError(t, err)
			for _, c := range []struct {
				precision string
				changed   int // answers that may differ
				types     map[string]int
			}{
				{"f16", 0, map[string]int{"F32": 5, "F16": 15}},
				{"q8_0", 4, map[string]int{"F32": 5, "Q8_0": 15}},
				// Ollama's mixture: Q6_K for the embedding, which is the output too, and for attn_v and ffn_down of the
				// last eighth of the layers.
				{"q4_K_M", 12, map[string]int{"F32": 5, "Q4_K": 12, "Q6_K": 3}},
			} {
				name, _, err := server.Create(t.Context(), ollama.Model{Name: r.Model, Weights: weights, Template: "{{ .Prompt }}", Precision: c.precision})
				require.NoError(t, err)
				require.Equal(t, c.types, types(t, server, name))
				changed := 0
				for i, s := range sentences {
					rendered := prompt.Render(s)
					reply := ask(t, server, name, rendered)
					if reply.Response != want[i] {
						changed++
						require.NotEqual(t, "f16", c.precision, "%q: the server says %q, the trainer %q", s, reply.Response, want[i])
					}
					if c.precision == "f16" {
						ids := tok.Encode(rendered)
						require.Equal(t, ids, reply.Context[:len(ids)], "%q", s)
					}
				}
				t.Logf("%s: %d of %d answers differ from the trainer's", name, changed, len(sentences))
				require.LessOrEqual(t, changed, c.changed, c.precision)
			}
		})
	}
}

// ask returns the reply of a request that is not raw, the only kind that tells its tokens.
func ask(t *testing.T, server *ollama.Server, model, prompt string) *api.GenerateResponse {
	t.Helper()
	reply, err := server.Generate(t.Context(), &api.GenerateRequest{Model: model, Prompt: prompt, Options: map[string]any{
		"temperature": 0, "seed": 1, "repeat_penalty": 1, "num_predict": answerTokens, "num_ctx": 2048, "num_thread": 1,
	}})
	require.NoError(t, err)
	return reply
}

// types counts the tensors of each type.
func types(t *testing.T, server *ollama.Server, model string) map[string]int {
	t.Helper()
	show, err := server.Client().Show(t.Context(), &api.ShowRequest{Model: model, Verbose: true})
	require.NoError(t, err)
	counts := map[string]int{}
	for _, s := range show.Tensors {
		counts[s.Type]++
	}
	return counts
}
