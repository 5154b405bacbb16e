package export

import (
	"fmt"
	"slices"

	"github.com/ollama/ollama/fs/ggml"

	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// Arch is an architecture of language models by llama.cpp's name, which is general.architecture in the file.
type Arch string

// The architectures that [nn] can train. Mistral's models are of the llama architecture to llama.cpp and Ollama.
const (
	Llama Arch = "llama"
	Phi3  Arch = "phi3"
	Qwen2 Arch = "qwen2"
)

func (a Arch) check() error {
	if all := []Arch{Llama, Phi3, Qwen2}; !slices.Contains(all, a) {
		return fmt.Errorf("general.architecture is %q, want one of %q", a, all)
	}
	return nil
}

// Config is c with what the architecture alone decides.
func (a Arch) Config(c nn.Config) nn.Config {
	c.NeoX, c.Bias = a != Llama, a == Qwen2
	return c
}

// stored lists the model's tensors as the architecture's files hold them. Phi-3 has queries, keys and values in one matrix,
// and gate and up in another.
func (a Arch) stored(m *nn.Model) []*nn.Tensor {
	if a != Phi3 {
		return m.Tensors
	}
	byName := map[string]*nn.Tensor{}
	for _, t := range m.Tensors {
		byName[t.Name] = t
	}
	var out []*nn.Tensor
	for _, t := range m.Tensors {
		var block int
		var part string
		if n, _ := fmt.Sscanf(t.Name, "blk.%d.%s", &block, &part); n < 2 {
			out = append(out, t)
			continue
		}
		stack := func(name string, parts ...string) {
			all := &nn.Tensor{Name: fmt.Sprintf("blk.%d.%s.weight", block, name), Cols: t.Cols}
			for _, p := range parts {
				one := byName[fmt.Sprintf("blk.%d.%s.weight", block, p)]
				all.Rows += one.Rows
				all.Data = append(all.Data, one.Data...)
			}
			out = append(out, all)
		}
		switch part {
		case "attn_q.weight":
			stack("attn_qkv", "attn_q", "attn_k", "attn_v")
		case "ffn_gate.weight":
			stack("ffn_up", "ffn_gate", "ffn_up")
		case "attn_k.weight", "attn_v.weight", "ffn_up.weight":
		default:
			out = append(out, t)
		}
	}
	return out
}

// unstack copies what stored stacked back into the model's own tensors.
func (a Arch) unstack(m *nn.Model, stored []*nn.Tensor) {
	if a != Phi3 {
		return // they are the model's own
	}
	byName := map[string]*nn.Tensor{}
	for _, t := range m.Tensors {
		byName[t.Name] = t
	}
	for _, s := range stored {
		var block int
		var part string
		fmt.Sscanf(s.Name, "blk.%d.%s", &block, &part)
		data := s.Data
		for _, p := range map[string][]string{"attn_qkv.weight": {"attn_q", "attn_k", "attn_v"}, "ffn_up.weight": {"ffn_gate", "ffn_up"}}[part] {
			t := byName[fmt.Sprintf("blk.%d.%s.weight", block, p)]
			data = data[copy(t.Data, data):]
		}
	}
}

// keys are the metadata that the architecture needs beyond those of all (names: docs/gguf.md in ggml-org/ggml), without
// the architecture's own prefix.
func (a Arch) keys(c nn.Config) ggml.KV {
	head := uint32(c.Hidden / c.Heads)
	kv := ggml.KV{
		"vocab_size":                       uint32(c.Vocab),
		"context_length":                   uint32(Context),
		"embedding_length":                 uint32(c.Hidden),
		"feed_forward_length":              uint32(c.FFN),
		"block_count":                      uint32(c.Layers),
		"attention.head_count":             uint32(c.Heads),
		"attention.head_count_kv":          uint32(c.KVHeads),
		"attention.key_length":             head,
		"attention.value_length":           head,
		"attention.layer_norm_rms_epsilon": float32(c.Eps),
		"rope.dimension_count":             head,
		"rope.freq_base":                   float32(c.Theta),
	}
	if a == Phi3 {
		kv["rope.scaling.original_context_length"] = uint32(Context)
	}
	return kv
}
