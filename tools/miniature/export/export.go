// Package export writes a trained model as the GGUF file that Ollama imports, and reads it back: matrices as f16, norms
// as f32, with the tokeniser in it. The file is the same byte for byte for the same model.
//
// It knows the architectures of package nn and does not quantise; Ollama does that itself (/api/create with quantize),
// provided general.file_type is 1.
package export

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/x448/float16"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// Context is the longest prompt with its answer, in tokens, that the file says the model takes.
const Context = 2048

// Token types of llama.cpp's vocabulary (LLAMA_TOKEN_TYPE_*).
const (
	tokenNormal  int32 = 1
	tokenControl int32 = 3
)

// A File is what stands in a GGUF file.
type File struct {
	Arch   Arch
	Name   string // general.name
	Model  *nn.Model
	Tokens *bpe.Tokenizer
}

// Write writes f to path by way of a temporary file beside it: a failure leaves what was there.
func Write(path string, f File) error {
	if err := f.Arch.check(); err != nil {
		return fmt.Errorf("export: writing %s: %w", path, err)
	}
	return write(path, f.keys(), f.tensors())
}

// Round makes the weights what Write stores of them.
func Round(m *nn.Model) {
	for _, t := range m.Tensors {
		if t.Rows > 1 {
			for i, v := range t.Data {
				t.Data[i] = float16.Fromfloat32(v).Float32()
			}
		}
	}
}

func write(path string, kv ggml.KV, tensors []*ggml.Tensor) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("export: writing %s: %w", path, errors.Join(err, f.Close(), os.Remove(f.Name())))
		}
	}()
	if err := ggml.WriteGGUF(f, kv, tensors); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync()); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// keys are the metadata. The tokeniser is Llama 3's kind in every architecture. add_bos_token is written since llama.cpp
// and Ollama's own engine differ in what they do without it.
func (f File) keys() ggml.KV {
	tokens := f.Tokens.Tokens()
	types := make([]int32, len(tokens))
	for i := range types {
		types[i] = tokenNormal
	}
	types[bpe.BOS], types[bpe.EOS] = tokenControl, tokenControl
	kv := ggml.KV{
		"general.architecture": string(f.Arch),
		"general.name":         f.Name,
		"general.file_type":    uint32(ggml.FileTypeF16),
		"general.license":      "mit",

		"tokenizer.ggml.model":         "gpt2",
		"tokenizer.ggml.pre":           "llama-bpe",
		"tokenizer.ggml.tokens":        tokens,
		"tokenizer.ggml.token_type":    types,
		"tokenizer.ggml.merges":        f.Tokens.Merges(),
		"tokenizer.ggml.bos_token_id":  uint32(bpe.BOS),
		"tokenizer.ggml.eos_token_id":  uint32(bpe.EOS),
		"tokenizer.ggml.add_bos_token": true,
		"tokenizer.ggml.add_eos_token": false,
	}
	for key, value := range f.Arch.keys(f.Model.Config) {
		kv[string(f.Arch)+"."+key] = value
	}
	return kv
}

// tensors lists the weights; GGUF gives the length of a row first.
func (f File) tensors() []*ggml.Tensor {
	var out []*ggml.Tensor
	for _, t := range f.Arch.stored(f.Model) {
		if t.Rows == 1 {
			out = append(out, &ggml.Tensor{Name: t.Name, Kind: uint32(ggml.TensorTypeF32), Shape: []uint64{uint64(t.Cols)}, WriterTo: f32(t.Data)})
		} else {
			out = append(out, &ggml.Tensor{Name: t.Name, Kind: uint32(ggml.TensorTypeF16), Shape: []uint64{uint64(t.Cols), uint64(t.Rows)}, WriterTo: f16(t.Data)})
		}
	}
	return out
}

type (
	f32 []float32
	f16 []float32
)

func (x f32) WriteTo(w io.Writer) (int64, error) {
	return int64(4 * len(x)), binary.Write(w, binary.LittleEndian, []float32(x))
}

func (x f16) WriteTo(w io.Writer) (int64, error) {
	halves := make([]uint16, len(x))
	for i, v := range x {
		halves[i] = float16.Fromfloat32(v).Bits() // to nearest, ties to even, as llama.cpp's converter does
	}
	return int64(2 * len(x)), binary.Write(w, binary.LittleEndian, halves)
}
