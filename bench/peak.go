package bench

import (
	"fmt"
	"time"
)

// peakEvery is long enough for the samples, some milliseconds each for the process table, not to show in the joules.
// What a server holds for a model it holds from the first answer on, so that little is missed.
const peakEvery = time.Second

// A peakWatch samples a resident size while a measurement runs.
type peakWatch struct {
	read func() (int64, error)
	quit chan struct{}
	done chan struct{}
	peak int64 // bytes; owned by the sampling goroutine until done
	err  error
}

// watchPeak takes a sample at once and then at intervals until stop.
func watchPeak(read func() (int64, error)) *peakWatch {
	w := &peakWatch{read: read, quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		tick := time.NewTicker(peakEvery)
		defer tick.Stop()
		for w.sample() {
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
	n, err := w.read()
	if err != nil {
		w.err = fmt.Errorf("bench: reading the server's resident size: %w", err)
		return false
	}
	w.peak = max(w.peak, n)
	return true
}

// stop takes the last sample and returns the largest, in bytes. A sample that failed is an error: the largest of the
// others would look like a measurement.
func (w *peakWatch) stop() (int64, error) {
	close(w.quit)
	<-w.done
	return w.peak, w.err
}
