package nn

import (
	"sync"
	"sync/atomic"
)

// matrix is a view of numbers with any strides: element (i, j) is at i·down + j·right.
type matrix struct {
	data        []float32
	rows, cols  int
	down, right int
}

// dense is the view of rows of cols numbers each.
func dense(data []float32, cols int) matrix {
	return matrix{data, len(data) / cols, cols, cols, 1}
}

func (m matrix) transposed() matrix {
	return matrix{m.data, m.cols, m.rows, m.right, m.down}
}

const (
	blockRows  = 64  // rows of c that one goroutine computes at a time
	blockDepth = 128 // k at a time, so that a panel of b stays in the first-level cache
)

// multiply sets c to a·b, or adds a·b to it; c must be dense. The blocking is that of BLIS (Van Zee and van de Geijn,
// ACM TOMS 41, 2015): panels of a and b are copied into the order in which the kernel reads them. Each element of c is
// one chain of additions in order of k, so no result depends on the blocking.
func (m *Model) multiply(c, a, b matrix, add bool) {
	height, width := m.kernel.rows, m.kernel.cols
	panels := (b.cols + width - 1) / width
	packed := grow(&m.pass.panels, panels*b.rows*width)
	packB := func(p, k, depth int) {
		pack(packed[(p*b.rows+k)*width:(p*b.rows+k+depth)*width], b.transposed(), p*width, k, depth, width)
	}
	if b.right == 1 { // memory is read in its order
		m.parallel(b.rows, rowGrain, func(from, to int) {
			for p := range panels {
				packB(p, from, to-from)
			}
		})
	} else {
		m.parallel(panels, 1, func(p, _ int) { packB(p, 0, b.rows) })
	}
	m.parallel(c.rows, blockRows, func(from, to int) {
		w := m.scratch.Get().(*scratch)
		defer m.scratch.Put(w)
		for k := 0; k < a.cols; k += blockDepth {
			depth := min(blockDepth, a.cols-k)
			for i := from; i < to; i += height {
				pack(w.a[(i-from)*depth:(i-from+height)*depth], a, i, k, depth, height)
			}
			for p := range panels {
				panel := packed[(p*b.rows+k)*width : (p*b.rows+k+depth)*width]
				for i := from; i < to; i += height {
					m.tile(w, c, i, min(to, i+height), p*width, w.a[(i-from)*depth:(i-from+height)*depth], panel, add || k > 0)
				}
			}
		}
	})
}

// pack copies width rows of a, from row and column (i, k) on, column by column; rows past the end are zeros. Width is a
// multiple of 4.
func pack(out []float32, a matrix, i, k, depth, width int) {
	switch at := i*a.down + k*a.right; {
	case i+width > a.rows:
		packEdge(out, a, i, k, depth, width)
	case a.down == 1 && width == 4: // too short for copy to be worth a call
		for d := range depth {
			*(*[4]float32)(out[4*d:]) = [4]float32(a.data[at+d*a.right:])
		}
	case a.down == 1:
		for d := range depth {
			copy(out[d*width:(d+1)*width], a.data[at+d*a.right:])
		}
	case a.right == 1: // four rows at a time, so that what is written is not so far apart
		for w := 0; w < width; w += 4 {
			row := func(r int) []float32 { return a.data[at+(w+r)*a.down:][:depth] }
			r0, r1, r2, r3 := row(0), row(1), row(2), row(3)
			for d := range r0 {
				*(*[4]float32)(out[d*width+w:]) = [4]float32{r0[d], r1[d], r2[d], r3[d]}
			}
		}
	default:
		packEdge(out, a, i, k, depth, width)
	}
}

func packEdge(out []float32, a matrix, i, k, depth, width int) {
	for w := range width {
		for d := range depth {
			out[d*width+w] = 0
			if i+w < a.rows {
				out[d*width+w] = a.data[(i+w)*a.down+(k+d)*a.right]
			}
		}
	}
}

// scratch is a goroutine's own memory.
type scratch struct {
	a [blockRows * blockDepth]float32
	c []float32 // a tile
}

// tile computes rows [i, end) of c in the columns from j on. A tile that reaches past c's edge is worked on in a copy.
func (m *Model) tile(w *scratch, c matrix, i, end, j int, a, b []float32, add bool) {
	height, width := m.kernel.rows, m.kernel.cols
	if end-i == height && j+width <= c.cols {
		m.kernel.tile(c.data[i*c.down+j:], c.down, a, b, add)
		return
	}
	t := grow(&w.c, height*width)
	cols := min(width, c.cols-j)
	for r := i; r < end; r++ {
		copy(t[(r-i)*width:], c.data[r*c.down+j:][:cols])
	}
	m.kernel.tile(t, width, a, b, add)
	for r := i; r < end; r++ {
		copy(c.data[r*c.down+j:][:cols], t[(r-i)*width:])
	}
}

// What a goroutine takes at a time where the work of a row, or of a number, is small.
const (
	rowGrain     = 16
	elementGrain = 4096
)

// parallel calls f for [0, n) in pieces of size grain, from several goroutines. What a piece is does not depend on
// their number, so f may keep sums of its own piece.
func (m *Model) parallel(n, grain int, f func(from, to int)) {
	pieces := (n + grain - 1) / grain
	var next atomic.Int64
	work := func() {
		for {
			p := int(next.Add(1)) - 1
			if p >= pieces {
				return
			}
			f(p*grain, min(n, (p+1)*grain))
		}
	}
	var wg sync.WaitGroup
	for range min(m.threads(), pieces) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

// grow makes *buf n numbers long; their content is undefined.
func grow(buf *[]float32, n int) []float32 {
	if cap(*buf) < n {
		*buf = make([]float32, n, n+n/4)
	}
	*buf = (*buf)[:n]
	return *buf
}
