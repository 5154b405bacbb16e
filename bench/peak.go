package bench

import (
	"fmt"
	"sync/atomic"
	"time"
)

// peakEvery is long enough for the samples, some milliseconds each for the process table, not to show in the joules.
// What a server holds for a model it holds from the first answer on, so that little is missed.
const peakEvery = time.Second

// A peakWatch samples the resident size of processes while a measurement runs.
type peakWatch struct {
	list func() ([]int32, error)
	size func([]int32) (int64, error)
	last atomic.Pointer[[]int32] // listed
	quit chan struct{}
	done chan struct{}
	peak int64 // bytes; owned by the sampling goroutine until done
	err  error
}

// watchPeak takes a sample at once and then at intervals until stop.
func watchPeak(list func() ([]int32, error), size func([]int32) (int64, error)) *peakWatch {
	w := &peakWatch{list: list, size: size, quit: make(chan struct{}), done: make(chan struct{})}
	more := w.sample()
	go func() {
		defer close(w.done)
		tick := time.NewTicker(peakEvery)
		defer tick.Stop()
		for ; more; more = w.sample() {
			select {
			case <-tick.C:
			case <-w.quit:
				w.sample()
				return
			}
		}
	}()
	return w
}

func (w *peakWatch) sample() bool {
	pids, err := w.list()
	var n int64
	if err == nil {
		n, err = w.size(pids)
	}
	if err != nil {
		w.err = fmt.Errorf("bench: reading the server's resident size: %w", err)
		return false
	}
	w.last.Store(&pids)
	w.peak = max(w.peak, n)
	return true
}

// processes are those that were listed last: listing them reads the whole process table.
func (w *peakWatch) processes() ([]int32, error) {
	if pids := w.last.Load(); pids != nil {
		return *pids, nil
	}
	return w.list()
}

// stop takes the last sample and returns the largest, in bytes. A sample that failed is an error: the largest of the
// others would look like a measurement.
func (w *peakWatch) stop() (int64, error) {
	close(w.quit)
	<-w.done
	return w.peak, w.err
}
