package export

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"
	"github.com/x448/float16"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

func newFile(t *testing.T, arch Arch) File {
	tok, err := bpe.Train([]string{"abab", "abab"}, 260)
	require.NoError(t, err)
	m, err := nn.New(arch.Config(nn.Config{Vocab: 260, Hidden: 8, FFN: 12, Layers: 2, Heads: 2, KVHeads: 1, Theta: 500000, Eps: 1e-5}))
	require.NoError(t, err)
	m.Init(1)
	return File{arch, "a name", m, tok}
}

func TestWrite(t *testing.T) {
	for _, c := range []struct {
		arch  Arch
		block map[string][]uint64 // the matrices and biases that make its queries, keys, values, gates and ups
	}{
		{Llama, map[string][]uint64{
			"attn_q.weight F16": {8, 8}, "attn_k.weight F16": {8, 4}, "attn_v.weight F16": {8, 4},
			"ffn_gate.weight F16": {8, 12}, "ffn_up.weight F16": {8, 12},
		}},
		{Phi3, map[string][]uint64{"attn_qkv.weight F16": {8, 16}, "ffn_up.weight F16": {8, 24}}},
		{Qwen2, map[string][]uint64{
			"attn_q.weight F16": {8, 8}, "attn_k.weight F16": {8, 4}, "attn_v.weight F16": {8, 4},
			"attn_q.bias F32": {8}, "attn_k.bias F32": {4}, "attn_v.bias F32": {4},
			"ffn_gate.weight F16": {8, 12}, "ffn_up.weight F16": {8, 12},
		}},
	} {
		t.Run(string(c.arch), func(t *testing.T) {
			file := newFile(t, c.arch)
			path := filepath.Join(t.TempDir(), "m.gguf")
			require.NoError(t, Write(path, file))
			f, err := os.Open(path)
			require.NoError(t, err)
			defer f.Close()
			g, err := ggml.Decode(f, -1)
			require.NoError(t, err)

			kv := g.KV()
			require.Equal(t, uint32(1), kv.Uint("general.file_type"), "Ollama quantises nothing else")
			require.Equal(t, string(c.arch), kv.Architecture())
			require.Equal(t, "llama-bpe", kv.String("tokenizer.ggml.pre"))
			require.True(t, kv.Bool("tokenizer.ggml.add_bos_token"))
			require.Equal(t, file.Tokens.Tokens(), kv.Strings("tokenizer.ggml.tokens"))
			require.Equal(t, []int32{3, 3, 1}, kv.Ints("tokenizer.ggml.token_type")[:3])
			require.Equal(t, uint32(4), kv.Uint("rope.dimension_count"))

			got := map[string][]uint64{}
			for _, s := range g.Tensors().Items() {
				got[s.Name+" "+s.Type()] = s.Shape
			}
			want := map[string][]uint64{"token_embd.weight F16": {8, 260}, "output_norm.weight F32": {8}}
			for _, layer := range []string{"blk.0.", "blk.1."} {
				for name, shape := range map[string][]uint64{
					"attn_norm.weight F32": {8}, "attn_output.weight F16": {8, 8}, "ffn_norm.weight F32": {8}, "ffn_down.weight F16": {12, 8},
				} {
					want[layer+name] = shape
				}
				for name, shape := range c.block {
					want[layer+name] = shape
				}
			}
			require.Empty(t, cmp.Diff(want, got))
		})
	}
}

// TestStacked: in a file of Phi-3 the rows of queries, keys and values follow one another in this order, and those of gate
// and up (llama.cpp: build_qkv and LLM_FFN_SEQ, which takes the first half as the gate).
func TestStacked(t *testing.T) {
	file := newFile(t, Phi3)
	own, all := map[string][]float32{}, map[string][]float32{}
	for _, w := range file.Model.Tensors {
		own[w.Name] = w.Data
	}
	for _, w := range Phi3.stored(file.Model) {
		all[w.Name] = w.Data
	}
	require.Equal(t, slices.Concat(own["blk.1.attn_q.weight"], own["blk.1.attn_k.weight"], own["blk.1.attn_v.weight"]), all["blk.1.attn_qkv.weight"])
	require.Equal(t, slices.Concat(own["blk.1.ffn_gate.weight"], own["blk.1.ffn_up.weight"]), all["blk.1.ffn_up.weight"])
}

