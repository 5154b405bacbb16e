package export

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/tools/miniature/bpe"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

// TestHalf: every half is a float32, and comes back as itself; half-way between two neighbours the even one wins, and a
// hair beside it the nearer one.
func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		half := uint16(h)
		x := fromHalf(half)
		if x != x {
			require.True(t, math.IsNaN(float64(fromHalf(toHalf(x)))), "%#04x", half)
			continue
		}
		require.Equal(t, half, toHalf(x), "%#04x", half)
		next := fromHalf(half + 1)
		if half&0x7fff >= 0x7bff { // the largest number of its sign, or infinity
			continue
		}
		middle := (x + next) / 2
		even := half + half&1
		require.Equal(t, even, toHalf(middle), "between %g and %g", x, next)
		require.Equal(t, half, toHalf(math.Nextafter32(middle, x)), "below the middle of %g and %g", x, next)
		require.Equal(t, half+1, toHalf(math.Nextafter32(middle, next)), "above the middle of %g and %g", x, next)
	}
	for _, c := range []struct {
		why  string
		x    float32
		want uint16
	}{
		{"one: exponent 15, no mantissa", 1, 0x3c00},
		{"minus two", -2, 0xc000},
		{"the largest", 65504, 0x7bff},
		{"rounds to infinity", 65520, 0x7c00},
		{"just does not", 65519.996, 0x7bff},
		{"the smallest", 0x1p-24, 1},
		{"half of it rounds to the even 0", 0x1p-25, 0},
		{"minus zero keeps its sign", float32(math.Copysign(0, -1)), 0x8000},
	} {
		require.Equal(t, c.want, toHalf(c.x), c.why)
	}
}

func newModel(t *testing.T) (*nn.Model, *bpe.Tokenizer) {
	tok, err := bpe.Train([]string{"abab", "abab"}, 260)
	require.NoError(t, err)
	m, err := nn.New(nn.Config{Vocab: 260, Hidden: 8, FFN: 12, Layers: 2, Heads: 2, KVHeads: 1, Theta: 500000, Eps: 1e-5})
	require.NoError(t, err)
	m.Init(1)
	return m, tok
}

func TestWrite(t *testing.T) {
	m, tok := newModel(t)
	path := filepath.Join(t.TempDir(), "m.gguf")
	require.NoError(t, Write(path, "a name", m, tok))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	g, err := ggml.Decode(f, -1)
	require.NoError(t, err)

	kv := g.KV()
	require.Equal(t, uint32(1), kv.Uint("general.file_type"), "Ollama quantises nothing else")
	require.Equal(t, "llama", kv.Architecture())
	require.Equal(t, "llama-bpe", kv.String("tokenizer.ggml.pre"))
	require.True(t, kv.Bool("tokenizer.ggml.add_bos_token"))
	require.Equal(t, tok.Tokens(), kv.Strings("tokenizer.ggml.tokens"))
	require.Equal(t, []int32{3, 3, 1}, kv.Ints("tokenizer.ggml.token_type")[:3])
	require.Equal(t, uint32(4), kv.Uint("rope.dimension_count"))

	got := map[string][]uint64{}
	for _, s := range g.Tensors().Items() {
		got[s.Name+" "+s.Type()] = s.Shape
	}
	want := map[string][]uint64{"token_embd.weight F16": {8, 260}, "output_norm.weight F32": {8}}
	for _, layer := range []string{"blk.0.", "blk.1."} {
		for name, shape := range map[string][]uint64{
			"attn_norm.weight F32": {8}, "attn_q.weight F16": {8, 8}, "attn_k.weight F16": {8, 4}, "attn_v.weight F16": {8, 4},
			"attn_output.weight F16": {8, 8}, "ffn_norm.weight F32": {8}, "ffn_gate.weight F16": {8, 12},
			"ffn_up.weight F16": {8, 12}, "ffn_down.weight F16": {12, 8},
		} {
			want[layer+name] = shape
		}
	}
	require.Empty(t, cmp.Diff(want, got))
}

func TestReadBack(t *testing.T) {
	m, tok := newModel(t)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1.gguf"), filepath.Join(dir, "2.gguf")
	require.NoError(t, Write(first, "a name", m, tok))
	again, tokAgain, err := Read(first)
	require.NoError(t, err)
	require.Equal(t, tok.Merges(), tokAgain.Merges())
	for i, w := range m.Tensors {
		for j, x := range w.Data {
			require.Equal(t, fromHalf(toHalf(x)), again.Tensors[i].Data[j], "%s[%d]", w.Name, j)
		}
	}
	require.NoError(t, Write(second, "a name", again, tokAgain))
	a, err := os.ReadFile(first)
	require.NoError(t, err)
	b, err := os.ReadFile(second)
	require.NoError(t, err)
	require.Equal(t, a, b, "rounding twice changes nothing, and nothing in the file depends on when it is written")
}

func TestReadRefuses(t *testing.T) {
	m, tok := newModel(t)
	path := filepath.Join(t.TempDir(), "m.gguf")
	require.NoError(t, Write(path, "a name", m, tok))
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
		{"another architecture", replaced(t, whole, "llama", "qwen2"), `general.architecture is "qwen2"`},
		{"a shape that does not fit", changed(t, whole, "llama.feed_forward_length", 16), "tensor blk.0.ffn_gate.weight: shape [8 12], want [8 16]"},
		{"more layers than there are", changed(t, whole, "llama.block_count", 3), "20 tensors, want 29"},
		{"a vocabulary that the merges do not make", changed(t, whole, "llama.vocab_size", 261), "the merges make 260 tokens, llama.vocab_size is 261"},
		{"no heads", changed(t, whole, "llama.attention.head_count", 0), "every field must be positive"},
	} {
		t.Run(c.why, func(t *testing.T) {
			bad := filepath.Join(t.TempDir(), "bad.gguf")
			require.NoError(t, os.WriteFile(bad, c.data, 0o600))
			_, _, err := Read(bad)
			require.ErrorContains(t, err, c.err)
			require.ErrorContains(t, err, "export: reading "+bad)
		})
	}
	_, _, err = Read(filepath.Join(t.TempDir(), "none.gguf"))
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
	m, tok := newModel(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "m.gguf")
	require.NoError(t, os.Mkdir(path, 0o700), "a folder in the way: the rename fails")
	require.ErrorContains(t, Write(path, "a name", m, tok), "export: writing "+path)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "the temporary file is gone")
	require.ErrorContains(t, Write(filepath.Join(dir, "none", "m.gguf"), "a name", m, tok), "none")
}
