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

// span is rows that stand one after another: n of them from row first on, the first at position pos.
type span struct{ first, pos, n int }

// keys returns the rows that row r sees, in order of position: those of the prefix, then those of its sequence.
func (l *layout) keys(r int) [2]span {
	return [2]span{{0, 0, min(l.prefix, r+1)}, {l.start[r], l.prefix, max(0, r+1-l.start[r])}}
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
				m.dots(l.keys(r), prob, q, a.k[kvHead:], kv)
				for p := range prob {
					prob[p] *= scale
				}
				m.softmax(prob)
				clear(out)
				m.combine(l.keys(r), out, prob, a.v[kvHead:], kv)
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
				m.dots(l.keys(r), ds, do, a.v[kvHead:], kv)
				mean := m.kernel.dot(ds, prob)
				for p := range ds {
					ds[p] = scale * prob[p] * (ds[p] - mean)
				}
				clear(dqh)
				m.combine(l.keys(r), dqh, ds, a.k[kvHead:], kv)
			}
		}
	})
	m.parallel(len(l.tokens), rowGrain, func(from, to int) {
		clear(dk[from*kv : to*kv])
		clear(dv[from*kv : to*kv])
		var ds, prob []float32 // of a key and a head, query by query
		for j := from; j < to; j++ {
			first, last := sort.SearchInts(a.rows, j), sort.SearchInts(a.rows, l.end[j])
			if first == last {
				continue // no query asked for sees it
			}
			for h := range m.Heads {
				ds, prob = ds[:0], prob[:0]
				for i := first; i < last; i++ {
					p := a.first[i] + h*(l.pos[a.rows[i]]+1) + l.pos[j]
					ds, prob = append(ds, dscore[p]), append(prob, a.prob[p])
				}
				at, query := j*kv+h/group*d, first*m.Hidden+h*d
				m.kernel.combine(dk[at:][:d], ds, a.q[query:], m.Hidden)
				m.kernel.combine(dv[at:][:d], prob, dout[query:], m.Hidden)
			}
		}
	})
}

// dots sets y, by position, to the products of a and the vectors of the keys in x, whose rows are stride apart.
func (m *Model) dots(keys [2]span, y, a, x []float32, stride int) {
	for _, s := range keys {
		if s.n > 0 {
			m.kernel.dots(y[s.pos:][:s.n], a, x[s.first*stride:], stride)
		}
	}
}

// combine adds to y the vectors of the keys in x, each times its factor, by position.
func (m *Model) combine(keys [2]span, y, factors, x []float32, stride int) {
	for _, s := range keys {
		if s.n > 0 {
			m.kernel.combine(y, factors[s.pos:][:s.n], x[s.first*stride:], stride)
		}
	}
}

func (m *Model) softmax(x []float32) {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	for i := range x {
		x[i] -= top
	}
	m.kernel.exp(x)
	var sum float32
	for _, v := range x {
		sum += v
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
			for head := i * width; head < (i+1)*width; head += 2 * half {
				for p, t := range turns {
					if back {
						t.sin = -t.sin
					}
					a := head + p*first
					v, w := x[a], x[a+apart]
					x[a], x[a+apart] = v*t.cos-w*t.sin, v*t.sin+w*t.cos
				}
			}
		}
	})
}
