package bench

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/joulebench/joulebench/bench/ollama"
)

// A peakWatch samples the resident size of runners while a measurement runs. What a server holds for a model it holds
// from the first answer on, so that little is missed between samples.
type peakWatch struct {
	*sampler
	list func() ([]int32, error)
	size func([]int32) (int64, error)
	last atomic.Pointer[[]int32] // listed
	peak int64                   // bytes; the sampler's until it has stopped
}

// runnerRSS is the resident size of the server's runners, whose processes come behind its own. What the server holds itself is
// 40 MB and no part of the pair's cost: after it has made a model of a billion weights it is gigabytes, for a while.
func runnerRSS(pids []int32) (int64, error) {
	if len(pids) < 2 {
		return 0, errors.New("it has no runner (the model may have been unloaded: does somebody else ask this server?)")
	}
	return ollama.RSS(pids[1:])
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
