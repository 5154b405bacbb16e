package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// small has every feature of the real shapes and no size that is a multiple of a tile's but the hidden one.
var small = Config{Vocab: 37, Hidden: 24, FFN: 20, Layers: 3, Heads: 6, KVHeads: 3, Theta: 100, Eps: 1e-5, NeoX: true, Bias: true}

// shapes are those of the three architectures.
var shapes = map[string]Config{"llama": of(false, false), "phi3": of(true, false), "qwen2": of(true, true)}

func of(neoX, bias bool) Config {
	c := small
	c.NeoX, c.Bias = neoX, bias
	return c
}

// sequences differ in length and in what is asked: all of one, the ends of another, one token; by one target or several.
var (
	sequences = Batch{Prefix: []int{0, 5, 6, 7}, Rest: [][]int{{8, 9, 10, 11, 12}, {13, 14}, {8, 8, 36}}, Asked: [][]int{{0, 3, 4}, {0, 1}, {2}}}
	targets   = [][]Target{{{1, .3}}, {{2, .1}}, {{3, .2}, {2, .1}, {5, .1}}, {{2, .1}}, {{1, .3}}, {{2, .1}}}
	hints     = []Hint{{0, 0, []float32{.5, -1}, .07}, {0, 4, []float32{2}, .1}, {2, 1, []float32{-.3, .2, .1}, .05}}
)

func newSmall(t *testing.T) *Model { return newModel(t, small) }

// newModel draws weights so large that every path carries signal.
func newModel(t *testing.T, c Config) *Model {
	m, err := New(c)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(7, 7))
	for _, w := range m.Tensors {
		for i := range w.Data {
			w.Data[i] += float32(0.3 * r.NormFloat64())
		}
	}
	return m
}

func TestLogitsEqualReference(t *testing.T) {
	for name, c := range shapes {
		m := newModel(t, c)
		got, err := m.Logits(sequences)
		require.NoError(t, err)
		ref := newReference(m)
		for i, rest := range sequences.Rest {
			want := ref.logits(append(append([]int{}, sequences.Prefix...), rest...))
			for a, at := range sequences.Asked[i] {
				for v, x := range want[len(sequences.Prefix)+at] {
					require.InDelta(t, x, float64(got[v]), 2e-5, "%s: sequence %d, row %d, token %d", name, i, a, v)
				}
				got = got[m.Vocab:]
			}
		}
	}
}

// TestGradients holds the float32 gradient of 40 weights of every tensor against central differences of the float64
// reference. With a step of 1e-4 these are exact to about 1e-8 (step² times the third derivative); float32 sums of some
// hundred terms of size 1 are exact to about 1e-5.
func TestGradients(t *testing.T) {
	for name, c := range shapes {
		t.Run(name, func(t *testing.T) { checkGradients(t, newModel(t, c)) })
	}
}

func checkGradients(t *testing.T, m *Model) {
	const step = 1e-4
	loss, err := m.Gradient(sequences, targets, hints)
	require.NoError(t, err)
	ref := newReference(m)
	require.InDelta(t, ref.loss(sequences, targets, hints), loss, 1e-5)
	for _, w := range m.Tensors {
		var largest float64
		for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(len(w.Data))[:min(40, len(w.Data))] {
			data := ref.w[w.Name]
			x := data[i]
			data[i] = x + step
			up := ref.loss(sequences, targets, hints)
			data[i] = x - step
			down := ref.loss(sequences, targets, hints)
			data[i] = x
			want := (up - down) / (2 * step)
			largest = max(largest, math.Abs(want))
			require.InDelta(t, want, float64(w.grad[i]), 2e-5, "%s[%d]", w.Name, i)
		}
		require.Greater(t, largest, 1e-3, "%s: no weight of it matters, so nothing was checked", w.Name)
	}
}

// TestOneLayer: below the first layer there is nothing that a hint could guide.
func TestOneLayer(t *testing.T) {
	one := small
	one.Layers = 1
	m := newModel(t, one)
	with, err := m.Gradient(sequences, targets, hints)
	require.NoError(t, err)
	without, err := m.Gradient(sequences, targets, nil)
	require.NoError(t, err)
	require.Equal(t, without, with)
}

// run trains a few steps on so many rows that every loop has work for several goroutines, and returns the weights.
func run(t *testing.T, threads int) [][]float32 {
	m := newSmall(t)
	m.Threads = threads
	many, goals := Batch{Prefix: sequences.Prefix}, [][]Target{}
	for range 40 {
		many.Rest = append(many.Rest, sequences.Rest...)
		many.Asked = append(many.Asked, sequences.Asked...)
		goals = append(goals, targets...)
	}
	for range 3 {
		_, err := m.Gradient(many, goals, hints)
		require.NoError(t, err)
		require.NoError(t, m.Update(AdamW{Beta1: 0.9, Beta2: 0.98, Decay: 0.1, Clip: 1}, 1e-2))
	}
	var out [][]float32
	for _, w := range m.Tensors {
		out = append(out, w.Data)
	}
	return out
}

func TestThreadsDoNotMatter(t *testing.T) {
	one := run(t, 1)
	for _, threads := range []int{2, 3, 16} {
		require.Equal(t, one, run(t, threads), "%d threads", threads)
	}
}

