package shape_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/shape"
)

// suite reads the shapes of fixtures/suites/shapes.json by the models' names.
func suite(tb testing.TB) map[string]shape.Shape {
	tb.Helper()
	data, err := os.ReadFile("../../fixtures/suites/shapes.json")
	require.NoError(tb, err)
	var file struct {
		Models []struct {
			Name  string
			Shape json.RawMessage
		}
	}
	require.NoError(tb, json.Unmarshal(data, &file))
	shapes := map[string]shape.Shape{}
	for _, m := range file.Models {
		var s shape.Shape
		d := json.NewDecoder(bytes.NewReader(m.Shape))
		d.DisallowUnknownFields()
		require.NoError(tb, d.Decode(&s), m.Name)
		require.NotContains(tb, shapes, m.Name)
		shapes[m.Name] = s
	}
	return shapes
}

// TestPublished holds the five shapes against what is published of the models and does not follow from how it is written
// here: parameter counts of the models' own pages, sizes of files that others made.
func TestPublished(t *testing.T) {
	shapes := suite(t)
	require.Len(t, shapes, 5)
	for _, c := range []struct {
		name       string
		parameters int64
		kv         int // KiB per token: 2 · blocks · kv heads · head size · 2 bytes / 1024
	}{
		{"shape-llama3.2-1b", 1_235_814_400, 32},
		{"shape-phi3-mini-128k", 3_821_079_552, 384},
		{"shape-qwen2-7b", 7_615_616_512, 56},
		{"shape-mistral-7b-v0.3", 7_248_023_552, 128},
		{"shape-llava-llama3-8b", 8_030_261_248, 128},
	} {
		s, ok := shapes[c.name]
		require.True(t, ok, c.name)
		require.NoError(t, s.Check(), c.name)
		require.Equal(t, c.parameters, s.Parameters(), c.name)
		require.Equal(t, c.kv<<10, s.KVBytes(), c.name)
		require.Contains(t, s.Source, "read 20", c.name)
	}

	// Weights of others, made by llama.cpp. A file is larger than its weights by header and vocabulary, which lie between
	// 0.7 MB (32,768 tokens without merges) and 9 MB (128,256 with 280,147 merges).
	for _, c := range []struct {
		name, precision string
		bytes           int64
		header          int64 // at most
		why             string
	}{
		{"shape-mistral-7b-v0.3", "q4_K_M", 4_372_054_016, 0, "the size that llama.cpp's server states, without the header (/v1/models, quoted in public repositories)"},
		{"shape-mistral-7b-v0.3", "q4_K_M", 4_372_811_712, 1_000_000, "Ollama's mistral:7b-instruct-v0.3-q4_K_M"},
		{"shape-llama3.2-1b", "q8_0", 1_321_082_688, 9_000_000, "Ollama's llama3.2:1b, the layer of the weights"},
		{"shape-qwen2-7b", "q4_K_M", 4_683_073_952, 9_000_000, "Ollama's qwen2.5:7b, of the same shape"},
		{"shape-llava-llama3-8b", "q4_K_M", 4_921_246_944, 9_000_000, "Ollama's llava-llama3: called q4_0 there, but that would be 4.65 GB"},
	} {
		header := c.bytes - shapes[c.name].Bytes(c.precision)
		require.True(t, header >= 0 && header <= c.header, "%s %s: %d bytes of header: %s", c.name, c.precision, header, c.why)
	}
}

