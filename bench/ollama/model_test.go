package ollama

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/ollama/ollama/api"
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
		{Model{Name: "m", Weights: path, Precision: "q4_0"}, `m: precision "q4_0": Ollama makes f16, q8_0, q4_K_M, q4_K_S of f16 weights`},
		{Model{Name: "m", Weights: path, Precision: "f32"}, `m: precision "f32"`},
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
		{`{"details":{"quantization_level":"Q8_0"}}`, "is Q8_0, not q4_K_M", "somebody made another under its name"},
		{`{"details":{"quantization_level":"Q4_K_M"},"tensors":[{"name":"a.weight","type":"Q5_0","shape":[128,128]}]}`, "a.weight, of shape [128 128], fell back to Q5_0", "128 is not a multiple of 256"},
	} {
		_, _, err := fake(t, 200, test.show).Create(t.Context(), Model{Name: "m", Weights: weights, Precision: "q4_K_M"})
		if test.fault == "" {
			require.NoError(t, err, test.why)
		} else {
			require.ErrorContains(t, err, test.fault, test.why)
		}
	}
	require.NoError(t, checkTypes([]api.Tensor{{Type: "F16"}}))
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
