//go:build goexperiment.simd && amd64

package nn

import "simd/archsimd"

// newKernel takes AVX2 with fused multiply-add where the processor has both.
func newKernel() kernel {
	if !archsimd.X86.AVX2() || !archsimd.X86.FMA() {
		return plainKernel()
	}
	return kernel{name: "avx2", tile: avx2Tile, dot: avx2Dot, axpy: avx2Axpy}
}

// avx2Tile keeps the eight sums of a tile in registers.
func avx2Tile(c *[tileRows * tileCols]float32, a, b []float32) {
	at := func(i int) *[8]float32 { return (*[8]float32)(c[8*i:]) }
	c00, c01 := archsimd.LoadFloat32x8(at(0)), archsimd.LoadFloat32x8(at(1))
	c10, c11 := archsimd.LoadFloat32x8(at(2)), archsimd.LoadFloat32x8(at(3))
	c20, c21 := archsimd.LoadFloat32x8(at(4)), archsimd.LoadFloat32x8(at(5))
	c30, c31 := archsimd.LoadFloat32x8(at(6)), archsimd.LoadFloat32x8(at(7))
	for len(a) >= tileRows && len(b) >= tileCols {
		b0 := archsimd.LoadFloat32x8((*[8]float32)(b))
		b1 := archsimd.LoadFloat32x8((*[8]float32)(b[8:]))
		x0 := archsimd.BroadcastFloat32x8(a[0])
		x1 := archsimd.BroadcastFloat32x8(a[1])
		x2 := archsimd.BroadcastFloat32x8(a[2])
		x3 := archsimd.BroadcastFloat32x8(a[3])
		c00 = x0.MulAdd(b0, c00)
		c01 = x0.MulAdd(b1, c01)
		c10 = x1.MulAdd(b0, c10)
		c11 = x1.MulAdd(b1, c11)
		c20 = x2.MulAdd(b0, c20)
		c21 = x2.MulAdd(b1, c21)
		c30 = x3.MulAdd(b0, c30)
		c31 = x3.MulAdd(b1, c31)
		a, b = a[tileRows:], b[tileCols:]
	}
	c00.Store(at(0))
	c01.Store(at(1))
	c10.Store(at(2))
	c11.Store(at(3))
	c20.Store(at(4))
	c21.Store(at(5))
	c30.Store(at(6))
	c31.Store(at(7))
	archsimd.ClearAVXUpperBits()
}

// avx2Dot sums eight columns apart and then their sums in order.
func avx2Dot(a, b []float32) float32 {
	b = b[:len(a)]
	var sum archsimd.Float32x8
	i := 0
	for ; i+8 <= len(a); i += 8 {
		sum = archsimd.LoadFloat32x8((*[8]float32)(a[i:])).MulAdd(archsimd.LoadFloat32x8((*[8]float32)(b[i:])), sum)
	}
	var lanes [8]float32
	sum.Store(&lanes)
	archsimd.ClearAVXUpperBits()
	s := plainDot(a[i:], b[i:])
	for _, x := range lanes {
		s += x
	}
	return s
}

func avx2Axpy(y []float32, s float32, x []float32) {
	x = x[:len(y)]
	f := archsimd.BroadcastFloat32x8(s)
	i := 0
	for ; i+8 <= len(y); i += 8 {
		at := (*[8]float32)(y[i:])
		archsimd.LoadFloat32x8((*[8]float32)(x[i:])).MulAdd(f, archsimd.LoadFloat32x8(at)).Store(at)
	}
	archsimd.ClearAVXUpperBits()
	plainAxpy(y[i:], s, x[i:])
}
