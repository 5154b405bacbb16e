package nn

import (
	"fmt"
	"math"
)

// AdamW is the optimiser of Loshchilov and Hutter (arXiv 1711.05101) with the gradient clipped as a whole.
type AdamW struct {
	Beta1, Beta2 float64
	Decay        float64 // of matrices, times the learning rate; norms and biases do not decay
	Clip         float64 // largest Euclidean norm of the gradient
}

const adamEps = 1e-8

// Update moves the weights against the gradient of the last [Model.Gradient].
func (m *Model) Update(o AdamW, rate float64) error {
	size := m.gradNorm()
	if math.IsNaN(size) || math.IsInf(size, 0) {
		return fmt.Errorf("nn: step %d: the gradient's norm is %v (lower the learning rate)", m.step, size)
	}
	m.step++
	var (
		clip    = float32(min(1, o.Clip/size))
		b1, b2  = float32(o.Beta1), float32(o.Beta2)
		step    = float32(rate / (1 - math.Pow(o.Beta1, float64(m.step))))
		correct = float32(1 / (1 - math.Pow(o.Beta2, float64(m.step))))
	)
	for _, t := range m.Tensors {
		if len(t.grad) == 0 {
			continue // of a layer that was skipped
		}
		if t.mean == nil {
			t.mean, t.square = make([]float32, len(t.Data)), make([]float32, len(t.Data))
		}
		keep := float32(1)
		if !t.vector() {
			keep = float32(1 - rate*o.Decay)
		}
		m.parallel(len(t.Data), elementGrain, func(from, to int) {
			for i := from; i < to; i++ {
				g := t.grad[i] * clip
				t.mean[i] = b1*t.mean[i] + (1-b1)*g
				t.square[i] = b2*t.square[i] + (1-b2)*g*g
				root := float32(math.Sqrt(float64(t.square[i] * correct)))
				t.Data[i] = keep*t.Data[i] - step*t.mean[i]/(root+adamEps)
			}
		})
	}
	return nil
}

// gradNorm sums pieces of fixed size, and those in order.
func (m *Model) gradNorm() float64 {
	var total float64
	for _, t := range m.Tensors {
		sums := make([]float64, len(t.grad)/elementGrain+1)
		m.parallel(len(t.grad), elementGrain, func(from, to int) {
			for _, g := range t.grad[from:to] {
				sums[from/elementGrain] += float64(g) * float64(g)
			}
		})
		for _, s := range sums {
			total += s
		}
	}
	return math.Sqrt(total)
}
