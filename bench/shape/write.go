package shape

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/ollama/ollama/fs/ggml"
)

// Write writes a twin of s with weights drawn from the seed, the same bytes for the same two, as a GGUF file of version 3
// at f16: the master that Ollama quantises. It holds no tensor in memory but a row of it, and the vocabulary.
//
// Every weight is a number of its own from a generator, not one of a block that repeats: that would be no faster to
// write than the generator is, and then nothing need be shown about what compresses, or caches, it.
//
// The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
func Write(w io.Writer, s Shape, seed uint64) error {
	if err := s.Check(); err != nil {
		return err
	}
	f := &file{w: bufio.NewWriterSize(w, 1<<20)}
	tensors := s.tensors()
	keys := s.keys()
	f.put([]byte("GGUF"), uint32(3), uint64(len(tensors)), uint64(len(keys)))
	for _, k := range keys {
		f.key(k.name, k.value)
	}
	var offset int64
	for _, t := range tensors {
		f.string(t.name)
		if t.rows == 1 {
			f.put(uint32(1), uint64(t.cols), uint32(ggml.TensorTypeF32))
			f.put(uint64(offset))
			offset += padded(4 * t.elements())
		} else {
			f.put(uint32(2), uint64(t.cols), uint64(t.rows), uint32(ggml.TensorTypeF16))
			f.put(uint64(offset))
			offset += padded(2 * t.elements())
		}
	}
	f.pad()
	for _, t := range tensors {
		f.weights(t, seed)
		f.pad()
	}
	if f.err == nil {
		f.err = f.w.Flush()
	}
	if f.err != nil {
		return fmt.Errorf("shape: writing a twin of %d parameters, %d bytes: %w", s.Parameters(), s.Bytes("f16"), f.err)
	}
	return nil
}

// A file is what has been written of one; after the first error nothing more is.
type file struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (f *file) bytes(b []byte) {
	if f.err == nil {
		_, f.err = f.w.Write(b)
		f.n += int64(len(b))
	}
}

func (f *file) put(values ...any) {
	var b []byte
	for _, v := range values {
		b, _ = binary.Append(b, binary.LittleEndian, v) // fails for types without a size only
	}
	f.bytes(b)
}

func (f *file) string(s string) {
	f.bytes(append(binary.LittleEndian.AppendUint64(nil, uint64(len(s))), s...))
}

const alignment = 32 // GGUF's where general.alignment says no other

func padded(n int64) int64 { return (n + alignment - 1) / alignment * alignment }

func (f *file) pad() { f.bytes(make([]byte, padded(f.n)-f.n)) }

// key writes a pair of metadata. The types are numbered as in the format.
func (f *file) key(name string, value any) {
	f.string(name)
	switch v := value.(type) {
	case string:
		f.put(uint32(8))
		f.string(v)
	case bool:
		f.put(uint32(7), v)
	case uint32:
		f.put(uint32(4), v)
	case float32:
		f.put(uint32(6), v)
	case []int32:
		f.put(uint32(9), uint32(5), uint64(len(v)), v)
	case []string:
		f.put(uint32(9), uint32(8), uint64(len(v)))
		for _, s := range v {
			f.string(s)
		}
	default:
		f.err = fmt.Errorf("key %s is a %T", name, value)
	}
}

type key struct {
	name  string
	value any
}

// keys are the metadata. general.name must not contain "phi3" or "phi-3": llama.cpp would look for tokens that Phi-3's
// own vocabulary has. Without add_bos_token, llama.cpp and Ollama's own engine would differ in what they do. The
// tokeniser is Llama 3's kind for every architecture; that of Phi-3 and Mistral is another, which shows in the time to
// load a model and to cut its prompt, a millisecond or two, and in no count.
func (s Shape) keys() []key {
	tokens, types, merges := vocabulary(s.Vocabulary)
	keys := []key{
		{"general.architecture", s.Architecture},
		{"general.name", "shape twin with random weights"},
		{"general.file_type", uint32(ggml.FileTypeF16)},
		{"tokenizer.ggml.model", "gpt2"},
		{"tokenizer.ggml.pre", "llama-bpe"},
		{"tokenizer.ggml.tokens", tokens},
		{"tokenizer.ggml.token_type", types},
		{"tokenizer.ggml.merges", merges},
		{"tokenizer.ggml.bos_token_id", uint32(begin)},
		{"tokenizer.ggml.eos_token_id", uint32(end)},
		{"tokenizer.ggml.add_bos_token", false},
		{"tokenizer.ggml.add_eos_token", false},
	}
	own := []key{
		{"vocab_size", uint32(s.Vocabulary)},
		{"context_length", uint32(s.Context)},
		{"embedding_length", uint32(s.Embedding)},
		{"feed_forward_length", uint32(s.FeedForward)},
		{"block_count", uint32(s.Blocks)},
		{"attention.head_count", uint32(s.Heads)},
		{"attention.head_count_kv", uint32(s.KVHeads)},
		{"attention.key_length", uint32(s.HeadDim)},
		{"attention.value_length", uint32(s.HeadDim)},
		{"attention.layer_norm_rms_epsilon", float32(1e-5)},
		{"rope.dimension_count", uint32(s.HeadDim)},
		{"rope.freq_base", float32(s.RopeBase)},
	}
	if s.Architecture == "phi3" {
		own = append(own, key{"rope.scaling.original_context_length", uint32(s.Context)}, key{"attention.sliding_window", uint32(s.SlidingWindow)})
	}
	for i := range own {
		own[i].name = s.Architecture + "." + own[i].name
	}
	return slices.Concat(keys, own)
}
