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
	blockRows  = 10 * tileRows // rows of c that one goroutine computes at a time
	blockDepth = 256           // k at a time, so that a panel of b stays in the first-level cache
)

// multiply sets c to a·b, or adds a·b to it; c must be dense. The blocking is that of BLIS (Van Zee and van de Geijn,
// ACM TOMS 41, 2015): panels of a and b are copied into the order in which the kernel reads them. Each element of c is
// one chain of additions in order of k, so no result depends on the blocking.
func (m *Model) multiply(c, a, b matrix, add bool) {
	panels := (b.cols + tileCols - 1) / tileCols
	packed := grow(&m.pass.panels, panels*b.rows*tileCols)
	m.parallel(panels, 1, func(from, to int) {
		for p := from; p < to; p++ {
			pack(packed[p*b.rows*tileCols:(p+1)*b.rows*tileCols], b.transposed(), p*tileCols, 0, b.rows, tileCols)
		}
	})
	m.parallel(c.rows, blockRows, func(from, to int) {
		w := m.scratch.Get().(*scratch)
		defer m.scratch.Put(w)
		rows := to - from
		for k := 0; k < a.cols; k += blockDepth {
			depth := min(blockDepth, a.cols-k)
			for i := 0; i < rows; i += tileRows {
				pack(w.a[i*depth:(i+tileRows)*depth], a, from+i, k, depth, tileRows)
			}
			for p := range panels {
				panel := packed[(p*b.rows+k)*tileCols : (p*b.rows+k+depth)*tileCols]
				for i := 0; i < rows; i += tileRows {
					m.tile(&w.c, c, from+i, min(to, from+i+tileRows), p*tileCols, w.a[i*depth:(i+tileRows)*depth], panel, add || k > 0)
				}
			}
		}
	})
}

// pack copies width rows of a, from row and column (i, k) on, column by column; rows past the end are zeros.
func pack(out []float32, a matrix, i, k, depth, width int) {
	if a.down == 1 && i+width <= a.rows {
		for d := range depth {
			copy(out[d*width:(d+1)*width], a.data[i+(k+d)*a.right:])
		}
		return
	}
	for w := range width {
		if i+w >= a.rows {
			for d := range depth {
				out[d*width+w] = 0
			}
			continue
		}
		at := (i+w)*a.down + k*a.right
		for d := range depth {
			out[d*width+w] = a.data[at]
			at += a.right
		}
	}
}

// scratch is a goroutine's own memory.
type scratch struct {
	a [blockRows * blockDepth]float32
	c [tileRows * tileCols]float32
}

// tile computes rows [i, end) of c in the columns from j on.
func (m *Model) tile(t *[tileRows * tileCols]float32, c matrix, i, end, j int, a, b []float32, add bool) {
	clear(t[:])
	cols := min(tileCols, c.cols-j)
	if add {
		for r := i; r < end; r++ {
			copy(t[(r-i)*tileCols:], c.data[r*c.down+j:][:cols])
		}
	}
	m.kernel.tile(t, a, b)
	for r := i; r < end; r++ {
		copy(c.data[r*c.down+j:][:cols], t[(r-i)*tileCols:])
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
