package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
)

// minPeriods is how many movements of the counter a level must last.
const minPeriods = 20

// machine is what is loaded and asked how busy it was.
type machine struct {
	cpu     string
	threads int
	busy    func(context.Context) (time.Duration, error) // of all threads, since boot
	load    func(context.Context, level)                 // until the context is done
}

// calibrate measures each level and fits the curve. Progress goes to w, a line
// a level.
func calibrate(
	ctx context.Context, m machine, meter energy.Meter, d time.Duration, w io.Writer,
) (*energy.Calibration, error) {
	if shortest := max(time.Second, minPeriods*meter.Period()); d < shortest {
		return nil, fmt.Errorf("-duration %v: want %v or more, since meter %s moves every %v",
			d, shortest, meter.Name(), meter.Period())
	}
	c := &energy.Calibration{
		Version: 1, CPU: m.cpu, Threads: m.threads,
		Meter: meter.Name(), MeterError: meter.Error(), Date: time.Now().UTC().Format(time.DateOnly),
	}
	ls := levels(m.threads)
	fmt.Fprintf(w, "%d levels of %v\n", len(ls), d)
	for i, l := range ls {
		p, err := measure(ctx, m, meter, l, d)
		if ctx.Err() != nil {
			return nil, errors.New("interrupted: nothing was written")
		}
		if err != nil {
			return nil, fmt.Errorf("at %s: %w", l, err)
		}
		fmt.Fprintf(w, "%2d of %d: %-22s %5.1f %% busy %9.2f W\n", i+1, len(ls), l, 100*p.Load, p.Watts)
		c.Points = append(c.Points, p)
	}
	if err := c.Fit(); err != nil {
		return nil, err
	}
	return c, nil
}

// measure holds the machine at a level and reads meter and CPU time.
func measure(ctx context.Context, m machine, meter energy.Meter, l level, d time.Duration) (p energy.Point, err error) {
	loaded, stop := context.WithCancel(ctx)
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		m.load(loaded, l)
	}()
	// Not even a failed level may leave the machine busy.
	defer func() {
		stop()
		<-idle
	}()
	if err := sleep(ctx, d/10); err != nil {
		return p, err
	}
	window, err := energy.Start(ctx, meter)
	if err != nil {
		return p, err
	}
	busy, err := m.busyFor(ctx, d)
	r, windowErr := window.Stop()
	if err := errors.Join(err, windowErr); err != nil {
		return p, err
	}
	p = energy.Point{
		How:   l.String(),
		Load:  min(max(float64(busy)/float64(r.Duration)/float64(m.threads), 0), 1), // ticks round to either side
		Watts: r.Gross.Joules() / r.Duration.Seconds(),
	}
	return p, nil
}

// busyFor sleeps and returns how long all threads together worked meanwhile.
func (m machine) busyFor(ctx context.Context, d time.Duration) (time.Duration, error) {
	first, err := m.busy(ctx)
	if err != nil {
		return 0, err
	}
	if err := sleep(ctx, d); err != nil {
		return 0, err
	}
	last, err := m.busy(ctx)
	return last - first, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
