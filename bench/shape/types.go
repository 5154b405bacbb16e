package shape

import (
	"slices"
	"strings"

	"github.com/ollama/ollama/fs/ggml"
)

// named are the precisions that bench/ollama makes, with the type that most matrices have at each.
var named = map[string]ggml.TensorType{
	"f32":    ggml.TensorTypeF32,
	"f16":    ggml.TensorTypeF16,
	"q8_0":   ggml.TensorTypeQ8_0,
	"q4_K_M": ggml.TensorTypeQ4_K,
	"q4_K_S": ggml.TensorTypeQ4_K,
}

// types gives each of the tensors the type that Ollama gives it at a precision; false if Ollama makes no such precision.
// It is getTensorNewType of Ollama v0.17.4's server/quantization.go for models without experts, whose rows are multiples
// of 256 (see Check); llama.cpp's llama_tensor_get_type decides the same for such models of up to 8 billion parameters.
func types(tensors []tensor, precision string) ([]ggml.TensorType, bool) {
	main, ok := named[precision]
	if !ok {
		return nil, false
	}
	blocks := 0
	for _, t := range tensors {
		if strings.HasSuffix(t.name, ".ffn_down.weight") {
			blocks++
		}
	}
	tied := !slices.ContainsFunc(tensors, func(t tensor) bool { return t.name == "output.weight" })
	out := make([]ggml.TensorType, len(tensors))
	values, downs := 0, 0
	for i, t := range tensors {
		out[i] = main
		switch {
		case t.rows == 1:
			out[i] = ggml.TensorTypeF32
		case main != ggml.TensorTypeQ4_K:
		case t.name == "output.weight", tied && t.name == "token_embd.weight":
			out[i] = ggml.TensorTypeQ6_K
		case strings.HasSuffix(t.name, ".attn_v.weight"):
			if precision == "q4_K_M" && moreBits(values, blocks) {
				out[i] = ggml.TensorTypeQ6_K
			} else if precision == "q4_K_S" && values < 4 {
				out[i] = ggml.TensorTypeQ5_K
			}
			values++
		case strings.HasSuffix(t.name, ".ffn_down.weight"):
			if precision == "q4_K_M" && moreBits(downs, blocks) {
				out[i] = ggml.TensorTypeQ6_K
			} else if precision == "q4_K_S" && downs < blocks/8 {
				out[i] = ggml.TensorTypeQ5_K
			}
			downs++
		case strings.HasSuffix(t.name, ".attn_qkv.weight") && precision == "q4_K_M":
			out[i] = ggml.TensorTypeQ5_K
		}
	}
	return out, true
}

// moreBits picks the first and the last eighth of the blocks, and every third between.
func moreBits(block, blocks int) bool {
	return block < blocks/8 || block >= 7*blocks/8 || (block-blocks/8)%3 == 2
}

// Bytes is what the weights take at a precision, in bytes: exact to the byte for what Ollama makes of f16, in which
// q8_0 has 8.5 bits a weight, q6_K 6.5625, q5_K 5.5 and q4_K 4.5. A file of them is larger by its header and the
// vocabulary in it, a few megabytes. It is 0 for a precision that Ollama does not make.
func (s Shape) Bytes(precision string) int64 { return s.bytes(precision, false) }

// BytesPerToken is how many bytes of weights are read for one token of an answer at a precision: all of them, but of the
// embedding one row where it is not the output matrix too, and that row besides where it is. Memory bandwidth divided by
// it is the most tokens a second that a machine can answer, were it not for the cache of keys and values, of which
// [Shape.KVBytes] are read for each token before. It is 0 for a precision that Ollama does not make.
func (s Shape) BytesPerToken(precision string) int64 { return s.bytes(precision, true) }

func (s Shape) bytes(precision string, read bool) int64 {
	tensors := s.tensors()
	kinds, _ := types(tensors, precision)
	var n int64
	for i, kind := range kinds {
		row := ggml.Tensor{Kind: uint32(kind), Shape: []uint64{uint64(tensors[i].cols)}}.Size()
		rows := int64(tensors[i].rows)
		if read && tensors[i].name == "token_embd.weight" {
			if rows = 1; s.Tied {
				rows += int64(tensors[i].rows)
			}
		}
		n += int64(row) * rows
	}
	return n
}
