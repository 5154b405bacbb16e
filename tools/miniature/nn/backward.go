package nn

import (
	"fmt"
	"math"
)

// Target is a token that a row asked for should say next, and how much that counts.
type Target struct {
	Token  int
	Weight float32
}

// Hint is what the first numbers of a row's input to the last layer should be, and how much that counts: guidance for the
// layers below, which learn faster from it than from the answers alone (Romero et al., FitNets, arXiv 1412.6550).
type Hint struct {
	Sequence, Token int // of Batch.Rest
	Values          []float32
	Weight          float32
}

// Gradient computes the loss of the batch and its gradient for every weight. The loss is the weighted cross-entropy in nats
// of the targets, of which each row asked for has a list, plus for each hint half its weight times the squared distance,
// all divided by the number of sequences. Hints are nothing to a model of one layer.
func (m *Model) Gradient(b Batch, targets [][]Target, hints []Hint) (float64, error) {
	l, err := m.layout(b)
	if err != nil {
		return 0, err
	}
	if len(targets) != len(l.asked) {
		return 0, fmt.Errorf("nn: targets for %d rows, %d are asked for", len(targets), len(l.asked))
	}
	for i, row := range targets {
		for _, t := range row {
			if t.Token < 0 || t.Token >= m.Vocab {
				return 0, fmt.Errorf("nn: row %d asked for: token %d, the vocabulary has %d", i, t.Token, m.Vocab)
			}
		}
	}
	for i, h := range hints {
		if h.Sequence < 0 || h.Sequence >= len(b.Rest) || h.Token < 0 || h.Token >= len(b.Rest[h.Sequence]) || len(h.Values) > m.Hidden {
			return 0, fmt.Errorf("nn: hint %d: %d numbers at token %d of sequence %d: no such place", i, len(h.Values), h.Token, h.Sequence)
		}
	}
	if m.Layers == 1 {
		hints = nil
	}
	logits := m.forward(l)
	loss := m.crossEntropy(logits, targets, len(b.Rest)) + m.hintLoss(l, hints, nil)
	m.backward(l, logits, hints)
	return loss, nil
}

// crossEntropy turns the logits into the loss's gradient.
func (m *Model) crossEntropy(logits []float32, targets [][]Target, sequences int) float64 {
	losses := make([]float64, len(targets))
	m.parallel(len(targets), 1, func(from, to int) {
		for i := from; i < to; i++ {
			row := logits[i*m.Vocab:][:m.Vocab]
			m.softmax(row)
			var sum float32
			for _, t := range targets[i] {
				weight := t.Weight / float32(sequences)
				losses[i] -= float64(weight) * math.Log(max(float64(row[t.Token]), math.SmallestNonzeroFloat32))
				sum += weight
			}
			for j := range row {
				row[j] *= sum
			}
			for _, t := range targets[i] {
				row[t.Token] -= t.Weight / float32(sequences)
			}
		}
	})
	var loss float64
	for _, x := range losses {
		loss += x
	}
	return loss
}

// hintLoss adds its gradient to that of the last layer's input, unless grad is nil.
func (m *Model) hintLoss(l *layout, hints []Hint, grad []float32) float64 {
	x, loss := m.pass.layers[m.Layers-1].in.x, 0.0
	for _, h := range hints {
		row := (l.rest[h.Sequence] + h.Token) * m.Hidden
		weight := h.Weight / float32(len(l.rest))
		for i, v := range h.Values {
			off := x[row+i] - v
			loss += float64(weight) * float64(off) * float64(off) / 2
			if grad != nil {
				grad[row+i] += weight * off
			}
		}
	}
	return loss
}

func (m *Model) backward(l *layout, dlogits []float32, hints []Hint) {
	p := &m.pass
	m.weightGrad(m.embed, dlogits, p.last.y)
	dy := grow(&p.da, len(p.last.y))
	m.inputGrad(dy, dlogits, m.embed, false)
	dout := grow(&p.db, len(dy))
	m.normalizeBack(&p.last, m.norm, dy, dout)
	for i := m.Layers - 1; i >= 0; i-- {
		dout = m.layerBack(l, m.layers[i], &p.layers[i], dout)
		if i == m.Layers-1 {
			m.hintLoss(l, hints, dout)
		}
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
	m.parallel(len(dmid), elementGrain, func(from, to int) {
		for i := from; i < to; i++ {
			dmid[i] += dout[i]
		}
	})

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
	m.scatter(din, datt, a.att.rows, h)
	dx := grow(&p.db, n*h)
	m.normalizeBack(&a.in, w.attnNorm, din, dx)
	m.scatter(dx, dmid, a.att.rows, h)
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

// scatter adds the rows of y to the given rows of x, no two of which are the same.
func (m *Model) scatter(x, y []float32, rows []int, width int) {
	m.parallel(len(rows), rowGrain, func(from, to int) {
		for i := from; i < to; i++ {
			sum, add := x[rows[i]*width:][:width], y[i*width:][:width]
			for j := range sum {
				sum[j] += add[j]
			}
		}
	})
}
