package energy

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Rest is what the meter's domains draw while nothing is measured.
type Rest struct {
	Watts float64 // mean
	Error float64 // standard error of the mean in watts, from how its parts differ and from the counter's steps
}

// idleParts is into how many parts an idle window is cut to see how steady it is.
const idleParts = 10

// LeastIdle is the shortest idle window of m: 20 of its counter's periods.
func LeastIdle(m Meter) time.Duration { return 20 * m.Period() }

// Idle reads m for the time d, in which the caller does nothing. It is an error if d is less than [LeastIdle], if a reading
// fails, or if ctx ends before.
func Idle(ctx context.Context, m Meter, d time.Duration) (Rest, error) {
	if least := LeastIdle(m); d < least {
		return Rest{}, fmt.Errorf("energy: an idle window of %v is too short for %s, whose counter moves every %v (want %v or more, or 0 for none)", d, m.Name(), m.Period(), least)
	}
	var watts [idleParts]float64
	last, err := m.Read(ctx)
	at := time.Now()
	for i := range watts {
		if err == nil {
			err = sleep(ctx, d/idleParts)
		}
		if err != nil {
			return Rest{}, fmt.Errorf("energy: idle window: %w", err)
		}
		var now Energy
		now, err = m.Read(ctx)
		began := at
		at = time.Now()
		watts[i] = (now - last).Joules() / at.Sub(began).Seconds()
		last = now
	}
	if err != nil {
		return Rest{}, fmt.Errorf("energy: idle window: %w", err)
	}
	var r Rest
	for _, w := range watts {
		r.Watts += w / idleParts
	}
	spread := 0.0
	for _, w := range watts {
		spread += (w - r.Watts) * (w - r.Watts)
	}
	steps := r.Watts * m.Period().Seconds() / d.Seconds()
	r.Error = math.Hypot(math.Sqrt(spread/(idleParts-1)/idleParts), steps)
	return r, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Net is what a reading holds beyond what the machine would have drawn in the same time at rest, and the most by which
// it may be off, both in joules: idle power is the mean of the windows before and after, and the uncertainty is the
// meter's stated error of the net and two standard errors of the idle power over the time.
//
// There is no net, but an error that says why, where the two windows disagree by more than that, or where what is left is
// not more than its uncertainty.
func (r Reading) Net(before, after Rest) (joules, uncertainty float64, err error) {
	t := r.Duration.Seconds()
	joules = r.Gross.Joules() - (before.Watts+after.Watts)/2*t
	uncertainty = r.Error*math.Abs(joules) + 2*math.Hypot(before.Error, after.Error)/2*t
	if off := math.Abs(before.Watts-after.Watts) / 2 * t; off > uncertainty {
		return 0, 0, fmt.Errorf("energy: no net: at rest the machine drew %.2f W before and %.2f W after, which is ± %.3g J of %.3g J (let it settle, end what else runs, or measure longer at rest: -idle)",
			before.Watts, after.Watts, off, joules)
	}
	if joules <= uncertainty {
		return 0, 0, fmt.Errorf("energy: no net: %.3g J beyond %.2f W at rest is within ± %.3g J (measure longer)", joules, (before.Watts+after.Watts)/2, uncertainty)
	}
	return joules, uncertainty, nil
}
