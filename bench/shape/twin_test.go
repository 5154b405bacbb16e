package shape_test

import (
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchmath"

	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/shape"
)

// The prompt's and the answer's tokens of BenchmarkTwin.
const promptTokens, answerTokens = 128, 32

// BenchmarkTwin is the proof that random weights cost what trained ones do: each of three miniatures against a twin of
// its shape, at the same precision, on one server. One op asks both several times for as long an answer to as long a
// prompt, none of which is cached, and takes the quickest prompt and answer of each: what else the machine does only
// adds. Which comes first changes from op to op. The ratios are those of the twin to the miniature, paired by op, as
// median with its 95 % interval (order statistics). Let it run on a machine that does nothing else:
//
//	go test -run '^$' -bench Twin -benchtime 100x ./bench/shape
func BenchmarkTwin(b *testing.B) {
	server := live(b)
	for _, model := range []string{"llama3.2-mini", "phi3-mini", "qwen2-mini"} {
		for _, precision := range []string{"f16", "q8_0", "q4_K_M"} {
			b.Run("model="+model+"/precision="+precision, func(b *testing.B) { benchmarkTwin(b, server, model, precision) })
		}
	}
}

func benchmarkTwin(b *testing.B, server *ollama.Server, model, precision string) {
	path := "../../fixtures/models/" + model + ".gguf"
	s, tokens := miniature(b, path)
	mini := create(b, server, model, path, precision)
	made := create(b, server, "shape-"+model, twin(b, s), precision)
	prompt := goesOn(b, server, mini, tokens)
	both := [2]*api.GenerateRequest{ask(mini, prompt, answerTokens), ask(made, shape.Prompt(s, 0, promptTokens, 0), answerTokens)}
	const times = 5
	var prompts, answers []float64
	for op := 0; b.Loop(); op++ {
		var quickest [2][2]float64
		for i := range both {
			who := (i + op) % 2
			quickest[who] = [2]float64{math.Inf(1), math.Inf(1)}
			for range times {
				got := cold(b, server, both[who])
				quickest[who][0] = min(quickest[who][0], got.PromptEvalDuration.Seconds())
				quickest[who][1] = min(quickest[who][1], got.EvalDuration.Seconds())
			}
		}
		prompts = append(prompts, quickest[1][0]/quickest[0][0])
		answers = append(answers, quickest[1][1]/quickest[0][1])
	}
	for name, ratios := range map[string][]float64{"prompt": prompts, "answer": answers} {
		summary := benchmath.AssumeNothing.Summary(benchmath.NewSample(ratios, &benchmath.DefaultThresholds), 0.95)
		b.ReportMetric(summary.Center, name+"-ratio")
		b.ReportMetric(summary.Lo, name+"-ratio-from")
		b.ReportMetric(summary.Hi, name+"-ratio-to")
	}
}

// cold asks with nothing of the prompt cached, and holds the counts to what they must be.
func cold(tb testing.TB, server *ollama.Server, r *api.GenerateRequest) *api.GenerateResponse {
	tb.Helper()
	if err := server.Flush(tb.Context(), r.Model, r.Options); err != nil {
		tb.Fatal(err)
	}
	answer, err := server.Generate(tb.Context(), r)
	if err != nil {
		tb.Fatal(err)
	}
	if answer.PromptEvalCount != promptTokens || answer.EvalCount != answerTokens {
		tb.Fatalf("%s: %d tokens of prompt, %d of answer", r.Model, answer.PromptEvalCount, answer.EvalCount)
	}
	return answer
}

func create(tb testing.TB, server *ollama.Server, name, path, precision string) string {
	tb.Helper()
	made, _, err := server.Create(tb.Context(), ollama.Model{Name: name, Weights: path, Template: "{{ .Prompt }}", Precision: precision})
	require.NoError(tb, err)
	return made
}

// miniature reads a trained model's shape, and its words: tokens of letters with a space before.
func miniature(tb testing.TB, path string) (shape.Shape, []string) {
	tb.Helper()
	f, err := os.Open(path)
	require.NoError(tb, err)
	defer f.Close()
	g, err := ggml.Decode(f, -1)
	require.NoError(tb, err)
	kv := g.KV()
	n := func(key string) int { return int(kv.Uint(key)) }
	s := shape.Shape{
		Architecture: kv.Architecture(), Blocks: n("block_count"), Embedding: n("embedding_length"), FeedForward: n("feed_forward_length"),
		Heads: n("attention.head_count"), KVHeads: n("attention.head_count_kv"), HeadDim: n("attention.key_length"),
		Vocabulary: n("vocab_size"), Context: n("context_length"), RopeBase: float64(kv.Float("rope.freq_base")), Tied: true, Source: path,
	}
	require.EqualValues(tb, kv.ParameterCount(), s.Parameters(), "the same tensors")
	var words []string
	for _, token := range kv.Strings("tokenizer.ggml.tokens") {
		if word, ok := strings.CutPrefix(token, "Ġ"); ok && word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
			words = append(words, " "+word)
		}
	}
	return s, words
}

// goesOn finds a prompt that a miniature answers at length: trained to say one word, it ends most answers early.
func goesOn(tb testing.TB, server *ollama.Server, model string, words []string) string {
	tb.Helper()
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 0))
		var prompt strings.Builder
		for range promptTokens - 1 { // begin of text is one
			prompt.WriteString(words[random.IntN(len(words))])
		}
		answer, err := server.Generate(tb.Context(), ask(model, prompt.String(), answerTokens))
		if err == nil && answer.PromptEvalCount == promptTokens && answer.EvalCount == answerTokens {
			return prompt.String()
		}
	}
	tb.Fatalf("%s ends all its answers before %d tokens", model, answerTokens)
	return ""
}
