package shape_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"
	"github.com/x448/float16"

	"github.com/joulebench/joulebench/bench/shape"
)

func written(tb testing.TB, s shape.Shape, seed uint64) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, shape.Write(&b, s, seed))
	return b.Bytes()
}

// TestWrite reads a twin back with ggml's own reader: what the file says of itself, and every number in it.
func TestWrite(t *testing.T) {
	for _, architecture := range []string{"llama", "phi3", "qwen2"} {
		t.Run(architecture, func(t *testing.T) {
			s := small(architecture)
			s.RopeFactors, s.Blocks = architecture != "qwen2", 9
			data := written(t, s, 1)
			g, err := ggml.Decode(bytes.NewReader(data), -1)
			require.NoError(t, err)
			kv := g.KV()
			require.Equal(t, architecture, kv.Architecture())
			require.EqualValues(t, 9, kv.BlockCount())
			require.EqualValues(t, 512, kv.Uint("feed_forward_length"))
			require.EqualValues(t, 64, kv.Uint("attention.key_length"))
			require.EqualValues(t, 10000, kv.Float("rope.freq_base"))
			require.EqualValues(t, 1, kv.Uint("general.file_type"), "Ollama quantises no other")
			require.False(t, kv.Bool("tokenizer.ggml.add_bos_token", true))
			require.Len(t, kv.Strings("tokenizer.ggml.tokens"), s.Vocabulary)

			var weights int64
			for _, w := range g.Tensors().Items() {
				raw := data[g.Tensors().Offset+w.Offset:][:w.Size()]
				weights += int64(len(raw))
				var largest, sum, squares float64
				for i := range int(w.Elements()) {
					var x float64
					if w.Kind == uint32(ggml.TensorTypeF16) {
						h := binary.LittleEndian.Uint16(raw[2*i:])
						if h>>10&31 == 0 {
							t.Fatalf("%s[%d] is denormal or zero", w.Name, i)
						}
						x = float64(float16.Frombits(h).Float32())
					} else {
						x = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
					}
					largest, sum, squares = max(largest, math.Abs(x)), sum+x, squares+x*x
				}
				n := float64(w.Elements())
				want := 1.0 // norms and factors
				switch {
				case strings.HasSuffix(w.Name, ".bias"):
					want = 0.1
				case w.Name == "token_embd.weight":
					want = 6 // 2·√9 blocks
				case w.Name == "output.weight":
					want = 0.02
				case len(w.Shape) == 2:
					want = 1 / math.Sqrt(float64(w.Shape[0]))
				}
				// Of n numbers the deviation is off by 1/√2n; 5 times that, and 1 % for the steps.
				require.InEpsilon(t, want, math.Sqrt(squares/n), 0.01+5/math.Sqrt(2*n), w.Name)
				require.Less(t, largest, 4*want, w.Name)
				if len(w.Shape) == 2 {
					require.InDelta(t, 0, sum/n, 5*want/math.Sqrt(n), w.Name)
				}
			}
			require.Equal(t, weights, s.Bytes("f16"))
			require.Zero(t, len(data)%32, "padded to the end")

			require.Equal(t, data, written(t, s, 1), "the same seed, the same bytes")
			require.NotEqual(t, data, written(t, s, 2))
		})
	}
}

// TestNothingRepeats: no eight bytes of one matrix stand in another or twice in one, beyond chance, so that neither
// compression nor a cache gains anything: of 2⁴⁸ possible ones the some 10⁵ here coincide with a chance of 2·10⁻⁵.
func TestNothingRepeats(t *testing.T) {
	s := small("llama")
	s.Vocabulary, s.Tied = 322, true
	data := written(t, s, 1)
	g, err := ggml.Decode(bytes.NewReader(data), -1)
	require.NoError(t, err)
	seen := map[uint64]string{}
	for _, w := range g.Tensors().Items() {
		if len(w.Shape) < 2 || w.Name == "token_embd.weight" {
			continue
		}
		raw := data[g.Tensors().Offset+w.Offset:][:w.Size()]
		for i := 0; i < len(raw); i += 8 {
			four := binary.LittleEndian.Uint64(raw[i:])
			if where, ok := seen[four]; ok {
				t.Fatalf("%s at %d stands in %s too", w.Name, i, where)
			}
			seen[four] = w.Name
		}
	}
	require.Greater(t, len(seen), 100_000)
}

type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(b), nil
}

func TestWriteFails(t *testing.T) {
	size := len(written(t, small("qwen2"), 1))
	for _, room := range []int{0, 1 << 20, size - 1} {
		require.ErrorContains(t, shape.Write(&full{room}, small("qwen2"), 1), "no space left on device", room)
	}
	require.NoError(t, shape.Write(&full{size}, small("qwen2"), 1))
}

// TestStreams: of a matrix of 525 MB no more is in memory than the vocabulary and a buffer.
func TestStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 650 MB")
	}
	s := suite(t)["shape-llama3.2-1b"]
	s.Blocks = 1
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, shape.Write(io.Discard, s, 1))
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "allocated, freed or not")
}

// BenchmarkWrite is how fast a twin is made, on one core, without a disk.
func BenchmarkWrite(b *testing.B) {
	s := suite(b)["shape-llama3.2-1b"]
	s.Blocks = 2
	b.SetBytes(s.Bytes("f16"))
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, shape.Write(io.Discard, s, 1))
	}
}
