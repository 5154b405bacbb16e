package ollama

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"
)

// Weights that the server must never see; a server that fails the test at any request stands for it.
func TestCreateRefuses(t *testing.T) {
	good, err := os.ReadFile(randomWeights(t, 1))
	require.NoError(t, err)
	change := func(old, new string) []byte {
		require.Equal(t, 1, bytes.Count(good, []byte(old)), "%q", old)
		return bytes.Replace(good, []byte(old), []byte(new), 1)
	}
	u32 := func(v uint32) string { return string(binary.LittleEndian.AppendUint32(nil, v)) }
	u64 := func(v uint64) string { return string(binary.LittleEndian.AppendUint64(nil, v)) }

	for _, test := range []struct {
		name    string
		weights []byte
		fault   string
		why     string
	}{
		{"empty", nil, "4 bytes announced, 0 left", "an interrupted download"},
		{"text", []byte("version https://git-lfs.github.com/spec/v1\n"), "not a GGUF file", "a pointer of git-lfs"},
		{"magic only", good[:4], "truncated", "nothing follows"},
		{"magic and garbage", append(bytes.Clone(good[:24]), bytes.Repeat([]byte{0xff}, 1000)...), "a name of 18446744073709551615 bytes", "panics the server: slice bounds out of range"},
		{"big-endian", append([]byte("FUGG"), good[4:]...), "not a GGUF file", "nothing writes it"},
		{"version 1", append([]byte("GGUF\x01\x00\x00\x00"), good[8:]...), "of version 2 or 3", "32-bit lengths"},
		{"header cut", good[:500], "truncated GGUF: byte", "in the metadata"},
		{"tensors cut", good[:len(good)-1], `tensor "token_embd.weight" offset+size`, "the last byte of the last tensor"},
		{"string beyond the end", change("general.architecture"+u32(8)+u64(5), "general.architecture"+u32(8)+u64(1<<62)), "announced", "would be allocated"},
		{"array beyond the end", change("tokenizer.ggml.token_type"+u32(9)+u32(5)+u64(259), "tokenizer.ggml.token_type"+u32(9)+u32(5)+u64(1<<62)), "announced", "4 times 2⁶² overflows"},
		{"array of arrays", change("tokenizer.ggml.token_type"+u32(9)+u32(5), "tokenizer.ggml.token_type"+u32(9)+u32(9)), "unknown type 9", "the format has none"},
		{"type", change("general.file_type"+u32(4), "general.file_type"+u32(99)), "unknown type 99", "there are 13"},
		{"tensor of 2⁶⁴ elements", change("token_embd.weight"+u32(2)+u64(256)+u64(259), "token_embd.weight"+u32(2)+u64(256)+u64(1<<56)), `"token_embd.weight" is larger than the file`, "the product is 0 in 64 bits"},
		{"dimensions", change("token_embd.weight"+u32(2), "token_embd.weight"+u32(1<<31)), "dimensions", "would be allocated"},
		{"tensor type", change("token_embd.weight"+u32(2)+u64(256)+u64(259)+u32(1), "token_embd.weight"+u32(2)+u64(256)+u64(259)+u32(77)), "unknown type 77", "its size would count as 0"},
		{"alignment", change("general.file_type"+u32(4)+u32(1), "general.alignment"+u32(4)+u32(0)), "an alignment of 0", "panics the server: division by zero"},
		{"f32", change("general.file_type"+u32(4)+u32(1), "general.file_type"+u32(4)+u32(0)), "general.file_type is 0", "Ollama calls it unknown and does not quantise it"},
		{"bf16", change("general.file_type"+u32(4)+u32(1), "general.file_type"+u32(4)+u32(32)), "general.file_type is 32 (BF16), not F16 (1)", "Ollama does not quantise it"},
		{"no vocabulary", change("tokenizer.ggml.tokens", "tokenizer.ggml.takens"), "not a language model", "no runner could load it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "weights.gguf")
			require.NoError(t, os.WriteFile(path, test.weights, 0o600))
			s := fake(t, 500, `{"error":"the server has been asked"}`)
			_, _, err := s.Create(t.Context(), Model{Name: "m", Weights: path, Precision: "f16"})
			require.ErrorContains(t, err, test.fault, test.why)
			require.ErrorContains(t, err, path)
		})
	}

	path := filepath.Join(t.TempDir(), "good.gguf")
	require.NoError(t, os.WriteFile(path, good, 0o600))
	for _, test := range []struct {
		model Model
		fault string
	}{
		{Model{Name: "m", Weights: path, Precision: "q4_0"}, `m: precision "q4_0": f32, f16, q8_0, q4_K_M, q4_K_S can be made of f16 weights`},
		{Model{Name: "m", Weights: path, Precision: "f16", Projector: path}, `projector of m: ` + path + `: GGUF of architecture "llama"`},
		{Model{Name: "m", Weights: path, Precision: "F16"}, `m: precision "F16"`},
		{Model{Name: "m", Weights: path}, `m: precision ""`},
		{Model{Name: "m", Weights: path + ".absent", Precision: "f16"}, "good.gguf.absent: no such file"},
		{Model{Name: "m", Weights: t.TempDir(), Precision: "f16"}, "is a directory"},
		{Model{Name: "a b", Weights: path, Precision: "f16"}, `"a b" is no name`},
		{Model{Weights: path, Precision: "f16"}, `"" is no name`},
		{Model{Name: "m", Weights: path, Precision: "f16"}, "the server has been asked"},
	} {
		_, _, err := fake(t, 500, `{"error":"the server has been asked"}`).Create(t.Context(), test.model)
		require.ErrorContains(t, err, test.fault, "%+v", test.model)
	}
}

