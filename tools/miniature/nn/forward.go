package nn

import "math"

// pass is the memory of a forward and a backward pass, kept between batches.
type pass struct {
	layers []acts
	last   norm      // before the output
	logits []float32 // of the asked rows

	panels, dscore                    []float32 // scratch
	da, db, dc, dmid, dq, dk, dv, din []float32 // gradients
}

// acts is what the backward pass needs of a layer.
type acts struct {
	in       norm // of all rows
	inAsked  []float32
	att      attention
	mid      norm // of the layer's queries, as is all below
	gate, up []float32
	sig, act []float32 // sigmoid of gate; gate·sig·up
}

// norm is an RMSNorm's input, the inverse root mean square of each row, and its output.
type norm struct{ x, inv, y []float32 }

// Logits returns the scores of all tokens for each row asked for, sequence by sequence, Vocab numbers a row. They are
// valid until the next call.
func (m *Model) Logits(b Batch) ([]float32, error) {
	l, err := m.layout(b)
	if err != nil {
		return nil, err
	}
	return m.forward(l), nil
}

func (m *Model) forward(l *layout) []float32 {
	p := &m.pass
	if p.layers == nil {
		p.layers = make([]acts, m.Layers)
	}
	x := grow(&p.layers[0].in.x, len(l.tokens)*m.Hidden)
	for i, t := range l.tokens {
		copy(x[i*m.Hidden:], m.embed.Data[t*m.Hidden:][:m.Hidden])
	}
	for i := range m.Layers {
		next, rows := &p.last, l.asked
		if i+1 < m.Layers {
			next, rows = &p.layers[i+1].in, l.all
		}
		p.layers[i].in.x = x
		x = m.layer(l, m.layers[i], &p.layers[i], rows, grow(&next.x, len(rows)*m.Hidden))
	}
	p.last.x = x
	m.normalize(&p.last, m.norm)
	p.logits = grow(&p.logits, len(l.asked)*m.Vocab)
	m.linear(p.logits, p.last.y, m.embed)
	return p.logits
}

// layer computes, for the rows given only, what the layer hands on. Keys and values are needed of all rows.
func (m *Model) layer(l *layout, w layer, a *acts, rows []int, out []float32) []float32 {
	n, q, h := len(l.tokens), len(rows), m.Hidden
	m.normalize(&a.in, w.attnNorm)
	a.inAsked = m.gather(&a.inAsked, a.in.y, rows, h)
	a.att.rows = rows
	a.att.q = grow(&a.att.q, q*h)
	a.att.k = grow(&a.att.k, n*m.kv())
	a.att.v = grow(&a.att.v, n*m.kv())
	m.linear(a.att.q, a.inAsked, w.q)
	m.linear(a.att.k, a.in.y, w.k)
	m.linear(a.att.v, a.in.y, w.v)
	m.addBias(a.att.q, w.biasQ)
	m.addBias(a.att.k, w.biasK)
	m.addBias(a.att.v, w.biasV)
	m.rotate(l, rows, a.att.q, false)
	m.rotate(l, l.all, a.att.k, false)
	m.attend(l, &a.att)

	a.mid.x = m.gather(&a.mid.x, a.in.x, rows, h)
	m.addLinear(a.mid.x, a.att.out, w.o)
	m.normalize(&a.mid, w.ffnNorm)
	a.gate = grow(&a.gate, q*m.FFN)
	a.up = grow(&a.up, q*m.FFN)
	a.sig = grow(&a.sig, q*m.FFN)
	a.act = grow(&a.act, q*m.FFN)
	m.linear(a.gate, a.mid.y, w.gate)
	m.linear(a.up, a.mid.y, w.up)
	m.parallel(q*m.FFN, elementGrain, func(from, to int) {
		gate, up, sig, act := a.gate[from:to], a.up[from:to], a.sig[from:to], a.act[from:to]
		for i, g := range gate {
			sig[i] = -g
		}
		m.kernel.exp(sig)
		for i, g := range gate {
			sig[i] = 1 / (1 + sig[i])
			act[i] = g * sig[i] * up[i]
		}
	})
	copy(out, a.mid.x)
	m.addLinear(out, a.act, w.down)
	return out
}

// normalize sets n.y to the rows of n.x divided by their root mean square, times the weights.
func (m *Model) normalize(n *norm, w *Tensor) {
	h := m.Hidden
	n.y = grow(&n.y, len(n.x))
	n.inv = grow(&n.inv, len(n.x)/h)
	m.parallel(len(n.inv), rowGrain, func(from, to int) {
		for r := from; r < to; r++ {
			x, y := n.x[r*h:(r+1)*h], n.y[r*h:(r+1)*h]
			mean := float64(m.kernel.dot(x, x)) / float64(h)
			n.inv[r] = float32(1 / math.Sqrt(mean+m.Eps))
			for i := range y {
				y[i] = x[i] * n.inv[r] * w.Data[i]
			}
		}
	})
}

// linear sets y to x·Wᵀ, row by row.
func (m *Model) linear(y, x []float32, w *Tensor) {
	m.multiply(dense(y, w.Rows), dense(x, w.Cols), dense(w.Data, w.Cols).transposed(), false)
}

func (m *Model) addLinear(y, x []float32, w *Tensor) {
	m.multiply(dense(y, w.Rows), dense(x, w.Cols), dense(w.Data, w.Cols).transposed(), true)
}

// addBias adds the biases, if there are any, to every row of y.
func (m *Model) addBias(y []float32, bias *Tensor) {
	if bias == nil {
		return
	}
	m.parallel(len(y)/bias.Cols, rowGrain, func(from, to int) {
		for r := from; r < to; r++ {
			for i, b := range bias.Data {
				y[r*bias.Cols+i] += b
			}
		}
	})
}

// gather copies the given rows of x into *buf.
func (m *Model) gather(buf *[]float32, x []float32, rows []int, width int) []float32 {
	y := grow(buf, len(rows)*width)
	m.parallel(len(rows), rowGrain, func(from, to int) {
		for i := from; i < to; i++ {
			copy(y[i*width:(i+1)*width], x[rows[i]*width:])
		}
	})
	return y
}
