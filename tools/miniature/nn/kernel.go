package nn

import "math"

// A kernel is the arithmetic that takes the time. Those of one name give the same bits.
type kernel struct {
	name       string
	rows, cols int // of a tile; blockRows is a multiple of the rows
	// tile sets c, rows×cols numbers whose rows begin stride apart, to the product of a panel of a (rows numbers for each
	// k) and a panel of b (cols numbers for each k), or adds it: each number is one chain of additions in order of k.
	tile    func(c []float32, stride int, a, b []float32, add bool)
	dot     func(a, b []float32) float32        // of equal lengths
	dots    func(y, a, x []float32, stride int) // sets each y[i] to the product of a and the vector at x[i·stride]
	combine func(y, s, x []float32, stride int) // adds to y each s[i] times the vector at x[i·stride], in order
	exp     func(x []float32)                   // replaces each number by its exponential, as exp does
	adam    func(w, grad, mean, square []float32, s adamStep)
}

func newKernel() kernel {
	all := kernels()
	return all[len(all)-1]
}

func plainKernel() kernel {
	return kernel{
		name: "plain", rows: 4, cols: 16,
		tile: plainTile, dot: plainDot, dots: plainDots, combine: plainCombine, exp: plainExp, adam: plainAdam,
	}
}

// plainTile works in 2×4 blocks, whose sums fit into registers.
func plainTile(c []float32, stride int, a, b []float32, add bool) {
	for i := 0; i < 4 && !add; i++ {
		clear(c[i*stride:][:16])
	}
	for i := 0; i < 4; i += 2 {
		for j := 0; j < 16; j += 4 {
			p := (*[4]float32)(c[i*stride+j:])
			q := (*[4]float32)(c[(i+1)*stride+j:])
			p0, p1, p2, p3 := p[0], p[1], p[2], p[3]
			q0, q1, q2, q3 := q[0], q[1], q[2], q[3]
			a, b := a, b
			for len(a) >= 4 && len(b) >= 16 {
				x, y := a[i], a[i+1]
				w := (*[4]float32)(b[j&12:])
				p0 += x * w[0]
				p1 += x * w[1]
				p2 += x * w[2]
				p3 += x * w[3]
				q0 += y * w[0]
				q1 += y * w[1]
				q2 += y * w[2]
				q3 += y * w[3]
				a, b = a[4:], b[16:]
			}
			*p = [4]float32{p0, p1, p2, p3}
			*q = [4]float32{q0, q1, q2, q3}
		}
	}
}

func plainDot(a, b []float32) float32 {
	b = b[:len(a)]
	var s float32
	for i, x := range a {
		s += x * b[i]
	}
	return s
}

func plainDots(y, a, x []float32, stride int) {
	for i := range y {
		y[i] = plainDot(a, x[i*stride:][:len(a)])
	}
}

func plainCombine(y, s, x []float32, stride int) {
	for i, f := range s {
		x := x[i*stride:][:len(y)]
		for c := range y {
			y[c] += f * x[c]
		}
	}
}

// adamStep is what all weights of a tensor share in a step of AdamW.
type adamStep struct{ clip, beta1, beta2, keep, rate, correct float32 }

func plainAdam(w, grad, mean, square []float32, s adamStep) {
	grad, mean, square = grad[:len(w)], mean[:len(w)], square[:len(w)]
	for i := range w {
		g := grad[i] * s.clip
		mean[i] = s.beta1*mean[i] + (1-s.beta1)*g
		square[i] = s.beta2*square[i] + (1-s.beta2)*g*g
		root := float32(math.Sqrt(float64(square[i] * s.correct)))
		w[i] = s.keep*w[i] - s.rate*mean[i]/(root+adamEps)
	}
}

// The exponential is 2ⁿ times a polynomial in r = x - n·ln 2, |r| <= ln 2 / 2, the one of Cephes's expf; it is exact to
// 2 units in the last place. Where e^x is hardly a normal number it is 0; above expMax it stays what it is there.
const (
	expMin, expMax = -87, 88
	log2E          = 1 / math.Ln2
	// rounder is so large that adding it leaves no bits behind the point: the sum's low bits are then the nearest n.
	rounder      = 3 << 22
	ln2Hi, ln2Lo = 0.693359375, -2.12194440e-4 // n·ln2Hi is exact
	exp2, exp3   = 5.0000001201e-1, 1.6666665459e-1
	exp4, exp5   = 4.1665795894e-2, 8.3334519073e-3
	exp6, exp7   = 1.3981999507e-3, 1.9875691500e-4
	oneBits      = 127 << 23 // of float32(1)
)

// exp rounds every product, as the conversions say, so that it gives the same bits on every processor.
func exp(x float32) float32 {
	if x < expMin {
		return 0
	}
	x = min(x, expMax)
	t := float32(x*log2E) + rounder
	n := t - rounder
	r := x - float32(n*ln2Hi) - float32(n*ln2Lo)
	p := float32(r*exp7) + exp6
	p = float32(p*r) + exp5
	p = float32(p*r) + exp4
	p = float32(p*r) + exp3
	p = float32(p*r) + exp2
	p = float32(p*float32(r*r)) + r + 1
	return p * math.Float32frombits(math.Float32bits(t)<<23+oneBits)
}

func plainExp(x []float32) {
	for i, v := range x {
		x[i] = exp(v)
	}
}
