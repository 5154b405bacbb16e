package ollama

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/ollama/ollama/fs/ggml"
)

// checkWeights says why Ollama could not use a language model's GGUF, then winds the file back.
func checkWeights(file io.ReadSeeker) error {
	weights, err := decode(file)
	if err != nil {
		return err
	}
	kv := weights.KV()
	switch {
	case len(weights.Tensors().Items()) == 0, len(kv.Strings("tokenizer.ggml.tokens")) == 0, kv.BlockCount() == 0:
		return errors.New("GGUF without tensors, vocabulary or blocks: not a language model")
	case kv.FileType() != ggml.FileTypeF16:
		return fmt.Errorf("its general.file_type is %d (%v), not F16 (%d), the one that Ollama quantises", kv.Uint("general.file_type"), kv.FileType(), ggml.FileTypeF16)
	}
	return nil
}

// checkProjector does the same for the GGUF of a projector, which Ollama tells from a language model by its architecture.
func checkProjector(file io.ReadSeeker) error {
	weights, err := decode(file)
	if err != nil {
		return err
	}
	if a := weights.KV().Architecture(); a != "clip" || len(weights.Tensors().Items()) == 0 {
		return fmt.Errorf("GGUF of architecture %q with %d tensors, not a CLIP projector", a, len(weights.Tensors().Items()))
	}
	return nil
}

// decode reads a GGUF's header and winds the file back. Some files bring the whole server down (it trusts lengths and
// divides by the alignment), and its own reader is the one in package ggml: so the structure is walked here first, and
// only what holds is handed to that reader.
//
// The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
func decode(file io.ReadSeeker) (*ggml.GGML, error) {
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, err
	}
	if err := walkHeader(bufio.NewReaderSize(file, 32<<10), uint64(size)); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	weights, err := ggml.Decode(file, -1)
	if err != nil {
		return nil, fmt.Errorf("damaged or truncated GGUF: %w", err)
	}
	for _, t := range weights.Tensors().Items() {
		if t.Size() == 0 {
			return nil, fmt.Errorf("damaged GGUF: tensor %q is empty or of the unknown type %d", t.Name, t.Kind)
		}
	}
	_, err = file.Seek(0, io.SeekStart)
	return weights, err
}

// header walks through a GGUF header of which left bytes have not been read; after the first error it reads zeros.
type header struct {
	r    *bufio.Reader
	left uint64
	err  error
}

func walkHeader(r *bufio.Reader, size uint64) error {
	h := &header{r: r, left: size}
	if magic, version := h.uint32(), h.uint32(); h.err == nil && (magic != ggml.FILE_MAGIC_GGUF_LE || version < 2 || version > 3) {
		return errors.New("not a GGUF file of version 2 or 3 in little-endian order")
	}
	tensors, pairs := h.uint64(), h.uint64()
	for i := uint64(0); i < pairs && h.err == nil; i++ {
		key := h.string()
		kind := h.uint32()
		if key == "general.alignment" && kind == 4 { // uint32; of any other type, 32 is taken
			if h.uint32() == 0 {
				h.fail("an alignment of 0")
			}
			continue
		}
		h.value(kind)
	}
	for i := uint64(0); i < tensors && h.err == nil; i++ {
		h.tensor(size)
	}
	if h.err != nil {
		return fmt.Errorf("damaged or truncated GGUF: byte %d: %w", size-h.left, h.err)
	}
	return nil
}

// tensor reads a tensor's description. Elements and offset are bounded by the size of the file, so that no product or sum
// of them overflows; that they lie in the file is for ggml.Decode to check.
func (h *header) tensor(size uint64) {
	name := h.string()
	dimensions := h.uint32()
	if dimensions > 4 {
		h.fail("tensor %q has %d dimensions", name, dimensions)
		return
	}
	elements := uint64(1)
	for range dimensions {
		high, low := bits.Mul64(elements, h.uint64())
		if elements = low; high != 0 || low > 8*size { // no type has less than a bit for each
			h.fail("tensor %q is larger than the file", name)
			return
		}
	}
	h.uint32() // type
	if h.uint64() > size {
		h.fail("tensor %q begins behind the end of the file", name)
	}
}

// value skips a value of a metadata type, numbered as in the format: 8 is a string, 9 an array of any but arrays.
func (h *header) value(kind uint32) {
	switch kind {
	case 8:
		h.skip(h.uint64())
	case 9:
		element, n := h.uint32(), h.uint64()
		if element == 8 {
			for i := uint64(0); i < n && h.err == nil; i++ {
				h.skip(h.uint64())
			}
			return
		}
		high, low := bits.Mul64(n, h.width(element))
		if high != 0 {
			low = h.left + 1
		}
		h.skip(low)
	default:
		h.skip(h.width(kind))
	}
}

// width is how many bytes a number of a metadata type takes.
func (h *header) width(kind uint32) uint64 {
	switch kind {
	case 0, 1, 7: // uint8, int8, bool
		return 1
	case 2, 3: // uint16, int16
		return 2
	case 4, 5, 6: // uint32, int32, float32
		return 4
	case 10, 11, 12: // uint64, int64, float64
		return 8
	}
	h.fail("unknown type %d", kind)
	return 0
}

func (h *header) uint32() uint32 { return binary.LittleEndian.Uint32(h.read(4)) }

func (h *header) uint64() uint64 { return binary.LittleEndian.Uint64(h.read(8)) }

func (h *header) string() string {
	n := h.uint64()
	if n > 64<<10 {
		h.fail("a name of %d bytes", n)
		return ""
	}
	return string(h.read(int(n)))
}

func (h *header) read(n int) []byte {
	b := make([]byte, n)
	if h.take(uint64(n)) {
		if _, err := io.ReadFull(h.r, b); err != nil {
			h.err = err
		}
	}
	return b
}

func (h *header) skip(n uint64) {
	if h.take(n) {
		_, h.err = io.CopyN(io.Discard, h.r, int64(n))
	}
}

// take counts bytes off and reports whether they are there.
func (h *header) take(n uint64) bool {
	if h.err == nil && n > h.left {
		h.fail("%d bytes announced, %d left in the file", n, h.left)
	}
	if h.err != nil {
		return false
	}
	h.left -= n
	return true
}

func (h *header) fail(format string, args ...any) {
	if h.err == nil {
		h.err = fmt.Errorf(format, args...)
	}
}
