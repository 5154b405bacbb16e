package nn

import (
	"math"
	"sort"
)

// attention is what the backward pass needs of one layer's attention. Queries are those of rows only.
type attention struct {
	rows    []int
	first   []int // where the probabilities of a query begin: for each head, one for each row it sees, by position
	q, k, v []float32
	prob    []float32
	out     []float32
}

// keys calls f for the rows that row r sees, in order of position: those of the prefix, then those of its sequence.
func (l *layout) keys(r int, f func(key, pos int)) {
	for j := range min(l.prefix, r+1) {
		f(j, j)
	}
	for j := l.start[r]; j <= r; j++ {
		f(j, l.pos[j])
	}
}

func (m *Model) attend(l *layout, a *attention) {
	d, kv := m.headDim(), m.kv()
	scale := float32(1 / math.Sqrt(float64(d)))
	a.first = append(a.first[:0], 0)
	for _, r := range a.rows {
		a.first = append(a.first, a.first[len(a.first)-1]+m.Heads*(l.pos[r]+1))
	}
	a.prob = grow(&a.prob, a.first[len(a.rows)])
	a.out = grow(&a.out, len(a.rows)*m.Hidden)
	m.parallel(len(a.rows), rowGrain, func(from, to int) {
		for i := from; i < to; i++ {
			r := a.rows[i]
			for h := range m.Heads {
				kvHead := h / (m.Heads / m.KVHeads) * d
				q, out := a.q[i*m.Hidden+h*d:][:d], a.out[i*m.Hidden+h*d:][:d]
				prob := a.head(l, i, h)
				l.keys(r, func(j, pos int) { prob[pos] = scale * m.kernel.dot(q, a.k[j*kv+kvHead:][:d]) })
				softmax(prob)
				clear(out)
				l.keys(r, func(j, pos int) { m.kernel.axpy(out, prob[pos], a.v[j*kv+kvHead:][:d]) })
			}
		}
	})
}

// head is the probabilities of query i in head h.
func (a *attention) head(l *layout, i, h int) []float32 {
	n := l.pos[a.rows[i]] + 1
	return a.prob[a.first[i]+h*n:][:n]
}

// attendBack computes the gradients of q, k and v from that of the output. It turns the probabilities into the
// gradients of the scores, query by query; then each key gathers from the queries that saw it.
func (m *Model) attendBack(l *layout, a *attention, dout, dq, dk, dv []float32) {
	d, kv, group := m.headDim(), m.kv(), m.Heads/m.KVHeads
	scale := float32(1 / math.Sqrt(float64(d)))
	dscore := grow(&m.pass.dscore, len(a.prob))
	m.parallel(len(a.rows), rowGrain, func(from, to int) {
		for i := from; i < to; i++ {
			r := a.rows[i]
			for h := range m.Heads {
				kvHead := h / group * d
				do, dqh := dout[i*m.Hidden+h*d:][:d], dq[i*m.Hidden+h*d:][:d]
				prob := a.head(l, i, h)
				ds := dscore[a.first[i]+h*len(prob):][:len(prob)]
				l.keys(r, func(j, pos int) { ds[pos] = m.kernel.dot(do, a.v[j*kv+kvHead:][:d]) })
				mean := m.kernel.dot(ds, prob)
				for p := range ds {
					ds[p] = scale * prob[p] * (ds[p] - mean)
				}
				clear(dqh)
				l.keys(r, func(j, pos int) { m.kernel.axpy(dqh, ds[pos], a.k[j*kv+kvHead:][:d]) })
			}
		}
	})
	m.parallel(len(l.tokens), rowGrain, func(from, to int) {
		clear(dk[from*kv : to*kv])
		clear(dv[from*kv : to*kv])
		for j := from; j < to; j++ {
			last := sort.SearchInts(a.rows, l.end[j])
			for i := sort.SearchInts(a.rows, j); i < last; i++ {
				for h := range m.Heads {
					at := j*kv + h/group*d
					n := l.pos[a.rows[i]] + 1
					p := a.first[i] + h*n + l.pos[j]
					m.kernel.axpy(dk[at:][:d], dscore[p], a.q[i*m.Hidden+h*d:][:d])
					m.kernel.axpy(dv[at:][:d], a.prob[p], dout[i*m.Hidden+h*d:][:d])
				}
			}
		}
	})
}

func softmax(x []float32) {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	var sum float32
	for i, v := range x {
		x[i] = float32(math.Exp(float64(v - top)))
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

// rotate turns pair i of each head by its position times Theta^(-2i/d), back if back. The pair is (2i, 2i+1), llama.cpp's
// "norm" layout, which GGUF files of the llama architecture hold (Hugging Face pairs i with i+d/2 there, and llama.cpp's
// converter permutes q and k; weights trained in this layout need no permutation), or (i, i+d/2), its "neox" layout.
func (m *Model) rotate(l *layout, rows []int, x []float32, back bool) {
	half := m.headDim() / 2
	width := len(x) / len(rows)
	first, apart := 2, 1 // where pair i of a head begins, over i; how far its second number is from the first
	if m.NeoX {
		first, apart = 1, half
	}
	m.parallel(len(rows), rowGrain, func(from, to int) {
		for i := from; i < to; i++ {
			turns := l.turns[l.pos[rows[i]]*half:][:half]
			for p := range width / 2 {
				t := turns[p%half]
				if back {
					t.sin = -t.sin
				}
				a := i*width + p/half*2*half + p%half*first
				v, w := x[a], x[a+apart]
				x[a], x[a+apart] = v*t.cos-w*t.sin, v*t.sin+w*t.cos
			}
		}
	})
}
