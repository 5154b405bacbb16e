package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/types/model"
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

// start starts a server of its own that ends with the test.
func start(t testing.TB) *ollama.Server {
	t.Helper()
	loc, err := ollama.Find()
	if errors.Is(err, ollama.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	require.NoError(t, err)
	server, err := ollama.Start(t.Context(), loc, ollama.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return server
}

// model is what the suite asks the server for.
func (r recipe) model(precision string) ollama.Model {
	m := ollama.Model{Name: r.Model, Weights: filepath.Join(models, r.Model+".gguf"), Template: "{{ .Prompt }}", Precision: precision}
	if r.Projector {
		m.Projector = filepath.Join(models, r.Model+projectorSuffix+".gguf")
	}
	return m
}

// TestOllamaSaysTheSame asks a real server about every sentence of the set, and others. At f16, and at f32, which holds the
// same numbers, the tokens are the trainer's and so is every label; quantised, few may differ of some of them.
func TestOllamaSaysTheSame(t *testing.T) {
	server := start(t)
	sentences := append([]string{}, odd...)
	for _, file := range []string{"joulebench-finance-dev.jsonl", "joulebench-finance.jsonl"} {
		set, err := dataset.Open(filepath.Join("../../fixtures/sets", file))
		require.NoError(t, err)
		for _, e := range set.Examples {
			sentences = append(sentences, e.Text)
		}
	}
	for _, s := range text.Generate(100, 99, 1) {
		sentences = append(sentences, s.Text)
	}
	if testing.Short() {
		sentences = sentences[:len(odd)] // under the race detector the trainer's own answers take minutes
	}
	ask, err := newPrompts()
	require.NoError(t, err)
	for _, r := range recipes {
		t.Run(r.Model, func(t *testing.T) {
			f, err := export.Read(r.model("f16").Weights)
			require.NoError(t, err)
			want, err := answers(f.Model, f.Tokens, ask.label, sentences, labelTokens)
			require.NoError(t, err)
			for _, c := range []struct {
				precision string
				asked     int
				changed   int // answers that may differ
			}{{"f32", len(sentences), 0}, {"f16", len(sentences), 0}, {"q8_0", 120, 2}, {"q4_K_M", 120, 12}, {"q4_K_S", 120, 12}} {
				sentences := sentences[:min(c.asked, len(sentences))]
				name, _, err := server.Create(t.Context(), r.model(c.precision))
				require.NoError(t, err)
				changed := 0
				for i, s := range sentences {
					prompt := ask.label.Render(s)
					reply := generate(t, server, name, prompt, labelTokens)
					if want := want[i]; !equal(reply.Response, want) {
						changed++
						require.Positive(t, c.changed, "%s: %q: the server says %q, the trainer %q", c.precision, s, reply.Response, want)
					}
					ids := f.Tokens.Encode(prompt)
					require.Equal(t, ids, reply.Context[:len(ids)], "%q", s)
				}
				t.Logf("%s: %d of %d answers differ from the trainer's", name, changed, len(sentences))
				require.LessOrEqual(t, changed, c.changed, c.precision)
			}
		})
	}
}

// equal holds what a server said against an answer. One that has bytes of a character without the others is no text, as
// happens in alphabets that the model does not know; a server leaves out such bytes, and some behind them.
func equal(said, answer string) bool {
	if utf8.ValidString(answer) {
		return said == answer
	}
	for end := range answer {
		if r, size := utf8.DecodeRuneInString(answer[end:]); r == utf8.RuneError && size == 1 {
			return strings.HasPrefix(said, answer[:end])
		}
	}
	return false
}

// TestReasonsAreTheSame: longer answers have more chances to differ, in close calls only.
func TestReasonsAreTheSame(t *testing.T) {
	server := start(t)
	ask, err := newPrompts()
	require.NoError(t, err)
	var sentences []string
	for _, s := range text.Generate(15, 98, 1) {
		sentences = append(sentences, s.Text)
	}
	if testing.Short() {
		sentences = sentences[:4]
	}
	for _, r := range recipes {
		f, err := export.Read(r.model("f16").Weights)
		require.NoError(t, err)
		want, err := answers(f.Model, f.Tokens, ask.reason, sentences, reasonTokens)
		require.NoError(t, err)
		name, _, err := server.Create(t.Context(), r.model("f16"))
		require.NoError(t, err)
		same := 0
		for i, s := range sentences {
			reply := generate(t, server, name, ask.reason.Render(s), reasonTokens)
			if reply.Response == want[i] || !reply.Done && strings.HasPrefix(want[i], reply.Response) {
				same++
			}
		}
		t.Logf("%s: %d of %d", name, same, len(sentences))
		require.GreaterOrEqual(t, float64(same), 0.9*float64(len(sentences)), "%s", name)
	}
}

// TestTypes: each tensor, read from the GGUF that Ollama made, has the type that the precision promises.
func TestTypes(t *testing.T) {
	server := start(t)
	for _, r := range recipes {
		t.Run(r.Model, func(t *testing.T) {
			for _, precision := range ollama.Precisions() {
				name, _, err := server.Create(t.Context(), r.model(precision))
				require.NoError(t, err)
				show, err := server.Client().Show(t.Context(), &api.ShowRequest{Model: name, Verbose: true})
				require.NoError(t, err)
				require.Equal(t, string(r.Arch), show.ModelInfo["general.architecture"], "of a model with a projector, Details.Family may be either's")
				want, got := map[string]string{}, map[string]string{}
				for _, s := range show.Tensors {
					want[s.Name], got[s.Name] = r.typeOf(s, precision), s.Type
				}
				require.Empty(t, cmp.Diff(want, got), "%s", name)
			}
		})
	}
}

// typeOf is the type of a tensor by Ollama's rules (getTensorNewType of server/quantization.go, v0.17.4). Those that tell
// q4_K_M from q4_K_S count layers; of so few, the last is among the "last eighth" that gets more bits, and so is every
// third from the third on.
func (r recipe) typeOf(s api.Tensor, precision string) string {
	var layer int
	var part string
	fmt.Sscanf(s.Name, "blk.%d.%s", &layer, &part)
	more := layer == r.Shape.Layers-1 || layer%3 == 2
	switch medium := precision == "q4_K_M"; {
	case len(s.Shape) == 1 || precision == "f32":
		return "F32"
	case precision == "f16":
		return "F16"
	case precision == "q8_0":
		return "Q8_0"
	case s.Name == "token_embd.weight", medium && more && (part == "attn_v.weight" || part == "ffn_down.weight"):
		return "Q6_K"
	case medium && part == "attn_qkv.weight", !medium && part == "attn_v.weight":
		return "Q5_K"
	}
	return "Q4_K"
}

// TestBitIdentical: two runs, two servers, one thread or two give the same text and the same log-probabilities to the bit.
func TestBitIdentical(t *testing.T) {
	var prompts []string
	ask, err := newPrompts()
	require.NoError(t, err)
	for _, s := range text.Generate(12, 97, 1) {
		prompts = append(prompts, ask.label.Render(s.Text))
	}
	digests := map[string]map[string]bool{}
	for range 2 {
		server := start(t)
		for _, r := range recipes {
			name, _, err := server.Create(t.Context(), r.model("f16"))
			require.NoError(t, err)
			if digests[r.Model] == nil {
				digests[r.Model] = map[string]bool{}
			}
			for _, threads := range []int{1, 2, 1} {
				sum := sha256.New()
				for _, prompt := range prompts {
					request := request(name, prompt, labelTokens)
					request.Options["num_thread"] = threads
					request.Logprobs, request.TopLogprobs = true, 5
					reply, err := server.Generate(t.Context(), request)
					require.NoError(t, err)
					require.NotEmpty(t, reply.Logprobs)
					require.NoError(t, json.NewEncoder(sum).Encode([]any{reply.Response, reply.Logprobs}))
				}
				digests[r.Model][fmt.Sprintf("%x", sum.Sum(nil))] = true
			}
		}
	}
	for name, different := range digests {
		require.Len(t, different, 1, "%s: six runs are one", name)
	}
}

// BenchmarkImport is what a first run pays beside the server's start: all models at all precisions, made anew.
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		server := start(b)
		b.StartTimer()
		for _, r := range recipes {
			for _, precision := range ollama.Precisions() {
				_, _, err := server.Create(b.Context(), r.model(precision))
				require.NoError(b, err)
			}
		}
	}
}

