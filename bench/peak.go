package bench

import (
	"fmt"
	"sync/atomic"
)

// A peakWatch samples the resident size of processes while a measurement runs. What a server holds for a model it holds
// from the first answer on, so that little is missed between samples.
type peakWatch struct {
	*sampler
	list func() ([]int32, error)
	size func([]int32) (int64, error)
	last atomic.Pointer[[]int32] // listed
	peak int64                   // bytes; the sampler's until it has stopped
}

func watchPeak(list func() ([]int32, error), size func([]int32) (int64, error)) *peakWatch {
	w := &peakWatch{list: list, size: size}
	w.sampler = startSampler(w.look)
	return w
}

func (w *peakWatch) look() error {
	pids, err := w.list()
	var n int64
	if err == nil {
		n, err = w.size(pids)
	}
	if err != nil {
		return fmt.Errorf("bench: reading the server's resident size: %w", err)
	}
	w.last.Store(&pids)
	w.peak = max(w.peak, n)
	return nil
}

// processes are those that were listed last: listing them reads the whole process table.
func (w *peakWatch) processes() ([]int32, error) {
	if pids := w.last.Load(); pids != nil {
		return *pids, nil
	}
	return w.list()
}

// stop takes the last sample and returns the largest, in bytes.
func (w *peakWatch) stop() (int64, error) {
	err := w.sampler.stop()
	return w.peak, err
}
