package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKernels: all kernels add the same numbers, in another order and with other roundings; sums of some hundred float32
// products of size 1 agree to about 1e-6.
func TestKernels(t *testing.T) {
	plain := plainKernel()
	r := rand.New(rand.NewPCG(3, 3))
	for _, k := range kernels() {
		for _, n := range []int{0, 1, 7, 8, 9, 16, 250} {
			a, b := normal(r, n), normal(r, n)
			require.InDelta(t, plain.dot(a, b), k.dot(a, b), 1e-4, "dot of %d", n)
			for _, many := range []int{0, 1, 3, 4, 9} {
				const stride = 251
				x, s := normal(r, many*stride), normal(r, many)
				y, z := make([]float32, many), make([]float32, many)
				plain.dots(y, a, x, stride)
				k.dots(z, a, x, stride)
				require.InDeltaSlice(t, y, z, 1e-4, "%d dots of %d", many, n)
				y, z = slices.Clone(b), slices.Clone(b)
				plain.combine(y, s, x, stride)
				k.combine(z, s, x, stride)
				require.InDeltaSlice(t, y, z, 1e-5, "a combination of %d vectors of %d", many, n)
			}
		}
	}
}

// TestVectorLengthDoesNotMatter: kernels of one name give the same bits, so that whoever pins results need not tell them
// apart.
func TestVectorLengthDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, shape := range []struct{ rows, depth, cols int }{{1, 1, 1}, {4, 16, 32}, {7, 5, 31}, {blockRows + 1, blockDepth + 3, 97}} {
		a, b, start := normal(r, shape.rows*shape.depth), normal(r, shape.depth*shape.cols), normal(r, shape.rows*shape.cols)
		for _, add := range []bool{false, true} {
			products := map[string][]float32{}
			for _, k := range kernels() {
				m := newSmall(t)
				m.kernel = k
				c := slices.Clone(start)
				m.multiply(dense(c, shape.cols), dense(a, shape.depth), dense(b, shape.cols), add)
				if products[k.name] == nil {
					products[k.name] = c
				}
				require.Equal(t, products[k.name], c, "%s with %d columns: %+v, add %v", k.name, k.cols, shape, add)
			}
		}
	}
}

// TestAdam: roots and quotients are the same in every kernel, bit for bit, unless the compiler fuses plain Go's.
func TestAdam(t *testing.T) {
	const n = 1003
	step := func(k kernel) [][]float32 {
		r := rand.New(rand.NewPCG(9, 9))
		w, grad, mean, square := normal(r, n), normal(r, n), normal(r, n), normal(r, n)
		for i := range square {
			square[i] *= square[i]
		}
		k.adam(w, grad, mean, square, adamStep{clip: 0.3, beta1: 0.9, beta2: 0.98, keep: 0.9999, rate: 1e-3, correct: 1.3})
		return [][]float32{w, mean, square}
	}
	for _, k := range kernels() {
		require.Equal(t, step(plainKernel()), step(k), k.name)
	}
}

// TestTile holds a tile amid other numbers, at every remainder of the depth, against one sum after another.
func TestTile(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, k := range kernels() {
		for _, depth := range []int{0, 1, 2, 3, 4, 5, 8, 127, 250} {
			stride := k.cols + 3
			a, b, start := normal(r, depth*k.rows), normal(r, depth*k.cols), normal(r, k.rows*stride)
			for _, add := range []bool{false, true} {
				want, got := slices.Clone(start), slices.Clone(start)
				for i := range k.rows {
					for j := range k.cols {
						var sum float64
						for d := range depth {
							sum += float64(a[d*k.rows+i]) * float64(b[d*k.cols+j])
						}
						if add {
							sum += float64(start[i*stride+j])
						}
						want[i*stride+j] = float32(sum)
					}
				}
				k.tile(got, stride, a, b, add)
				require.InDeltaSlice(t, want, got, 1e-4, "%s: depth %d, add %v", k.name, depth, add)
			}
		}
	}
}

// TestExp: the exponential is right to 2 units in the last place, and the same in every kernel.
func TestExp(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	x := []float32{0, 1, -1, expMin, expMax, 1e-30, -1e-30, 0.34657359, -0.34657359, 89, 1000, inf, -87.5, -1000, -inf, nan}
	r := rand.New(rand.NewPCG(6, 6))
	for range 100000 {
		x = append(x, expMin+(expMax-expMin)*r.Float32(), 8*r.Float32()-4)
	}
	x = append(x, nan) // behind the last whole vector
	for _, k := range kernels() {
		y := slices.Clone(x)
		k.exp(y)
		for i, v := range x {
			want := math.Exp(min(float64(v), expMax))
			if v < expMin {
				want = 0
			}
			ulp := float64(math.Nextafter32(float32(want), inf) - float32(want))
			right := math.Abs(float64(y[i])-want) <= 2*ulp && y[i] == exp(v)
			if v != v {
				right = y[i] != y[i]
			}
			if !right { // require itself would take most of the time
				require.Fail(t, "wrong", "%s: the exponential of %v is %v, want %v or %v", k.name, v, y[i], want, exp(v))
			}
		}
	}
}
