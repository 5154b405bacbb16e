package nn

import (
	"fmt"
	"math"
)

// Target is what a row asked for should say next, and how much that counts.
type Target struct {
	Token  int
	Weight float32
}

// Gradient computes the loss of the batch, the weighted cross-entropy in nats of its targets (one for each row asked
// for) divided by the number of sequences, and its gradient for every weight.
func (m *Model) Gradient(b Batch, targets []Target) (float64, error) {
	l, err := m.layout(b)
	if err != nil {
		return 0, err
	}
	if len(targets) != len(l.asked) {
		return 0, fmt.Errorf("nn: %d targets for %d rows asked for", len(targets), len(l.asked))
	}
	for i, t := range targets {
		if t.Token < 0 || t.Token >= m.Vocab {
			return 0, fmt.Errorf("nn: target %d: token %d, the vocabulary has %d", i, t.Token, m.Vocab)
		}
	}
	logits := m.forward(l)
	loss := m.crossEntropy(logits, targets, len(b.Rest))
	m.backward(l, logits)
	return loss, nil
}

// crossEntropy turns the logits into the loss's gradient.
func (m *Model) crossEntropy(logits []float32, targets []Target, sequences int) float64 {
	losses := make([]float64, len(targets))
	m.parallel(len(targets), 1, func(from, to int) {
		for i := from; i < to; i++ {
			t, row := targets[i], logits[i*m.Vocab:][:m.Vocab]
			softmax(row)
			weight := t.Weight / float32(sequences)
			losses[i] = -float64(weight) * math.Log(max(float64(row[t.Token]), math.SmallestNonzeroFloat32))
			row[t.Token]--
			for j := range row {
				row[j] *= weight
			}
		}
	})
	var loss float64
	for _, x := range losses {
		loss += x
	}
	return loss
}

func (m *Model) backward(l *layout, dlogits []float32) {
	p := &m.pass
	for _, t := range m.Tensors {
		t.grad = t.grad[:0] // stays so where the layer is skipped
	}
	m.weightGrad(m.embed, dlogits, p.last.y)
	dy := grow(&p.da, len(p.last.y))
	m.inputGrad(dy, dlogits, m.embed, false)
	dout := grow(&p.db, len(dy))
	m.normalizeBack(&p.last, m.norm, dy, dout)
	for i := m.Layers - 1; i >= m.Skip; i-- {
		dout = m.layerBack(l, m.layers[i], &p.layers[i], dout)
	}
	for i, t := range l.tokens {
		g := m.embed.grad[t*m.Hidden:][:m.Hidden]
		for j, d := range dout[i*m.Hidden:][:m.Hidden] {
			g[j] += d
		}
	}
}

// layerBack takes the gradient of what the layer hands on, of its queries, and returns that of its input, of all rows.
// dout is used up.
func (m *Model) layerBack(l *layout, w layer, a *acts, dout []float32) []float32 {
	p := &m.pass
	n, q, h := len(l.tokens), len(a.att.rows), m.Hidden

	dact := grow(&p.dc, q*m.FFN)
	m.inputGrad(dact, dout, w.down, false)
	m.weightGrad(w.down, dout, a.act)
	m.parallel(q*m.FFN, elementGrain, func(from, to int) {
		for i := from; i < to; i++ {
			g, u, s := a.gate[i], a.up[i], a.sig[i]
			a.up[i] = dact[i] * g * s
			a.gate[i] = dact[i] * u * s * (1 + g*(1-s))
		}
	})
	dgate, dup := a.gate, a.up
	m.weightGrad(w.gate, dgate, a.mid.y)
	m.weightGrad(w.up, dup, a.mid.y)
	dy := grow(&p.da, q*h)
	m.inputGrad(dy, dgate, w.gate, false)
	m.inputGrad(dy, dup, w.up, true)
	dmid := grow(&p.dmid, q*h)
	m.normalizeBack(&a.mid, w.ffnNorm, dy, dmid)
	for i := range dmid {
		dmid[i] += dout[i]
	}

	datt := dy
	m.inputGrad(datt, dmid, w.o, false)
	m.weightGrad(w.o, dmid, a.att.out)
	dq, dk, dv := grow(&p.dq, q*h), grow(&p.dk, n*m.kv()), grow(&p.dv, n*m.kv())
	m.attendBack(l, &a.att, datt, dq, dk, dv)
	m.rotate(l, a.att.rows, dq, true)
	m.rotate(l, l.all, dk, true)
	m.biasGrad(w.biasQ, dq)
	m.biasGrad(w.biasK, dk)
	m.biasGrad(w.biasV, dv)
	m.weightGrad(w.q, dq, a.inAsked)
	m.weightGrad(w.k, dk, a.in.y)
	m.weightGrad(w.v, dv, a.in.y)
	m.inputGrad(datt, dq, w.q, false)
	din := grow(&p.din, n*h)
	m.inputGrad(din, dk, w.k, false)
	m.inputGrad(din, dv, w.v, true)
	scatter(din, datt, a.att.rows, h)
	dx := grow(&p.db, n*h)
	m.normalizeBack(&a.in, w.attnNorm, din, dx)
	scatter(dx, dmid, a.att.rows, h)
	return dx
}

// weightGrad sets the gradient of w to dyᵀ·x.
func (m *Model) weightGrad(w *Tensor, dy, x []float32) {
	m.multiply(dense(grow(&w.grad, len(w.Data)), w.Cols), dense(dy, w.Rows).transposed(), dense(x, w.Cols), false)
}

// biasGrad sets the gradient of biases, if there are any, to the sums of dy's columns.
func (m *Model) biasGrad(bias *Tensor, dy []float32) {
	if bias == nil {
		return
	}
	clear(grow(&bias.grad, bias.Cols))
	m.parallel(bias.Cols, rowGrain, func(from, to int) {
		for r := 0; r < len(dy); r += bias.Cols {
			for i := from; i < to; i++ {
				bias.grad[i] += dy[r+i]
			}
		}
	})
}

// inputGrad sets dx to dy·W, or adds it.
func (m *Model) inputGrad(dx, dy []float32, w *Tensor, add bool) {
	m.multiply(dense(dx, w.Cols), dense(dy, w.Rows), dense(w.Data, w.Cols), add)
}

// normalizeBack sets dx and the gradient of w from that of the output, dy.
func (m *Model) normalizeBack(n *norm, w *Tensor, dy, dx []float32) {
	h := m.Hidden
	m.parallel(len(n.inv), rowGrain, func(from, to int) {
		for r := from; r < to; r++ {
			x, d, out, inv := n.x[r*h:(r+1)*h], dy[r*h:(r+1)*h], dx[r*h:(r+1)*h], n.inv[r]
			var sum float32
			for i := range x {
				sum += d[i] * w.Data[i] * x[i]
			}
			sum *= inv * inv / float32(h)
			for i := range x {
				out[i] = inv * (d[i]*w.Data[i] - x[i]*sum)
			}
		}
	})
	w.grad = grow(&w.grad, h)
	clear(w.grad)
	m.parallel(h, rowGrain, func(from, to int) {
		for r, inv := range n.inv {
			for i := from; i < to; i++ {
				w.grad[i] += dy[r*h+i] * n.x[r*h+i] * inv
			}
		}
	})
}

// scatter adds the rows of y to the given rows of x.
func scatter(x, y []float32, rows []int, width int) {
	for i, r := range rows {
		to, from := x[r*width:][:width], y[i*width:][:width]
		for j := range to {
			to[j] += from[j]
		}
	}
}