// What the server has under the name must be what was asked for.
func TestCreateChecksWhatIsThere(t *testing.T) {
	weights := randomWeights(t, 1)
	for _, test := range []struct{ show, fault, why string }{
		{`{"details":{"quantization_level":"Q4_K_M"},"tensors":[{"name":"a.weight","type":"Q4_K"},{"name":"b.weight","type":"Q6_K"}]}`, "", "Q4_K_M is a mixture by design"},
		{`{"details":{"quantization_level":"Q8_0"},"tensors":[{"name":"a.weight","type":"Q8_0","shape":[256,256]}]}`, "a.weight, of shape [256 256], is Q8_0: not what q4_K_M is made of", "somebody made another under its name"},
		{`{"details":{"quantization_level":"Q4_K_M"},"tensors":[{"name":"a.weight","type":"Q5_0","shape":[128,128]}]}`, "a.weight, of shape [128 128], is Q5_0", "128 is not a multiple of 256"},
		{`{"details":{"quantization_level":"Q4_K_M"},"tensors":[{"name":"a.weight","type":"Q6_K"}]}`, "none of its 1 tensors is Q4_K", "the mixture needs what it is named after"},
		{`{"details":{"quantization_level":"Q4_K_M"}}`, "none of its 0 tensors is Q4_K", "a server that names no tensors proves nothing"},
	} {
		_, _, err := fake(t, 200, test.show).Create(t.Context(), Model{Name: "m", Weights: weights, Precision: "q4_K_M"})
		if test.fault == "" {
			require.NoError(t, err, test.why)
		} else {
			require.ErrorContains(t, err, test.fault, test.why)
		}
	}
}

// A digest that stands beside the weights must be theirs.
func TestCreateChecksSums(t *testing.T) {
	path := randomWeights(t, 1)
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	sum := fmt.Sprintf("%x", sha256.Sum256(file))
	other := strings.Repeat("0", 64)
	for _, test := range []struct{ sums, fault, why string }{
		{sum + "  " + filepath.Base(path) + "\n", "the server has been asked", "the digest is the one that is pinned"},
		{other + "  elsewhere.gguf\n", "the server has been asked", "another file's digest"},
		{other + "  " + filepath.Base(path) + "\n", "its SHA-256 is " + sum + ", but " + filepath.Join(filepath.Dir(path), "SHA256SUMS") + " says " + other + ": it is damaged or was edited (restore it", "weights that were edited"},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "SHA256SUMS"), []byte(test.sums), 0o600))
		_, _, err := fake(t, 500, `{"error":"the server has been asked"}`).Create(t.Context(), Model{Name: "m", Weights: path, Precision: "f16"})
		require.ErrorContains(t, err, test.fault, test.why)
		require.Equal(t, strings.Contains(test.fault, "edited"), strings.Contains(err.Error(), path), test.why)
	}
}

