package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// A level is a load to measure: so many threads, each busy for a share of its
// time.
type level struct {
	threads int
	duty    float64
}

func (l level) String() string {
	switch {
	case l.duty == 0:
		return "idle"
	case l.duty < 1:
		return fmt.Sprintf("%.0f %% of all threads", 100*l.duty)
	case l.threads == 1:
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", l.threads)
}

// levels lists what a machine with n threads is stepped through.
func levels(n int) []level {
	out := []level{{n, 0}, {n, 0.25}, {n, 0.5}, {n, 0.75}}
	last := 0
	for t := 1; t < n; t *= 2 {
		out = append(out, level{t, 1})
		last = t
	}
	if n-1 > last {
		out = append(out, level{n - 1, 1})
	}
	return append(out, level{n, 1})
}

// turn is the time of one busy and one idle spell: short beside the seconds
// over which the estimate sees a load, long beside what waking costs.
const turn = 100 * time.Millisecond

// spin keeps threads busy until ctx is done, and returns when they have ended.
func spin(ctx context.Context, l level) {
	if l.duty == 0 {
		<-ctx.Done()
		return
	}
	// A container may have told Go to use fewer threads than there are.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(l.threads+1, runtime.GOMAXPROCS(0))))
	var all sync.WaitGroup
	for range l.threads {
		all.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			work := newWork()
			for ctx.Err() == nil {
				began := time.Now()
				for time.Since(began) < time.Duration(l.duty*float64(turn)) {
					work.do()
				}
				if l.duty < 1 {
					select {
					case <-ctx.Done():
					case <-time.After(turn - time.Since(began)):
					}
				}
			}
		})
	}
	all.Wait()
}

// work is a dot product of vectors that fit a core's second cache.
type work struct {
	a, b []float32
	sum  float32 // kept, or the compiler might leave the work out
}

func newWork() *work {
	w := &work{a: make([]float32, 1<<14), b: make([]float32, 1<<14)}
	for i := range w.a {
		w.a[i], w.b[i] = float32(i), 1/float32(i+1)
	}
	return w
}

// do takes some 20 µs.
func (w *work) do() {
	var s0, s1, s2, s3 float32
	b := w.b[:len(w.a)]
	for i := 0; i+3 < len(w.a); i += 4 {
		s0 += w.a[i] * b[i]
		s1 += w.a[i+1] * b[i+1]
		s2 += w.a[i+2] * b[i+2]
		s3 += w.a[i+3] * b[i+3]
	}
	w.sum += s0 + s1 + s2 + s3
}
