package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/ollama/ollama/fs/ggml"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// Read reads a file that Write wrote: the weights as f16 holds them, and the tokeniser.
func Read(path string) (m *nn.Model, t *bpe.Tokenizer, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("export: %w", err)
	}
	defer f.Close()
	defer func() {
		// ggml.Decode trusts the lengths that it reads, and panics on garbage.
		if r := recover(); r != nil {
			err = fmt.Errorf("not a sound GGUF file: %v", r)
		}
		if err != nil {
			m, t, err = nil, nil, fmt.Errorf("export: reading %s: %w (restore it, or train it anew: go run ./tools/miniature)", path, err)
		}
	}()
	g, err := ggml.Decode(f, -1)
	if err != nil {
		return nil, nil, err
	}
	if m, err = shape(g.KV()); err != nil {
		return nil, nil, err
	}
	if t, err = bpe.New(g.KV().Strings("tokenizer.ggml.merges")); err != nil {
		return nil, nil, err
	}
	if n := len(t.Tokens()); n != m.Vocab {
		return nil, nil, fmt.Errorf("the merges make %d tokens, llama.vocab_size is %d", n, m.Vocab)
	}
	return m, t, fill(m, g.Tensors(), f)
}

// shape makes the model that the metadata describe.
func shape(kv ggml.KV) (*nn.Model, error) {
	if a := kv.Architecture(); a != "llama" {
		return nil, fmt.Errorf("general.architecture is %q, want llama", a)
	}
	return nn.New(nn.Config{
		Vocab:   int(kv.Uint("vocab_size")),
		Hidden:  int(kv.Uint("embedding_length")),
		FFN:     int(kv.Uint("feed_forward_length")),
		Layers:  int(kv.Uint("block_count")),
		Heads:   int(kv.Uint("attention.head_count")),
		KVHeads: int(kv.Uint("attention.head_count_kv")),
		Theta:   float64(kv.Float("rope.freq_base")),
		Eps:     float64(kv.Float("attention.layer_norm_rms_epsilon")),
	})
}

// fill reads the weights of m.
func fill(m *nn.Model, stored ggml.Tensors, r io.ReaderAt) error {
	byName := map[string]*ggml.Tensor{}
	for _, t := range stored.Items() {
		byName[t.Name] = t
	}
	if len(byName) != len(m.Tensors) {
		return fmt.Errorf("%d tensors, want %d", len(byName), len(m.Tensors))
	}
	for _, t := range m.Tensors {
		s, ok := byName[t.Name]
		if !ok {
			return fmt.Errorf("no tensor %s", t.Name)
		}
		if s.Elements() != uint64(len(t.Data)) || s.Shape[0] != uint64(t.Cols) {
			return fmt.Errorf("tensor %s: shape %v, want [%d %d]", t.Name, s.Shape, t.Cols, t.Rows)
		}
		section := io.NewSectionReader(r, int64(stored.Offset+s.Offset), int64(s.Size()))
		if err := values(t.Data, ggml.TensorType(s.Kind), section); err != nil {
			return fmt.Errorf("tensor %s: %w", t.Name, err)
		}
	}
	return nil
}

func values(out []float32, kind ggml.TensorType, r io.Reader) error {
	switch kind {
	case ggml.TensorTypeF32:
		return binary.Read(r, binary.LittleEndian, out)
	case ggml.TensorTypeF16:
		halves := make([]uint16, len(out))
		if err := binary.Read(r, binary.LittleEndian, halves); err != nil {
			return err
		}
		for i, h := range halves {
			out[i] = fromHalf(h)
		}
		return nil
	}
	return fmt.Errorf("is stored as %s, want F16 or F32", kind)
}