// TestMultiply crosses every edge: of a tile, of a block of rows, of a block of depth.
func TestMultiply(t *testing.T) {
	m := newSmall(t)
	r := rand.New(rand.NewPCG(4, 4))
	for _, c := range []struct{ rows, depth, cols int }{{1, 1, 1}, {3, 5, 7}, {4, 16, 16}, {blockRows + 1, blockDepth + 1, m.kernel.cols + 1}, {129, 513, 33}} {
		a, b := normal(r, c.rows*c.depth), normal(r, c.depth*c.cols)
		want, start := make([]float32, c.rows*c.cols), normal(r, c.rows*c.cols)
		for i := range c.rows {
			for j := range c.cols {
				var sum float64
				for k := range c.depth {
					sum += float64(a[i*c.depth+k]) * float64(b[k*c.cols+j])
				}
				want[i*c.cols+j] = float32(sum)
			}
		}
		flipped := func(x []float32, rows, cols int) matrix {
			y := make([]float32, len(x))
			for i := range x {
				y[i%cols*rows+i/cols] = x[i]
			}
			return dense(y, rows).transposed()
		}
		got := make([]float32, len(want))
		for _, left := range []matrix{dense(a, c.depth), flipped(a, c.rows, c.depth)} {
			for _, right := range []matrix{dense(b, c.cols), flipped(b, c.depth, c.cols)} {
				copy(got, start)
				m.multiply(dense(got, c.cols), left, right, false)
				require.InDeltaSlice(t, want, got, 1e-3, "%+v", c)
				copy(got, start)
				m.multiply(dense(got, c.cols), left, right, true)
				for i := range got {
					got[i] -= start[i]
				}
				require.InDeltaSlice(t, want, got, 1e-3, "%+v, added", c)
			}
		}
	}
}

func normal(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// TestUpdate: a gradient of norm 5 (3, 4) clipped to 1 is (0.6, 0.8). In the first step the corrected moments are g and
// g², so every weight moves by the rate against g's sign; a matrix has shrunk by rate·decay before.
func TestUpdate(t *testing.T) {
	m := newSmall(t)
	for _, w := range m.Tensors {
		w.grad = make([]float32, len(w.Data))
	}
	matrix, vector := m.Tensors[0], m.Tensors[1]
	matrix.Data[5], matrix.grad[5] = 2, 3
	vector.Data[5], vector.grad[5] = 2, -4
	require.NoError(t, m.Update(AdamW{Beta1: 0.9, Beta2: 0.98, Decay: 0.1, Clip: 1}, 0.01))
	require.InDelta(t, 2*(1-0.01*0.1)-0.01, matrix.Data[5], 1e-6)
	require.InDelta(t, 2+0.01, vector.Data[5], 1e-6)
	require.InDelta(t, (1-0.9)*0.6, matrix.mean[5], 1e-6, "clipped")
	require.InDelta(t, (1-0.98)*0.8*0.8, vector.square[5], 1e-6)

	vector.grad[0] = float32(math.NaN())
	require.ErrorContains(t, m.Update(AdamW{Clip: 1}, 0.01), "step 1: the gradient's norm is NaN")
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		why    string
		change func(*Config)
	}{
		{"no layers", func(c *Config) { c.Layers = 0 }},
		{"heads that do not divide the width", func(c *Config) { c.Heads = 7 }},
		{"a head of odd width has a number without a pair to turn with", func(c *Config) { c.Hidden = 18 }},
		{"kv heads that do not divide the heads", func(c *Config) { c.KVHeads = 4 }},
		{"a base of 0", func(c *Config) { c.Theta = 0 }},
	} {
		t.Run(c.why, func(t *testing.T) {
			config := small
			c.change(&config)
			_, err := New(config)
			require.ErrorContains(t, err, "nn: config")
		})
	}
	m := newSmall(t)
	for _, c := range []struct {
		why     string
		batch   Batch
		targets [][]Target
		hints   []Hint
		err     string
	}{
		{"no sequence", Batch{Prefix: []int{1}}, nil, nil, "without sequences"},
		{"nothing asked", Batch{Rest: [][]int{{1}}, Asked: [][]int{{}}}, nil, nil, "sequence 0: 1 tokens behind the prefix, [] asked for"},
		{"a list too few", Batch{Rest: [][]int{{1}, {2}}, Asked: [][]int{{0}}}, nil, nil, "2 sequences, but 1 lists"},
		{"asked for a row of the prefix", Batch{Prefix: []int{1}, Rest: [][]int{{1}}, Asked: [][]int{{-1}}}, nil, nil, "[-1] asked for"},
		{"asked for one past the end", Batch{Rest: [][]int{{1}}, Asked: [][]int{{1}}}, nil, nil, "[1] asked for"},
		{"asked in no order", Batch{Rest: [][]int{{1, 1}}, Asked: [][]int{{1, 0}}}, nil, nil, "[1 0] asked for"},
		{"a token past the vocabulary", Batch{Rest: [][]int{{37}}, Asked: [][]int{{0}}}, nil, nil, "row 0: token 37"},
		{"a target short", Batch{Rest: [][]int{{1}}, Asked: [][]int{{0}}}, nil, nil, "targets for 0 rows, 1 are asked for"},
		{"a target past the vocabulary", Batch{Rest: [][]int{{1}}, Asked: [][]int{{0}}}, [][]Target{{{-1, 1}}}, nil, "row 0 asked for: token -1"},
		{"a hint at no sequence", sequences, targets, []Hint{{3, 0, nil, 1}}, "hint 0: 0 numbers at token 0 of sequence 3"},
		{"a hint at no token", sequences, targets, []Hint{{1, 2, nil, 1}}, "at token 2 of sequence 1"},
		{"a hint wider than a row", sequences, targets, []Hint{{0, 0, make([]float32, 25), 1}}, "hint 0: 25 numbers"},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, err := m.Gradient(c.batch, c.targets, c.hints)
			require.ErrorContains(t, err, c.err)
		})
	}
}
