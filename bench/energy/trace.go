package energy

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Trace is a meter's counter over time, for telling parts of a window apart afterwards.
type Trace struct {
	meter   Meter
	cancel  context.CancelFunc
	done    chan struct{}
	samples []sample // the goroutine's until done is closed
	err     error    // likewise
}

type sample struct {
	at    time.Time
	count Energy
}

// TraceEvery is how often a [Trace] reads its meter: the most that costs a core less than a thousandth of its time.
const TraceEvery = 100 * time.Millisecond

// Follow reads m at once and then every [TraceEvery], or once a period of a counter that moves more slowly, until
// [Trace.Stop] is called or ctx is done.
func Follow(ctx context.Context, m Meter) (*Trace, error) {
	t := &Trace{meter: m, done: make(chan struct{})}
	if !t.read(ctx) {
		return nil, t.err
	}
	ctx, t.cancel = context.WithCancel(ctx)
	go func() {
		defer close(t.done)
		tick := time.NewTicker(max(TraceEvery, m.Period()))
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				t.read(context.WithoutCancel(ctx))
				return
			}
			if !t.read(context.WithoutCancel(ctx)) {
				return
			}
		}
	}()
	return t, nil
}

func (t *Trace) read(ctx context.Context) bool {
	count, err := t.meter.Read(ctx)
	if err != nil {
		t.err = fmt.Errorf("energy: following %s: %w", t.meter.Name(), err)
		return false
	}
	t.samples = append(t.samples, sample{time.Now(), count})
	return true
}

// Stop takes the last reading. It is an error if any reading failed.
func (t *Trace) Stop() error {
	t.cancel()
	<-t.done
	return t.err
}

// Joules is the energy between two times within a trace that has been stopped, with the counter taken to have moved
// evenly between readings; false if the trace does not reach so far.
func (t *Trace) Joules(from, to time.Time) (float64, bool) {
	a, ok := t.at(from)
	b, ok2 := t.at(to)
	return b - a, ok && ok2
}

// at is the counter at a time in joules.
func (t *Trace) at(when time.Time) (float64, bool) {
	i, exact := slices.BinarySearchFunc(t.samples, when, func(s sample, when time.Time) int { return s.at.Compare(when) })
	switch {
	case exact:
		return t.samples[i].count.Joules(), true
	case i == 0 || i == len(t.samples):
		return 0, false
	}
	a, b := t.samples[i-1], t.samples[i]
	share := float64(when.Sub(a.at)) / float64(b.at.Sub(a.at))
	return a.count.Joules() + share*(b.count-a.count).Joules(), true
}
