package nn

// A kernel is the arithmetic that takes the time. Each has its own rounding.
type kernel struct {
	name string
	// tile adds to c, a tileRows×tileCols matrix, the product of a panel of a (tileRows numbers for each k) and a panel
	// of b (tileCols numbers for each k), in order of k.
	tile func(c *[tileRows * tileCols]float32, a, b []float32)
	dot  func(a, b []float32) float32              // of equal lengths
	axpy func(y []float32, s float32, x []float32) // y += s·x, of equal lengths
}

const (
	tileRows = 4
	tileCols = 16
)

func plainKernel() kernel {
	return kernel{name: "plain", tile: plainTile, dot: plainDot, axpy: plainAxpy}
}

// plainTile works in 2×4 blocks, whose sums fit into registers.
func plainTile(c *[tileRows * tileCols]float32, a, b []float32) {
	for i := 0; i < tileRows; i += 2 {
		for j := 0; j < tileCols; j += 4 {
			p := (*[4]float32)(c[i*tileCols+j:])
			q := (*[4]float32)(c[(i+1)*tileCols+j:])
			p0, p1, p2, p3 := p[0], p[1], p[2], p[3]
			q0, q1, q2, q3 := q[0], q[1], q[2], q[3]
			a, b := a, b
			for len(a) >= tileRows && len(b) >= tileCols {
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
				a, b = a[tileRows:], b[tileCols:]
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

func plainAxpy(y []float32, s float32, x []float32) {
	x = x[:len(y)]
	for i := range y {
		y[i] += s * x[i]
	}
}