// One block of 256 wide with 256 feed-forward, 4 heads of 64 and 2 of keys, 1024 tokens: its matrices by hand.
func TestBytes(t *testing.T) {
	s := small("llama")
	s.Blocks, s.FeedForward, s.Vocabulary = 1, 256, 1024
	// Queries, outputs, gate, up and down are 256 × 256 each, keys and values 256 × 128; three norms of 256.
	const square, narrow, norms, words = 65_536, 32_768, 3 * 256, 1024 * 256
	require.EqualValues(t, 5*square+2*narrow+norms+2*words, s.Parameters())
	require.EqualValues(t, 2*(5*square+2*narrow+2*words)+4*norms, s.Bytes("f16"))
	require.EqualValues(t, 4*(5*square+2*narrow+2*words+norms), s.Bytes("f32"))
	require.EqualValues(t, (5*square+2*narrow+2*words)*34/32+4*norms, s.Bytes("q8_0"))
	// The only block is the last eighth of the blocks: values and down in 6 bits, the output matrix always.
	require.EqualValues(t, (4*square+narrow+words)/256*144+(square+narrow+words)/256*210+4*norms, s.Bytes("q4_K_M"))
	// Of the first four blocks the values in 5 bits; no eighth of one block for down.
	require.EqualValues(t, (5*square+narrow+words)/256*144+narrow/256*176+words/256*210+4*norms, s.Bytes("q4_K_S"))
	require.Zero(t, s.Bytes("q4_0"), "Ollama makes none")
	require.Zero(t, s.BytesPerToken(""))

	// A token reads a row of the embedding, and the whole of another matrix for the output.
	require.EqualValues(t, 2*(5*square+2*narrow+words+256)+4*norms, s.BytesPerToken("f16"))
	s.Tied = true
	require.EqualValues(t, 2*(5*square+2*narrow+words)+4*norms, s.Bytes("f16"))
	require.EqualValues(t, 2*(5*square+2*narrow+words+256)+4*norms, s.BytesPerToken("f16"), "the same numbers are read")

	// Phi-3's fused matrices have 4·64 + 2·2·64 = 512 rows and 2 · 256.
	s = small("phi3")
	s.Blocks, s.FeedForward, s.Vocabulary, s.RopeFactors = 1, 256, 1024, true
	require.EqualValues(t, 5*square+2*narrow+norms+2*words, s.Parameters(), "the same numbers, and no rotary factors")
	require.EqualValues(t, 2*(5*square+2*narrow+2*words)+4*(norms+2*32), s.Bytes("f16"))
	require.EqualValues(t, (3*square+words)/256*144+2*square/256*176+(square+words)/256*210+4*(norms+2*32), s.Bytes("q4_K_M"))

	s = small("qwen2")
	s.Blocks, s.FeedForward, s.Vocabulary = 1, 256, 1024
	require.EqualValues(t, 5*square+2*narrow+norms+2*words+256+2*128, s.Parameters(), "and biases")
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		why    string
		change func(*shape.Shape)
		fault  string
	}{
		{"as it is", func(*shape.Shape) {}, ""},
		{"heads may be wider than the embedding in llama", func(s *shape.Shape) { s.HeadDim = 128 }, ""},
		{"another architecture", func(s *shape.Shape) { s.Architecture = "mistral" }, `architecture "mistral", want one of ["llama" "phi3" "qwen2"]`},
		{"a forgotten field", func(s *shape.Shape) { s.Blocks = 0 }, "blocks 0, want 1 to 1024"},
		{"would divide by zero", func(s *shape.Shape) { s.KVHeads = 0 }, "kvHeads 0"},
		{"negative", func(s *shape.Shape) { s.HeadDim = -64 }, "headDim -64"},
		{"sizes would overflow", func(s *shape.Shape) { s.Vocabulary = 1 << 40 }, "vocabulary 1099511627776"},
		{"no room for words", func(s *shape.Shape) { s.Vocabulary = 258 }, "vocabulary 258, want at least 322"},
		{"uneven groups", func(s *shape.Shape) { s.KVHeads = 3 }, "4 heads cannot share 3 kvHeads evenly"},
		{"odd heads", func(s *shape.Shape) { s.HeadDim = 63 }, "headDim 63 is odd"},
		{"wide heads in Phi-3", func(s *shape.Shape) { s.Architecture, s.HeadDim = "phi3", 128 }, "4 heads of 128 are not the embedding of 256"},
		{"factors in Qwen 2", func(s *shape.Shape) { s.Architecture, s.RopeFactors = "qwen2", true }, "llama.cpp has none"},
		{"Qwen2-0.5B", func(s *shape.Shape) { s.Embedding = 896 }, "embedding 896 is no multiple of 256"},
		{"rows of down", func(s *shape.Shape) { s.FeedForward = 4864 + 128 }, "feedForward 4992"},
		{"rows of outputs", func(s *shape.Shape) { s.Heads = 6 }, "heads × headDim 384"},
		{"no number", func(s *shape.Shape) { s.RopeBase = math.NaN() }, "ropeBase NaN"},
		{"negative window", func(s *shape.Shape) { s.SlidingWindow = -1 }, "slidingWindow -1"},
	} {
		s := small("llama")
		c.change(&s)
		err := s.Check()
		if c.fault == "" {
			require.NoError(t, err, c.why)
			continue
		}
		require.ErrorContains(t, err, "shape: ", c.why)
		require.ErrorContains(t, err, c.fault, c.why)
		require.Error(t, shape.Write(io.Discard, s, 1), c.why)
	}
}
