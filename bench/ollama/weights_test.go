package ollama

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"
)

// randomWeights writes the smallest llama that Ollama loads and quantises without falling back to other types (all
// dimensions are multiples of 256): 0.9 M random parameters, the 256 bytes as its vocabulary. It answers nonsense, always
// the same: everything here but the quality of answers can be tested with it, whatever stands in fixtures.
func randomWeights(tb testing.TB, seed uint64) string {
	tb.Helper()
	const hidden, kvHidden, ffn, layers = 256, 128, 256, 2
	random := rand.New(rand.NewPCG(seed, 0))

	tokens, types := byteTokens()
	kv := ggml.KV{
		"general.architecture":                   "llama",
		"general.file_type":                      uint32(ggml.FileTypeF16),
		"llama.context_length":                   uint32(2048),
		"llama.embedding_length":                 uint32(hidden),
		"llama.block_count":                      uint32(layers),
		"llama.feed_forward_length":              uint32(ffn),
		"llama.attention.head_count":             uint32(4),
		"llama.attention.head_count_kv":          uint32(2),
		"llama.attention.layer_norm_rms_epsilon": float32(1e-5),
		"llama.rope.dimension_count":             uint32(64),
		"llama.rope.freq_base":                   float32(10000),
		"llama.vocab_size":                       uint32(len(tokens)),
		"tokenizer.ggml.model":                   "gpt2",
		"tokenizer.ggml.pre":                     "llama-bpe",
		"tokenizer.ggml.tokens":                  tokens,
		"tokenizer.ggml.token_type":              types,
		"tokenizer.ggml.merges":                  []string{"a b"},
		"tokenizer.ggml.bos_token_id":            uint32(len(tokens) - 2),
		"tokenizer.ggml.eos_token_id":            uint32(len(tokens) - 1),
		"tokenizer.ggml.add_bos_token":           true,
	}

	var tensors []*ggml.Tensor
	matrix := func(name string, in, out uint64) {
		data := make([]byte, 2*in*out)
		for i := 0; i < len(data); i += 2 {
			binary.LittleEndian.PutUint16(data[i:], smallFloat16(random))
		}
		tensors = append(tensors, &ggml.Tensor{Name: name, Kind: uint32(ggml.TensorTypeF16), Shape: []uint64{in, out}, WriterTo: bytes.NewReader(data)})
	}
	ones := func(name string) {
		data := make([]byte, 4*hidden)
		for i := 0; i < len(data); i += 4 {
			binary.LittleEndian.PutUint32(data[i:], math.Float32bits(1))
		}
		tensors = append(tensors, &ggml.Tensor{Name: name, Kind: uint32(ggml.TensorTypeF32), Shape: []uint64{hidden}, WriterTo: bytes.NewReader(data)})
	}
	matrix("token_embd.weight", hidden, uint64(len(tokens)))
	ones("output_norm.weight")
	for i := range layers {
		block := fmt.Sprintf("blk.%d.", i)
		ones(block + "attn_norm.weight")
		matrix(block+"attn_q.weight", hidden, hidden)
		matrix(block+"attn_k.weight", hidden, kvHidden)
		matrix(block+"attn_v.weight", hidden, kvHidden)
		matrix(block+"attn_output.weight", hidden, hidden)
		ones(block + "ffn_norm.weight")
		matrix(block+"ffn_gate.weight", hidden, ffn)
		matrix(block+"ffn_up.weight", hidden, ffn)
		matrix(block+"ffn_down.weight", ffn, hidden)
	}

	path := filepath.Join(tb.TempDir(), "random.gguf")
	f, err := os.Create(path)
	require.NoError(tb, err)
	defer f.Close()
	require.NoError(tb, ggml.WriteGGUF(f, kv, tensors))
	return path
}

// smallFloat16 is a random half-precision number in ±[2⁻⁷, 2⁻³).
func smallFloat16(r *rand.Rand) uint16 {
	sign, exponent, fraction := r.UintN(2), 8+r.UintN(4), r.UintN(1<<10)
	return uint16(sign<<15 | exponent<<10 | fraction)
}

// byteTokens is GPT-2's alphabet, a printable rune for each byte, then "ab" for the one merge, begin and end of text.
func byteTokens() ([]string, []int32) {
	const normal, control = 1, 3
	var tokens []string
	var types []int32
	next := rune(256)
	for b := range rune(256) {
		r := b
		if printable := b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae; !printable {
			r, next = next, next+1
		}
		tokens = append(tokens, string(r))
		types = append(types, normal)
	}
	tokens = append(tokens, "ab", "<|begin|>", "<|end|>")
	return tokens, append(types, normal, control, control)
}
