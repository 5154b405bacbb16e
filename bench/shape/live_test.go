package shape_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/shape"
)

// TestCounts: whatever the architecture and the precision, Ollama counts the prompt as exactly as many tokens as were
// asked for, and the answer too, and the answer is text.
func TestCounts(t *testing.T) {
	server := live(t)
	for _, c := range []struct {
		name  string
		shape func(*shape.Shape)
		arch  string
		why   string
	}{
		{"llama", func(s *shape.Shape) { s.RopeFactors = true }, "llama", "Llama 3.2's frequencies; an output matrix of its own"},
		{"llama-tied", func(s *shape.Shape) { s.Tied, s.Blocks, s.Vocabulary = true, 9, 4097 }, "llama", "the embedding is the output; all types that q4_K_M and q4_K_S mix; a word without a partner"},
		{"llama-narrow", func(s *shape.Shape) { s.HeadDim, s.KVHeads = 128, 1 }, "llama", "heads that are wider together than the embedding"},
		{"llama-deep", func(s *shape.Shape) { s.Blocks, s.Vocabulary = 32, 20000 }, "llama", "as many blocks as the largest of the suite, at a sixteenth of their width and so with the least margin"},
		{"phi3", func(s *shape.Shape) { s.RopeFactors, s.SlidingWindow, s.KVHeads = true, 512, 4 }, "phi3", "longrope and a window that prompt and answer exceed"},
		{"phi3-plain", func(s *shape.Shape) { s.Embedding, s.Heads = 512, 8 }, "phi3", "no factors, another width"},
		{"qwen2", func(s *shape.Shape) { s.Blocks = 9 }, "qwen2", "biases"},
		{"qwen2-tied", func(s *shape.Shape) { s.Tied, s.Vocabulary = true, 30000 }, "qwen2", "words of three letters and four"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := small(c.arch)
			c.shape(&s)
			weights := twin(t, s)
			for _, precision := range ollama.Precisions() {
				name, _, err := server.Create(t.Context(), ollama.Model{Name: "shape-" + c.name, Weights: weights, Template: "{{ .Prompt }}", Precision: precision})
				require.NoError(t, err, c.why)
				checkTypes(t, server, name, s, precision)
				counts := []int{16, 64, 256}
				if testing.Short() || c.name != c.arch || precision == "f32" {
					counts = []int{40} // more than the 30 equal tokens at which Ollama cuts an answer off
				}
				for i, n := range counts {
					prompt := shape.Prompt(s, i, 3*n-1, n/2)
					answer, err := server.Generate(t.Context(), ask(name, prompt, n))
					require.NoError(t, err, "%s %s", precision, c.why)
					require.Equal(t, 3*n-1, answer.PromptEvalCount, "%s prompt", precision)
					require.Equal(t, n, answer.EvalCount, "%s answer", precision)
					require.Equal(t, "length", answer.DoneReason)
					words := strings.Fields(answer.Response)
					require.Len(t, words, n, "every token is a word: %q", answer.Response)
					for j := 2; j < n; j++ {
						require.Equal(t, words[j-2], words[j], "%s: two words in turn: %q", precision, answer.Response)
					}
					require.NotEqual(t, words[0], words[1])
					asked := strings.Fields(prompt)
					require.Equal(t, asked[len(asked)-1], words[1], "the second is the partner's partner")
				}
			}
		})
	}
}

// checkTypes holds what Ollama made against what package shape says that it makes.
func checkTypes(t *testing.T, server *ollama.Server, name string, s shape.Shape, precision string) {
	t.Helper()
	show, err := server.Client().Show(t.Context(), &api.ShowRequest{Model: name, Verbose: true})
	require.NoError(t, err)
	var bytes int64
	got := map[string]string{}
	for _, tensor := range show.Tensors {
		bits, rows := tensor.Shape[0]*8, uint64(1) // of a row
		if len(tensor.Shape) > 1 {
			rows = tensor.Shape[1]
		}
		// Bits a weight by the definitions of the types in ggml-common.h.
		bytes += int64(rows) * int64(bits/8) * map[string]int64{"F32": 256 * 4, "F16": 256 * 2, "Q8_0": 8 * 34, "Q4_K": 144, "Q5_K": 176, "Q6_K": 210}[tensor.Type] / 256
		got[tensor.Name] = tensor.Type
	}
	require.Equal(t, bytes, s.Bytes(precision), "%s: %v", precision, got)
	require.Empty(t, cmp.Diff(shape.TypesOf(s, precision), got))
	count, ok := show.ModelInfo["general.parameter_count"].(float64)
	require.True(t, ok)
	extra := 0 // Ollama counts the rotary factors too
	for name := range got {
		if strings.HasPrefix(name, "rope_") {
			extra += s.HeadDim / 2
		}
	}
	require.EqualValues(t, s.Parameters()+int64(extra), count, fmt.Sprint(got))
}
