package shape

import (
	"fmt"
	"math"
)

// A tensor is one array of weights as the file holds it: matrices as f16, vectors (rows is 1) as f32.
type tensor struct {
	name   string
	cols   int // length of a row, which GGUF gives first
	rows   int
	fill   fill
	scale  float64 // standard deviation where numbers are drawn
	stream uint64  // tensors of one stream are drawn alike
}

// A fill is how a tensor's numbers are made.
type fill int

const (
	drawn   fill = iota // from the normal distribution
	paired              // every other row drawn, the one after it the same with the sign of every other number turned
	ones                // norms
	signs               // 1 and -1 in turn: the last norm
	factors             // 1, not counted as parameters
)

func (t tensor) elements() int64 { return int64(t.cols) * int64(t.rows) }

// tensors lists the model's in the order in which ggml's writer and converters leave them: Ollama's choice of types
// counts some of them (see types).
//
// A matrix of n inputs is drawn with the deviation 1/√n, so that it neither blows up nor shrinks what goes through it,
// but never below 0.02, where models start their training: much smaller weights would have denormal scales in 4 bits.
// Queries and keys, each of order 1, then make attention neither even nor blind to all tokens but one. What the blocks
// add to a token is of order 1 a block, and the embedding is made larger than all of it: the token remains what the last
// norm sees most of.
//
// The answer comes of that. The last norm turns the sign of every other number, and so makes of a token's embedding that
// of its partner (see paired), whose row of the output matrix fits best: each token is followed by its partner. At 256
// numbers and 32 blocks, in 4 bits, the tests find it so; the margin grows with the root of the width.
func (s Shape) tensors() []tensor {
	var all []tensor
	vector := func(name string, n int, f fill) { all = append(all, tensor{name: name, cols: n, rows: 1, fill: f}) }
	matrix := func(name string, in, out int) {
		all = append(all, tensor{name: name, cols: in, rows: out, fill: drawn, scale: max(0.02, 1/math.Sqrt(float64(in))), stream: uint64(len(all))})
	}
	bias := func(name string, n int) {
		all = append(all, tensor{name: name, cols: n, rows: 1, fill: drawn, scale: 0.1, stream: uint64(len(all))})
	}
	queries, keys := s.Heads*s.HeadDim, s.KVHeads*s.HeadDim
	for i := range s.Blocks {
		block := fmt.Sprintf("blk.%d.", i)
		attention := func(name string, out int) {
			if s.Architecture == "qwen2" {
				bias(block+name+".bias", out)
			}
			matrix(block+name+".weight", s.Embedding, out)
		}
		if s.Architecture != "phi3" {
			attention("attn_k", keys)
		}
		vector(block+"attn_norm.weight", s.Embedding, ones)
		matrix(block+"attn_output.weight", queries, s.Embedding)
		if s.Architecture == "phi3" {
			attention("attn_qkv", queries+2*keys)
		} else {
			attention("attn_q", queries)
			attention("attn_v", keys)
		}
		matrix(block+"ffn_down.weight", s.FeedForward, s.Embedding)
		if s.Architecture != "phi3" {
			matrix(block+"ffn_gate.weight", s.Embedding, s.FeedForward)
		}
		vector(block+"ffn_norm.weight", s.Embedding, ones)
		if s.Architecture == "phi3" {
			matrix(block+"ffn_up.weight", s.Embedding, 2*s.FeedForward)
		} else {
			matrix(block+"ffn_up.weight", s.Embedding, s.FeedForward)
		}
	}
	const words = 1 << 32 // a stream that no other tensor has
	if !s.Tied {
		all = append(all, tensor{"output.weight", s.Embedding, s.Vocabulary, paired, 0.02, words})
	}
	vector("output_norm.weight", s.Embedding, signs)
	if s.RopeFactors {
		if s.Architecture == "phi3" { // those of contexts beyond the trained one, and those within
			vector("rope_factors_long.weight", s.HeadDim/2, factors)
			vector("rope_factors_short.weight", s.HeadDim/2, factors)
		} else {
			vector("rope_freqs.weight", s.HeadDim/2, factors)
		}
	}
	return append(all, tensor{"token_embd.weight", s.Embedding, s.Vocabulary, paired, 2 * math.Sqrt(float64(s.Blocks)), words})
}