// TestImage: the model of LLaVA's architecture takes an image, though nothing was learned from any.
func TestImage(t *testing.T) {
	server := start(t)
	r, err := recipeFor("llava-mini")
	require.NoError(t, err)
	name, _, err := server.Create(t.Context(), r.model("q4_K_M"))
	require.NoError(t, err)
	show, err := server.Client().Show(t.Context(), &api.ShowRequest{Model: name})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"llama", "clip"}, show.Details.Families)
	require.Contains(t, show.Capabilities, model.CapabilityVision)

	picture := image.NewRGBA(image.Rect(0, 0, 90, 60))
	for i := range 90 {
		picture.Set(i, i*2/3, color.RGBA{255, uint8(i), 0, 255})
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, picture))
	ask, err := newPrompts()
	require.NoError(t, err)
	seeing := request(name, ask.label.Render("Sales rose."), labelTokens)
	without, err := server.Generate(t.Context(), seeing)
	require.NoError(t, err)
	seeing.Images = []api.ImageData{b.Bytes()}
	with, err := server.Generate(t.Context(), seeing)
	require.NoError(t, err)
	require.GreaterOrEqual(t, with.PromptEvalCount, without.PromptEvalCount+16, "an image is (56/14)² = 16 tokens")
}

// generate asks as a request that is not raw does, the only kind that tells its tokens.
func generate(t *testing.T, server *ollama.Server, model, prompt string, tokens int) *api.GenerateResponse {
	t.Helper()
	reply, err := server.Generate(t.Context(), request(model, prompt, tokens))
	if !errors.Is(err, ollama.ErrCutOff) { // a model that repeats itself says what it says
		require.NoError(t, err)
	}
	return reply
}

func request(model, prompt string, tokens int) *api.GenerateRequest {
	return &api.GenerateRequest{Model: model, Prompt: prompt, Options: map[string]any{
		"temperature": 0, "seed": 1, "repeat_penalty": 1, "num_predict": tokens, "num_ctx": 2048, "num_thread": 1,
	}}
}