func TestReadBack(t *testing.T) {
	for _, arch := range []Arch{Llama, Phi3, Qwen2} {
		t.Run(string(arch), func(t *testing.T) {
			file := newFile(t, arch)
			dir := t.TempDir()
			first, second := filepath.Join(dir, "1.gguf"), filepath.Join(dir, "2.gguf")
			require.NoError(t, Write(first, file))
			again, err := Read(first)
			require.NoError(t, err)
			require.Equal(t, arch, again.Arch)
			require.Equal(t, "a name", again.Name)
			require.Equal(t, [2]bool{file.Model.NeoX, file.Model.Bias}, [2]bool{again.Model.NeoX, again.Model.Bias})
			require.Equal(t, file.Tokens.Merges(), again.Tokens.Merges())
			for i, w := range file.Model.Tensors {
				for j, x := range w.Data {
					require.Equal(t, float16.Fromfloat32(x).Float32(), again.Model.Tensors[i].Data[j], "%s[%d]", w.Name, j)
				}
			}
			require.NoError(t, Write(second, again))
			a, err := os.ReadFile(first)
			require.NoError(t, err)
			b, err := os.ReadFile(second)
			require.NoError(t, err)
			require.Equal(t, a, b, "rounding twice changes nothing, and nothing in the file depends on when it is written")
		})
	}
}

func TestReadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gguf")
	require.NoError(t, Write(path, newFile(t, Llama)))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, c := range []struct {
		why  string
		data []byte
		err  string
	}{
		{"cut in the weights", whole[:len(whole)-100], "exceeds file size"},
		{"cut in the header", whole[:40], "EOF"},
		{"empty", nil, "EOF"},
		{"no GGUF", []byte("version https://git-lfs.github.com/spec/v1\n"), "invalid file magic"},
		{"lengths without sense make ggml.Decode panic", append(append([]byte{}, whole[:24]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), "not a sound GGUF file"},
		{"another architecture", replaced(t, whole, "llama", "bloom"), `general.architecture is "bloom"`},
		{"a shape that does not fit", changed(t, whole, "llama.feed_forward_length", 16), "tensor blk.0.ffn_gate.weight: shape [8 12], want [8 16]"},
		{"more layers than there are", changed(t, whole, "llama.block_count", 3), "20 tensors, want 29"},
		{"a vocabulary that the merges do not make", changed(t, whole, "llama.vocab_size", 261), "the merges make 260 tokens, llama.vocab_size is 261"},
		{"no heads", changed(t, whole, "llama.attention.head_count", 0), "every field must be positive"},
	} {
		t.Run(c.why, func(t *testing.T) {
			bad := filepath.Join(t.TempDir(), "bad.gguf")
			require.NoError(t, os.WriteFile(bad, c.data, 0o600))
			_, err := Read(bad)
			require.ErrorContains(t, err, c.err)
			require.ErrorContains(t, err, "export: reading "+bad)
		})
	}
	_, err = Read(filepath.Join(t.TempDir(), "none.gguf"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// replaced replaces the value that follows the first key, general.architecture.
func replaced(t *testing.T, data []byte, old, new string) []byte {
	t.Helper()
	key := "general.architecture"
	at := indexOf(t, data, key) + len(key) + 4 + 8
	require.Equal(t, old, string(data[at:at+len(old)]))
	out := append([]byte{}, data...)
	copy(out[at:], new)
	return out
}

// changed sets the uint32 of a key, which follows its name and its type.
func changed(t *testing.T, data []byte, key string, value uint32) []byte {
	t.Helper()
	out := append([]byte{}, data...)
	binary.LittleEndian.PutUint32(out[indexOf(t, data, key)+len(key)+4:], value)
	return out
}

func indexOf(t *testing.T, data []byte, key string) int {
	t.Helper()
	at := bytes.Index(data, []byte(key))
	require.Positive(t, at, key)
	return at
}

func TestWriteKeepsTheOldFile(t *testing.T) {
	file := newFile(t, Llama)
	dir := t.TempDir()
	path := filepath.Join(dir, "m.gguf")
	require.NoError(t, os.Mkdir(path, 0o700), "a folder in the way: the rename fails")
	require.ErrorContains(t, Write(path, file), "export: writing "+path)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "the temporary file is gone")
	require.ErrorContains(t, Write(filepath.Join(dir, "none", "m.gguf"), file), "none")
	file.Arch = "mistral"
	require.ErrorContains(t, Write(path, file), `general.architecture is "mistral", want one of ["llama" "phi3" "qwen2"]`)
}
