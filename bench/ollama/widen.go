package ollama

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/x448/float16"
)

// widen writes the weights of a GGUF at f16 as f32 to out: the same numbers in twice the room. It shows what the format
// costs, not what it is worth. Ollama itself stores every matrix that it converts as f16 at most.
func widen(in *os.File, out *os.File) error {
	weights, err := ggml.Decode(in, -1)
	if err != nil {
		return err
	}
	kv := weights.KV()
	kv["general.file_type"] = uint32(ggml.FileTypeF32)
	var tensors []*ggml.Tensor
	for _, t := range weights.Tensors().Items() {
		data := io.NewSectionReader(in, int64(weights.Tensors().Offset+t.Offset), int64(t.Size()))
		wide := &ggml.Tensor{Name: t.Name, Shape: t.Shape, Kind: uint32(ggml.TensorTypeF32)}
		switch ggml.TensorType(t.Kind) {
		case ggml.TensorTypeF32:
			wide.WriterTo = copied{data}
		case ggml.TensorTypeF16:
			wide.WriterTo = widened{data}
		default:
			return fmt.Errorf("tensor %q is %s: only F16 and F32 can be written as f32", t.Name, t.Type())
		}
		tensors = append(tensors, wide)
	}
	return ggml.WriteGGUF(out, kv, tensors)
}

type (
	copied  struct{ data *io.SectionReader }
	widened struct{ data *io.SectionReader }
)

func (c copied) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, c.data) }

func (c widened) WriteTo(w io.Writer) (int64, error) {
	var total int64
	half, single := make([]byte, 32<<10), make([]byte, 0, 64<<10)
	for {
		n, err := io.ReadFull(c.data, half)
		if err == io.EOF {
			return total, nil
		}
		if err != nil && err != io.ErrUnexpectedEOF {
			return total, err
		}
		single = single[:0]
		for i := 0; i+2 <= n; i += 2 {
			single = binary.LittleEndian.AppendUint32(single, math.Float32bits(float16.Frombits(binary.LittleEndian.Uint16(half[i:])).Float32()))
		}
		written, err := w.Write(single)
		if total += int64(written); err != nil {
			return total, err
		}
	}
}
