//go:build goexperiment.simd && amd64

package nn

import "simd/archsimd"

// Go 1.26 keeps only 15 vectors in registers, whatever their length, and its multiply-add overwrites a factor, of which
// it makes a copy first. So the eight sums of a tile, two vectors of b, a number of a and its copy are about all that
// fits: larger tiles spill and are slower. Four steps of k at a time spare most of the moves that bring each sum back
// into its register; the bounds check of b between them keeps the compiler from loading what all four need at once.
// Functions for what repeats would be inlined, with more moves.

// avx2Tile computes 4×16 numbers.
func avx2Tile(c []float32, stride int, a, b []float32, add bool) {
	r0, r1, r2, r3 := c[:16], c[stride:][:16], c[2*stride:][:16], c[3*stride:][:16]
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x8
	if add {
		c00, c01 = load8(r0), load8(r0[8:])
		c10, c11 = load8(r1), load8(r1[8:])
		c20, c21 = load8(r2), load8(r2[8:])
		c30, c31 = load8(r3), load8(r3[8:])
	}
	for ; len(a) >= 16; a = a[16:] {
		p, q := (*[4]float32)(a), (*[16]float32)(b)
		b0, b1 := load8(q[:]), load8(q[8:])
		x := archsimd.BroadcastFloat32x8(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x8(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x8(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x8(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[16:]
		p, q = (*[4]float32)(a[4:]), (*[16]float32)(b)
		b0, b1 = load8(q[:]), load8(q[8:])
		x = archsimd.BroadcastFloat32x8(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x8(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x8(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x8(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[16:]
		p, q = (*[4]float32)(a[8:]), (*[16]float32)(b)
		b0, b1 = load8(q[:]), load8(q[8:])
		x = archsimd.BroadcastFloat32x8(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x8(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x8(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x8(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[16:]
		p, q = (*[4]float32)(a[12:]), (*[16]float32)(b)
		b0, b1 = load8(q[:]), load8(q[8:])
		x = archsimd.BroadcastFloat32x8(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x8(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x8(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x8(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[16:]
	}
	for ; len(a) >= 4; a = a[4:] {
		p, q := (*[4]float32)(a), (*[16]float32)(b)
		b0, b1 := load8(q[:]), load8(q[8:])
		x := archsimd.BroadcastFloat32x8(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x8(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x8(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x8(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[16:]
	}
	store8(r0, c00)
	store8(r0[8:], c01)
	store8(r1, c10)
	store8(r1[8:], c11)
	store8(r2, c20)
	store8(r2[8:], c21)
	store8(r3, c30)
	store8(r3[8:], c31)
	archsimd.ClearAVXUpperBits()
}

// avx512Tile is avx2Tile with vectors twice as long: 4×32 numbers.
func avx512Tile(c []float32, stride int, a, b []float32, add bool) {
	r0, r1, r2, r3 := c[:32], c[stride:][:32], c[2*stride:][:32], c[3*stride:][:32]
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x16
	if add {
		c00, c01 = load16(r0), load16(r0[16:])
		c10, c11 = load16(r1), load16(r1[16:])
		c20, c21 = load16(r2), load16(r2[16:])
		c30, c31 = load16(r3), load16(r3[16:])
	}
	for ; len(a) >= 16; a = a[16:] {
		p, q := (*[4]float32)(a), (*[32]float32)(b)
		b0, b1 := load16(q[:]), load16(q[16:])
		x := archsimd.BroadcastFloat32x16(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x16(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x16(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x16(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[32:]
		p, q = (*[4]float32)(a[4:]), (*[32]float32)(b)
		b0, b1 = load16(q[:]), load16(q[16:])
		x = archsimd.BroadcastFloat32x16(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x16(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x16(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x16(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[32:]
		p, q = (*[4]float32)(a[8:]), (*[32]float32)(b)
		b0, b1 = load16(q[:]), load16(q[16:])
		x = archsimd.BroadcastFloat32x16(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x16(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x16(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x16(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[32:]
		p, q = (*[4]float32)(a[12:]), (*[32]float32)(b)
		b0, b1 = load16(q[:]), load16(q[16:])
		x = archsimd.BroadcastFloat32x16(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x16(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x16(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x16(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[32:]
	}
	for ; len(a) >= 4; a = a[4:] {
		p, q := (*[4]float32)(a), (*[32]float32)(b)
		b0, b1 := load16(q[:]), load16(q[16:])
		x := archsimd.BroadcastFloat32x16(p[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x16(p[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x16(p[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x16(p[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
		b = b[32:]
	}
	store16(r0, c00)
	store16(r0[16:], c01)
	store16(r1, c10)
	store16(r1[16:], c11)
	store16(r2, c20)
	store16(r2[16:], c21)
	store16(r3, c30)
	store16(r3[16:], c31)
	archsimd.ClearAVXUpperBits()
}

func load8(x []float32) archsimd.Float32x8       { return archsimd.LoadFloat32x8((*[8]float32)(x)) }
func load16(x []float32) archsimd.Float32x16     { return archsimd.LoadFloat32x16((*[16]float32)(x)) }
func store8(y []float32, x archsimd.Float32x8)   { x.Store((*[8]float32)(y)) }
func store16(y []float32, x archsimd.Float32x16) { x.Store((*[16]float32)(y)) }
