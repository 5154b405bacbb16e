package energy

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// pollEvery is how often a window reads its meter in the background.
	// Tools that read at 1 kHz add 0.25 to 47 % to the run time
	// (arXiv 2604.26815); one reading takes us some 60 µs.
	pollEvery = time.Second

	// maxGap is the longest time without a reading. The smallest counter,
	// AMD's 65.5 kJ, wraps in 32 s at maxWatts, so that a wrap can hide in
	// a longer one.
	maxGap = 30 * time.Second
)

// A Window measures the energy between [Start] and [Window.Stop].
type Window struct {
	meter  Meter
	ctx    context.Context
	cancel context.CancelFunc
	polled chan struct{} // closed when the background goroutine has ended

	began time.Time
	first Energy
	at    time.Time // of the last good reading; the goroutine's until polled is closed
	err   error     // of the goroutine; likewise

	once    sync.Once
	reading Reading
	failed  error
}

// Start reads m and goes on reading it once a second, so that no wrap of a
// counter is missed, until [Window.Stop] is called or ctx is done. One of the
// two must happen, or the background goroutine stays.
func Start(ctx context.Context, m Meter) (*Window, error) {
	first, err := m.Read(ctx)
	if err != nil {
		return nil, fmt.Errorf("energy: starting a window: %w", err)
	}
	w := &Window{meter: m, first: first, began: time.Now(), polled: make(chan struct{})}
	w.at = w.began
	w.ctx, w.cancel = context.WithCancel(ctx)
	go w.poll()
	return w, nil
}

// Stop ends the window and returns what it saw. There is no reading, but an
// error, if the context was done before, if any reading in between failed,
// if there was none for too long, or if the meter did not move. Stopping again
// returns the same.
func (w *Window) Stop() (Reading, error) {
	w.once.Do(func() {
		w.reading, w.failed = w.stop()
		if w.failed != nil {
			w.failed = fmt.Errorf("energy: window of %v has no reading: %w", time.Since(w.began).Round(time.Millisecond), w.failed)
		}
	})
	return w.reading, w.failed
}

func (w *Window) stop() (Reading, error) {
	outside := w.ctx.Err() // before cancel makes it ours
	w.cancel()
	<-w.polled
	if w.err != nil {
		return Reading{}, w.err
	}
	if outside != nil {
		return Reading{}, outside
	}
	now := time.Now()
	if err := w.gap(now); err != nil {
		return Reading{}, err
	}
	last, err := w.meter.Read(context.WithoutCancel(w.ctx))
	if err != nil {
		return Reading{}, err
	}
	gross, d := last-w.first, now.Sub(w.began)
	if gross < 0 || gross == 0 && d >= pollEvery {
		return Reading{}, fmt.Errorf("meter %s went from %d to %d µJ: it does not count", w.meter.Name(), w.first, last)
	}
	return Reading{Gross: gross, Duration: d, Error: w.meter.Error()}, nil
}

func (w *Window) poll() {
	defer close(w.polled)
	t := time.NewTicker(pollEvery)
	defer t.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-t.C:
		}
		now := time.Now()
		if w.err = w.gap(now); w.err != nil {
			return
		}
		if _, err := w.meter.Read(w.ctx); err != nil {
			// A reading cut short by Stop is no failure of the meter.
			if w.ctx.Err() == nil {
				w.err = err
			}
			return
		}
		w.at = now
	}
}

func (w *Window) gap(now time.Time) error {
	if g := now.Sub(w.at); g > maxGap {
		return fmt.Errorf("meter %s was not read for %v (was the machine stopped?): a wrap may have been missed", w.meter.Name(), g.Round(time.Second))
	}
	return nil
}
