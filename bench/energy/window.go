package energy

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"
)

const (
	// pollEvery is how often a window reads its meter in the background.
	// Tools that read at 1 kHz add 0.25 to 47 % to the run time
	// (arXiv 2604.26815). One of ours takes some 60 µs, 0.006 % of one core
	// (BenchmarkRAPLRead measures it without the kernel's part).
	pollEvery = time.Second

	// maxGap is the longest time without a reading. The smallest counter,
	// AMD's 65.5 kJ, wraps in 32 s at maxWatts, so that a wrap can hide in
	// a longer one.
	maxGap = 30 * time.Second

	// maxSlept is more than two clocks differ by without a suspend: where a
	// wall clock is asked (see suspended), time servers slew what is less.
	maxSlept = 200 * time.Millisecond
)

// A Window measures the energy between [Start] and [Window.Stop].
type Window struct {
	meter  Meter
	asleep func() time.Duration // see suspended
	slept  time.Duration        // before it began
	ctx    context.Context
	cancel context.CancelFunc
	polled chan struct{} // closed when the background goroutine has ended

	began time.Time // of the window, or where it was resumed
	spent time.Duration
	parts int       // between pauses
	at    time.Time // of the last good reading; the goroutine's until polled is closed
	err   error     // of the goroutine; likewise

	mu     sync.Mutex // for what SoFar reads
	first  Energy     // at the beginning, or where it was resumed
	last   Energy     // of the latest reading
	sum    Energy     // of what lies before a pause
	paused bool
	polls  int // readings since the first

	once    sync.Once
	reading Reading
	failed  error
}

// Start reads m and goes on reading it once a second, so that no wrap of a
// counter is missed, until [Window.Stop] is called or ctx is done. One of the
// two must happen, or the background goroutine stays.
func Start(ctx context.Context, m Meter) (*Window, error) { return start(ctx, m, suspended) }

func start(ctx context.Context, m Meter, asleep func() time.Duration) (*Window, error) {
	slept := asleep()
	first, err := m.Read(ctx)
	if err != nil {
		return nil, fmt.Errorf("energy: starting a window: %w", err)
	}
	w := &Window{meter: m, asleep: asleep, slept: slept, first: first, last: first, began: time.Now(), parts: 1, polled: make(chan struct{})}
	w.at = w.began
	w.ctx, w.cancel = context.WithCancel(ctx)
	go w.poll()
	return w, nil
}

// Stop ends the window and returns what it saw. There is no reading, but an
// error, if the context was done before, if any reading in between failed, if
// there was none for too long, if the machine was suspended, if the meter did
// not move, or if the window is shorter than one [Meter.Period].
//
// Both ends of a window fall between two movements of the counter, so that up
// to a period's energy is missing or too much: beside the window's own that is
// period / duration. The reading's error is the meter's plus that, 5 % more
// over 20 periods and 100 % over one. Bounds are added, not squared: neither
// is a standard deviation. (For the ends of pauses see [Window.Pause].)
//
// Stopping again returns the same.
func (w *Window) Stop() (Reading, error) {
	w.once.Do(func() {
		w.reading, w.failed = w.stop()
		if w.failed != nil {
			w.failed = fmt.Errorf("energy: window of %v has no reading: %w", (w.spent + time.Since(w.began)).Round(time.Millisecond), w.failed)
		}
	})
	return w.reading, w.failed
}

// Pause leaves out what follows until [Window.Resume]: for work that a
// measurement needs between two parts of what it measures. Each edge of a pause
// falls between two movements of the counter, so that one part may be off by
// one [Meter.Period]; over n parts these errors mostly cancel out, since the
// edges fall anywhere, and √n periods are stated. The two must take turns, in
// the goroutine that calls Stop.
func (w *Window) Pause() error {
	last, err := w.meter.Read(w.ctx)
	if err != nil {
		return fmt.Errorf("energy: pausing a window: %w", err)
	}
	w.spent += time.Since(w.began)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sum += last - w.first
	w.paused = true
	w.polls++
	return nil
}

// Resume ends a pause.
func (w *Window) Resume() error {
	first, err := w.meter.Read(w.ctx)
	if err != nil {
		return fmt.Errorf("energy: resuming a window: %w", err)
	}
	w.began = time.Now()
	w.parts++
	w.mu.Lock()
	defer w.mu.Unlock()
	w.first, w.last, w.paused = first, first, false
	return nil
}

// SoFar returns the energy up to the latest reading, pauses left out; false before the first one since the start. It
// reads nothing itself, so it lags by up to a second. It is for showing, and may be called from any goroutine; only
// [Window.Stop] knows whether the window is good.
func (w *Window) SoFar() (Energy, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.paused {
		return w.sum, w.polls > 0
	}
	return w.sum + w.last - w.first, w.polls > 0
}

// saw keeps a reading for SoFar. One that was under way when the window was resumed may come late.
func (w *Window) saw(e Energy) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = max(w.last, e)
	w.polls++
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
	if err := w.whole(now); err != nil {
		return Reading{}, err
	}
	last, err := w.meter.Read(context.WithoutCancel(w.ctx))
	if err != nil {
		return Reading{}, err
	}
	gross, d := w.sum, w.spent
	if !w.paused {
		gross, d = gross+last-w.first, d+now.Sub(w.began)
	}
	period := w.meter.Period()
	if d < period {
		return Reading{}, fmt.Errorf("meter %s moves only every %v or so: a shorter window is chance (measure for longer, 20 times that adds 5 %% to its error, or with another -meter)",
			w.meter.Name(), period)
	}
	if gross < 0 || gross == 0 && d >= pollEvery {
		return Reading{}, fmt.Errorf("meter %s counted %d µJ in %v and stands at %d: it does not count", w.meter.Name(), gross, d, last)
	}
	return Reading{Gross: gross, Duration: d, Error: w.meter.Error() + math.Sqrt(float64(w.parts))*float64(period)/float64(d)}, nil
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
		if w.err = w.whole(now); w.err != nil {
			return
		}
		e, err := w.meter.Read(w.ctx)
		if err != nil {
			// A reading cut short by Stop is no failure of the meter.
			if w.ctx.Err() == nil {
				w.err = err
			}
			return
		}
		w.at = now
		w.saw(e)
	}
}

// whole tells whether everything until now was seen.
func (w *Window) whole(now time.Time) error {
	if s := w.asleep() - w.slept; s > maxSlept {
		return fmt.Errorf("the machine was suspended for %v: what it used before and after is not one measurement "+
			"(measure again, on Linux under systemd-inhibit --what=sleep:idle)", s.Round(100*time.Millisecond))
	}
	if g := now.Sub(w.at); g > maxGap {
		return fmt.Errorf("meter %s was not read for %v (was the machine stopped?): a wrap may have been missed", w.meter.Name(), g.Round(time.Second))
	}
	return nil
}
