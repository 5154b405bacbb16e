//go:build goexperiment.simd && amd64

package nn

import "simd/archsimd"

// kernels are those that this processor runs, the best last: AVX2 with fused multiply-add, and the same with AVX-512's
// longer vectors for the tile. These change no bit, since each number of a tile is the same chain of multiply-adds.
func kernels() []kernel {
	out := []kernel{plainKernel()}
	if archsimd.X86.AVX2() && archsimd.X86.FMA() {
		out = append(out, avx2Kernel())
		if archsimd.X86.AVX512() {
			out = append(out, avx512Kernel())
		}
	}
	return out
}

func avx2Kernel() kernel {
	return kernel{
		name: "avx2", rows: 4, cols: 16,
		tile: avx2Tile, dot: avx2Dot, dots: avx2Dots, combine: avx2Combine, exp: avx2Exp, adam: avx2Adam,
	}
}

func avx512Kernel() kernel {
	k := avx2Kernel()
	k.cols, k.tile = 32, avx512Tile
	return k
}

// avx2Dot sums eight columns apart and then their sums in pairs.
func avx2Dot(a, b []float32) float32 {
	b = b[:len(a)]
	var sum archsimd.Float32x8
	i := 0
	for ; i+8 <= len(a); i += 8 {
		sum = load8(a[i:]).MulAdd(load8(b[i:]), sum)
	}
	var total [4]float32
	sumLanes(sum, sum, sum, sum).Store(&total)
	archsimd.ClearAVXUpperBits()
	return total[0] + plainDot(a[i:], b[i:])
}

// sumLanes returns the sum of the numbers of each of the four vectors.
func sumLanes(a, b, c, d archsimd.Float32x8) archsimd.Float32x4 {
	x := a.AddPairsGrouped(b).AddPairsGrouped(c.AddPairsGrouped(d))
	return x.GetLo().Add(x.GetHi())
}

// avx2Dots takes four vectors at a time, whose sums do not wait for each other.
func avx2Dots(y, a, x []float32, stride int) {
	i, n := 0, len(a)
	for ; n%8 == 0 && i+4 <= len(y); i += 4 {
		x0, x1, x2, x3 := x[i*stride:][:n], x[(i+1)*stride:][:n], x[(i+2)*stride:][:n], x[(i+3)*stride:][:n]
		var s0, s1, s2, s3 archsimd.Float32x8
		for c := 0; c+8 <= n; c += 8 {
			v := load8(a[c:])
			s0 = load8(x0[c:]).MulAdd(v, s0)
			s1 = load8(x1[c:]).MulAdd(v, s1)
			s2 = load8(x2[c:]).MulAdd(v, s2)
			s3 = load8(x3[c:]).MulAdd(v, s3)
		}
		sumLanes(s0, s1, s2, s3).Store((*[4]float32)(y[i:]))
	}
	archsimd.ClearAVXUpperBits()
	for ; i < len(y); i++ {
		y[i] = avx2Dot(a, x[i*stride:][:n])
	}
}

// avx2Combine keeps 32 sums in registers.
func avx2Combine(y, s, x []float32, stride int) {
	c := 0
	for ; c+32 <= len(y); c += 32 {
		y := y[c : c+32]
		y0, y1, y2, y3 := load8(y), load8(y[8:]), load8(y[16:]), load8(y[24:])
		for i, f := range s {
			v, x := archsimd.BroadcastFloat32x8(f), x[i*stride+c:][:32]
			y0 = load8(x).MulAdd(v, y0)
			y1 = load8(x[8:]).MulAdd(v, y1)
			y2 = load8(x[16:]).MulAdd(v, y2)
			y3 = load8(x[24:]).MulAdd(v, y3)
		}
		store8(y, y0)
		store8(y[8:], y1)
		store8(y[16:], y2)
		store8(y[24:], y3)
	}
	archsimd.ClearAVXUpperBits()
	if c < len(y) && len(s) > 0 {
		plainCombine(y[c:], s, x[c:], stride)
	}
}

// avx2Exp is plainExp, operation by operation.
func avx2Exp(x []float32) {
	all := archsimd.BroadcastFloat32x8
	i := 0
	for ; i+8 <= len(x); i += 8 {
		v := load8(x[i:])
		tiny := v.Less(all(expMin))
		v = all(expMax).Min(v) // in this order, since it returns v if that is NaN
		t := v.Mul(all(log2E)).Add(all(rounder))
		n := t.Sub(all(rounder))
		r := v.Sub(n.Mul(all(ln2Hi))).Sub(n.Mul(all(ln2Lo)))
		p := r.Mul(all(exp7)).Add(all(exp6))
		p = p.Mul(r).Add(all(exp5))
		p = p.Mul(r).Add(all(exp4))
		p = p.Mul(r).Add(all(exp3))
		p = p.Mul(r).Add(all(exp2))
		p = p.Mul(r.Mul(r)).Add(r).Add(all(1))
		power := t.AsInt32x8().ShiftAllLeft(23).Add(archsimd.BroadcastInt32x8(oneBits)).AsFloat32x8()
		store8(x[i:], all(0).Merge(p.Mul(power), tiny))
	}
	archsimd.ClearAVXUpperBits()
	plainExp(x[i:])
}

// avx2Adam is plainAdam, operation by operation.
func avx2Adam(w, grad, mean, square []float32, s adamStep) {
	all := archsimd.BroadcastFloat32x8
	beta1, beta2, rest1, rest2 := all(s.beta1), all(s.beta2), all(1-s.beta1), all(1-s.beta2)
	clip, keep, rate, correct, eps := all(s.clip), all(s.keep), all(s.rate), all(s.correct), all(adamEps)
	i := 0
	for ; i+8 <= len(w); i += 8 {
		g := load8(grad[i:]).Mul(clip)
		m := beta1.Mul(load8(mean[i:])).Add(rest1.Mul(g))
		q := beta2.Mul(load8(square[i:])).Add(rest2.Mul(g).Mul(g))
		store8(mean[i:], m)
		store8(square[i:], q)
		root := q.Mul(correct).Sqrt()
		store8(w[i:], keep.Mul(load8(w[i:])).Sub(rate.Mul(m).Div(root.Add(eps))))
	}
	archsimd.ClearAVXUpperBits()
	plainAdam(w[i:], grad[i:], mean[i:], square[i:], s)
}