// TestWiden: every half becomes the float32 of the same value, and what was f32 stays as it is.
func TestWiden(t *testing.T) {
	in, err := os.Open(randomWeights(t, 1))
	require.NoError(t, err)
	defer in.Close()
	out, err := os.Create(filepath.Join(t.TempDir(), "wide.gguf"))
	require.NoError(t, err)
	defer out.Close()
	require.NoError(t, widen(in, out))
	narrow, wide := decoded(t, in), decoded(t, out)
	require.EqualValues(t, 0, wide.KV().Uint("general.file_type"), "F32 in llama.cpp's numbering, which KV.FileType takes for absent")
	require.Equal(t, narrow.KV().Strings("tokenizer.ggml.tokens"), wide.KV().Strings("tokenizer.ggml.tokens"))
	require.Len(t, wide.Tensors().Items(), len(narrow.Tensors().Items()))
	for i, from := range narrow.Tensors().Items() {
		to := wide.Tensors().Items()[i]
		require.Equal(t, from.Name, to.Name)
		require.Equal(t, "F32", to.Type())
		a, b := make([]byte, from.Size()), make([]float32, to.Elements())
		_, err := in.ReadAt(a, int64(narrow.Tensors().Offset+from.Offset))
		require.NoError(t, err)
		require.NoError(t, binary.Read(io.NewSectionReader(out, int64(wide.Tensors().Offset+to.Offset), int64(to.Size())), binary.LittleEndian, b))
		if from.Type() == "F32" {
			want := make([]float32, len(b))
			_, err := binary.Decode(a, binary.LittleEndian, want)
			require.NoError(t, err)
			require.Equal(t, want, b)
			continue
		}
		for j, x := range b { // IEEE 754 binary16 by its definition; the weights have no infinities
			h := binary.LittleEndian.Uint16(a[2*j:])
			fraction, exponent := float64(h&1023)/1024, int(h>>10&31)
			value := math.Ldexp(1+fraction, exponent-15)
			if exponent == 0 {
				value = math.Ldexp(fraction, -14)
			}
			require.Equal(t, float32(math.Copysign(value, -(float64(h>>15)-0.5))), x, "%s[%d]", from.Name, j)
		}
	}
}

func decoded(t *testing.T, f *os.File) *ggml.GGML {
	_, err := f.Seek(0, io.SeekStart)
	require.NoError(t, err)
	g, err := ggml.Decode(f, -1)
	require.NoError(t, err)
	return g
}

// No file makes the check panic, and none that the walk lets pass makes Ollama's own reader panic.
func FuzzCheckWeights(f *testing.F) {
	good, err := os.ReadFile(randomWeights(f, 1))
	require.NoError(f, err)
	f.Add(good[:1000])
	f.Add(tinyGGUF(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		if checkWeights(bytes.NewReader(file)) == nil {
			_, err := ggml.Decode(bytes.NewReader(file), -1)
			require.NoError(t, err)
		}
	})
}

// tinyGGUF is a whole file that the check lets pass, small enough to mutate.
func tinyGGUF(tb testing.TB) []byte {
	f, err := os.Create(filepath.Join(tb.TempDir(), "tiny.gguf"))
	require.NoError(tb, err)
	defer f.Close()
	require.NoError(tb, ggml.WriteGGUF(f, ggml.KV{
		"general.architecture":  "llama",
		"general.file_type":     uint32(1),
		"general.alignment":     uint32(32),
		"llama.block_count":     uint32(1),
		"tokenizer.ggml.tokens": []string{"a"},
	}, []*ggml.Tensor{{Name: "t", Kind: 1, Shape: []uint64{2}, WriterTo: bytes.NewReader(make([]byte, 4))}}))
	b, err := os.ReadFile(f.Name())
	require.NoError(tb, err)
	require.NoError(tb, checkWeights(bytes.NewReader(b)))
	return b
}
