package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/x448/float16"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// Read reads a file that Write wrote: the weights as f16 holds them, and the tokeniser.
func Read(path string) (file File, err error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("export: %w", err)
	}
	defer f.Close()
	defer func() {
		// ggml.Decode trusts the lengths that it reads, and panics on garbage.
		if r := recover(); r != nil {
			err = fmt.Errorf("not a sound GGUF file: %v", r)
		}
		if err != nil {
			file, err = File{}, fmt.Errorf("export: reading %s: %w (restore it, or train it anew: go run ./tools/miniature)", path, err)
		}
	}()
	g, err := ggml.Decode(f, -1)
	if err != nil {
		return File{}, err
	}
	kv := g.KV()
	file = File{Arch: Arch(kv.Architecture()), Name: kv.String("general.name")}
	if err := file.Arch.check(); err != nil {
		return File{}, err
	}
	if file.Model, err = nn.New(file.Arch.Config(nn.Config{
		Vocab:   int(kv.Uint("vocab_size")),
		Hidden:  int(kv.Uint("embedding_length")),
		FFN:     int(kv.Uint("feed_forward_length")),
		Layers:  int(kv.Uint("block_count")),
		Heads:   int(kv.Uint("attention.head_count")),
		KVHeads: int(kv.Uint("attention.head_count_kv")),
		Theta:   float64(kv.Float("rope.freq_base")),
		Eps:     float64(kv.Float("attention.layer_norm_rms_epsilon")),
	})); err != nil {
		return File{}, err
	}
	if file.Tokens, err = bpe.New(kv.Strings("tokenizer.ggml.merges")); err != nil {
		return File{}, err
	}
	if n := len(file.Tokens.Tokens()); n != file.Model.Vocab {
		return File{}, fmt.Errorf("the merges make %d tokens, %s.vocab_size is %d", n, file.Arch, file.Model.Vocab)
	}
	return file, file.fill(g.Tensors(), f)
}

// fill reads the weights of the model.
func (f File) fill(there ggml.Tensors, r io.ReaderAt) error {
	byName := map[string]*ggml.Tensor{}
	for _, t := range there.Items() {
		byName[t.Name] = t
	}
	stored := f.Arch.stored(f.Model)
	if len(byName) != len(stored) {
		return fmt.Errorf("%d tensors, want %d", len(byName), len(stored))
	}
	for _, t := range stored {
		s, ok := byName[t.Name]
		if !ok {
			return fmt.Errorf("no tensor %s", t.Name)
		}
		if s.Elements() != uint64(len(t.Data)) || s.Shape[0] != uint64(t.Cols) {
			return fmt.Errorf("tensor %s: shape %v, want [%d %d]", t.Name, s.Shape, t.Cols, t.Rows)
		}
		section := io.NewSectionReader(r, int64(there.Offset+s.Offset), int64(s.Size()))
		if err := values(t.Data, ggml.TensorType(s.Kind), section); err != nil {
			return fmt.Errorf("tensor %s: %w", t.Name, err)
		}
	}
	f.Arch.unstack(f.Model, stored)
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
			out[i] = float16.Frombits(h).Float32()
		}
		return nil
	}
	return fmt.Errorf("is stored as %s, want F16 or F32", kind)
}
