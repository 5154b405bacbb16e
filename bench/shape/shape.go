// Package shape writes shape twins: models of the true architecture and dimensions of a published one, with random
// weights. What a model costs on a machine, in time, memory and joules, hangs on its shape and not on what it knows, so
// a twin tells it before a byte of the model is downloaded. It says nothing about answers.
//
// Three things make a twin compute as the model does, and each is tested with a real server: its weights are drawn so
// that no number in it is denormal, grows or vanishes ([Write]); a prompt is exactly as many tokens as are asked for
// ([Prompt]); and an answer ends only when it is as long as was asked for, since a twin answers by saying two words in
// turn for ever, neither the end of text nor one word over and over, which Ollama would cut off.
package shape

import (
	"errors"
	"fmt"
	"slices"
)

// Shape is the architecture and the dimensions of a language model. The names of its fields in JSON are part of the
// form of a suite.
type Shape struct {
	// Architecture is llama.cpp's name: llama (Mistral's models too), phi3 (queries, keys and values in one matrix, gate
	// and up in another) or qwen2 (biases on queries, keys and values).
	Architecture string `json:"architecture"`
	Blocks       int    `json:"blocks"`
	Embedding    int    `json:"embedding"`   // numbers per token between the blocks
	FeedForward  int    `json:"feedForward"` // numbers per token within the feed-forward part
	Heads        int    `json:"heads"`
	KVHeads      int    `json:"kvHeads"`
	HeadDim      int    `json:"headDim"`
	Vocabulary   int    `json:"vocabulary"` // rows of the embedding, padding included
	Context      int    `json:"context"`    // trained, tokens
	// RopeBase is the base of the rotary positions, theta.
	RopeBase float64 `json:"ropeBase"`
	// RopeFactors says that each rotary frequency is divided by a number of its own: Llama 3.1's and 3.2's scaling to long
	// contexts, Phi-3's longrope. All are 1 in a twin: a division costs the same whatever it is by.
	RopeFactors bool `json:"ropeFactors,omitempty"`
	// SlidingWindow is how many tokens back Phi-3 looks; 0 is all. llama.cpp reads and ignores it.
	SlidingWindow int `json:"slidingWindow,omitempty"`
	// Tied says that the embedding is the output matrix as well.
	Tied bool `json:"tied"`
	// Source is where the numbers stand, with the date on which they were read.
	Source string `json:"source"`
}

// Architectures that [Write] can write.
var architectures = []string{"llama", "phi3", "qwen2"}

// Check says why no twin of the shape can be written, or none that Ollama would quantise as it does the model.
func (s Shape) Check() error {
	var errs []error
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	refuse(!slices.Contains(architectures, s.Architecture), "architecture %q, want one of %q", s.Architecture, architectures)
	for _, d := range []struct {
		name        string
		value, most int // so that no product of them overflows
	}{
		{"blocks", s.Blocks, 1 << 10},
		{"embedding", s.Embedding, 1 << 17},
		{"feedForward", s.FeedForward, 1 << 20},
		{"heads", s.Heads, 1 << 10},
		{"kvHeads", s.KVHeads, 1 << 10},
		{"headDim", s.HeadDim, 1 << 10},
		{"vocabulary", s.Vocabulary, 1 << 20},
		{"context", s.Context, 1 << 24},
	} {
		refuse(d.value < 1 || d.value > d.most, "%s %d, want 1 to %d", d.name, d.value, d.most)
	}
	refuse(!(s.RopeBase >= 1 && s.RopeBase < 1e30), "ropeBase %v, want at least 1", s.RopeBase)
	refuse(s.SlidingWindow < 0, "slidingWindow %d, want 0 or more", s.SlidingWindow)
	if len(errs) > 0 {
		return fmt.Errorf("shape: %w", errors.Join(errs...))
	}
	queries := s.Heads * s.HeadDim
	refuse(s.Vocabulary < leastVocabulary, "vocabulary %d, want at least %d: the bytes and some words", s.Vocabulary, leastVocabulary)
	refuse(s.Heads%s.KVHeads != 0, "%d heads cannot share %d kvHeads evenly", s.Heads, s.KVHeads)
	refuse(s.HeadDim%2 != 0, "headDim %d is odd: rotary positions turn pairs", s.HeadDim)
	refuse(s.Architecture != "llama" && queries != s.Embedding, "%d heads of %d are not the embedding of %d, which llama.cpp takes for granted in %s", s.Heads, s.HeadDim, s.Embedding, s.Architecture)
	refuse(s.Architecture == "qwen2" && s.RopeFactors, "ropeFactors: llama.cpp has none in qwen2")
	for _, d := range []struct {
		name string
		row  int
	}{{"embedding", s.Embedding}, {"feedForward", s.FeedForward}, {"heads × headDim", queries}} {
		refuse(d.row%256 != 0, "%s %d is no multiple of 256: Ollama would take other types than q4_K silently", d.name, d.row)
	}
	if len(errs) > 0 {
		return fmt.Errorf("shape: %w", errors.Join(errs...))
	}
	return nil
}

// Parameters counts the weights as model cards do: rotary factors, which are not trained, are none.
func (s Shape) Parameters() int64 {
	var n int64
	for _, t := range s.tensors() {
		if t.fill != factors {
			n += t.elements()
		}
	}
	return n
}

// KVBytes is what keys and values of one token take in the cache, in bytes, all blocks together, at f16 (Ollama's choice
// where OLLAMA_KV_CACHE_TYPE says no other).
func (s Shape) KVBytes() int { return 2 * s.Blocks * s.KVHeads * s.HeadDim * 2 }
