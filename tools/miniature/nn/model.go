// Package nn trains and runs decoders of the Llama, Phi-3 and Qwen 2 architectures on the CPU: embeddings tied to the
// output, RMSNorm, rotary positions, grouped-query attention, SwiGLU; forward pass, backward pass, AdamW. They differ in
// the pairs that the rotary positions turn and in the biases of queries, keys and values.
//
// All arithmetic is float32. Every number that is written has one goroutine that computes it in a fixed order, so the
// result is the same bit for bit whatever the number of threads; it differs between kernels ([Model.Kernel]) and
// processor architectures, since some fuse multiplication and addition.
//
// It has no dropout, no key-value cache and no GPU, and learns to answer only: the loss is that of the rows asked for,
// which saves the last layer's work on all others.
package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// Config is the shape of a model.
type Config struct {
	Vocab   int
	Hidden  int
	FFN     int // width of the feed-forward layer
	Layers  int
	Heads   int     // Hidden is divided by them; the result must be even
	KVHeads int     // Heads is divided by them
	Theta   float64 // base of the rotary positions
	Eps     float64 // of RMSNorm
	NeoX    bool    // positions turn the pairs (i, i+d/2) of a head, as in Phi-3 and Qwen 2; else (2i, 2i+1), as in Llama
	Bias    bool    // queries, keys and values have biases, as in Qwen 2
}

func (c Config) headDim() int { return c.Hidden / c.Heads }
func (c Config) kv() int      { return c.KVHeads * c.headDim() }

func (c Config) check() error {
	if min(c.Vocab, c.Hidden, c.FFN, c.Layers, c.Heads, c.KVHeads) < 1 || c.Theta <= 0 || c.Eps <= 0 {
		return fmt.Errorf("nn: config %+v: every field must be positive", c)
	}
	if c.Hidden%c.Heads != 0 || c.headDim()%2 != 0 || c.Heads%c.KVHeads != 0 {
		return fmt.Errorf("nn: config %+v: hidden must be heads times an even number, and heads a multiple of kv heads", c)
	}
	return nil
}

// Tensor is a matrix of weights, or a vector (Rows 1) of a norm or of biases.
type Tensor struct {
	Name       string // as llama.cpp names it
	Rows, Cols int    // a matrix maps Cols inputs to Rows outputs
	Data       []float32

	grad, mean, square []float32 // of the backward pass and AdamW
}

type layer struct {
	attnNorm, q, k, v, o    *Tensor
	biasQ, biasK, biasV     *Tensor // nil without Config.Bias
	ffnNorm, gate, up, down *Tensor
}

// Model is weights and the memory to work on them. Its methods must not be called concurrently.
type Model struct {
	Config
	Tensors []*Tensor // all weights, in a fixed order
	Threads int       // goroutines that compute; 0 means GOMAXPROCS. No result depends on it.

	embed, norm *Tensor
	layers      []layer
	kernel      kernel
	scratch     sync.Pool // of *scratch
	pass        pass
	step        int
}

// New returns a model whose norms are 1 and whose other weights and biases are 0, to be set by Init or by the caller.
func New(c Config) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Model{Config: c, kernel: newKernel()}
	m.scratch.New = func() any { return new(scratch) }
	m.embed = m.add("token_embd.weight", c.Vocab, c.Hidden)
	for i := range c.Layers {
		add := func(name string, rows, cols int) *Tensor {
			return m.add(fmt.Sprintf("blk.%d.%s.weight", i, name), rows, cols)
		}
		l := layer{
			attnNorm: add("attn_norm", 1, c.Hidden),
			q:        add("attn_q", c.Hidden, c.Hidden),
			k:        add("attn_k", c.kv(), c.Hidden),
			v:        add("attn_v", c.kv(), c.Hidden),
			o:        add("attn_output", c.Hidden, c.Hidden),
			ffnNorm:  add("ffn_norm", 1, c.Hidden),
			gate:     add("ffn_gate", c.FFN, c.Hidden),
			up:       add("ffn_up", c.FFN, c.Hidden),
			down:     add("ffn_down", c.Hidden, c.FFN),
		}
		if c.Bias {
			bias := func(name string, width int) *Tensor {
				t := m.add(fmt.Sprintf("blk.%d.%s.bias", i, name), 1, width)
				clear(t.Data)
				return t
			}
			l.biasQ, l.biasK, l.biasV = bias("attn_q", c.Hidden), bias("attn_k", c.kv()), bias("attn_v", c.kv())
		}
		m.layers = append(m.layers, l)
	}
	m.norm = m.add("output_norm.weight", 1, c.Hidden)
	return m, nil
}

func (m *Model) add(name string, rows, cols int) *Tensor {
	t := &Tensor{Name: name, Rows: rows, Cols: cols, Data: make([]float32, rows*cols)}
	if t.vector() {
		for i := range t.Data {
			t.Data[i] = 1
		}
	}
	m.Tensors = append(m.Tensors, t)
	return t
}

// vector tells norms and biases from matrices.
func (t *Tensor) vector() bool { return t.Rows == 1 }

// Init draws the matrices from N(0, 0.02²), those that write to the residual stream divided by √(2·Layers) as GPT-2
// does, so that the stream's variance does not grow with depth.
func (m *Model) Init(seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	residual := map[*Tensor]bool{}
	for _, l := range m.layers {
		residual[l.o], residual[l.down] = true, true
	}
	for _, t := range m.Tensors {
		if t.vector() {
			continue
		}
		scale := 0.02
		if residual[t] {
			scale /= math.Sqrt(float64(2 * m.Layers))
		}
		for i := range t.Data {
			t.Data[i] = float32(scale * r.NormFloat64())
		}
	}
}

// Kernel names the arithmetic that computes: "avx2" or "plain".
func (m *Model) Kernel() string { return m.kernel.name }

func (m *Model) threads() int {
	if m.Threads > 0 {
		return m.Threads
	}
	return runtime.GOMAXPROCS(0)
}
