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
	s := adamStep{
		clip:    float32(min(1, o.Clip/size)),
		beta1:   float32(o.Beta1),
		beta2:   float32(o.Beta2),
		rate:    float32(rate / (1 - math.Pow(o.Beta1, float64(m.step)))),
		correct: float32(1 / (1 - math.Pow(o.Beta2, float64(m.step)))),
	}
	for _, t := range m.Tensors {
		if t.mean == nil {
			t.mean, t.square = make([]float32, len(t.Data)), make([]float32, len(t.Data))
		}
		s.keep = 1
		if !t.vector() {
			s.keep = float32(1 - rate*o.Decay)
		}
		m.parallel(len(t.Data), elementGrain, func(from, to int) {
			m.kernel.adam(t.Data[from:to], t.grad[from:to], t.mean[from:to], t.square[from:to], s)
		})
	}
	return nil
}

// Restart forgets what Update remembers of former steps, as if the weights had just been read.
func (m *Model) Restart() {
	m.step = 0
	for _, t := range m.Tensors {
		t.mean, t.square = nil, nil
	}
}

// gradNorm sums pieces of fixed size, and those in order.
func (m *Model) gradNorm() float64 {
	var total float64
	for _, t := range m.Tensors {
		sums := make([]float64, len(t.grad)/elementGrain+1)
		m.parallel(len(t.grad), elementGrain, func(from, to int) {
			var sum float64
			for _, g := range t.grad[from:to] {
				sum += float64(g) * float64(g)
			}
			sums[from/elementGrain] = sum
		})
		for _, s := range sums {
			total += s
		}
	}
	return math.Sqrt(total)
}
