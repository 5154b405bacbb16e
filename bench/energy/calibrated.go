package energy

import (
	"context"
	"fmt"
	"math"
	"time"
)

// settleEvery is the time over which a load is taken. A curve is not a line:
// much shorter times would show the 10 ms steps of the accounting as loads of
// nothing and of everything.
const settleEvery = time.Second

// calibrated is the estimate by the curve of a [Calibration]: the watts of the
// load of each second, times that second.
type calibrated struct {
	*estimate
	by *Calibration

	sum  float64 // microjoules until the last second ended
	wall int64   // then, microseconds since the beginning
	busy int64   // then, thread-microseconds since boot
	told Energy  // the last reading
}

// Name bears the file's digest: joules by another curve are other joules.
func (c *calibrated) Name() string { return "estimate:calibrated@" + c.by.hash }

// Error is what nine in ten of the measured loads kept to, beside the error of
// the meter that measured them.
func (c *calibrated) Error() float64 { return c.by.Error90 + c.by.MeterError }

// Caveat says what the joules rest on.
func (c *calibrated) Caveat() string {
	return fmt.Sprintf("by the curve of %s that %s measured on %s, %.1f W idle to %.1f W busy, "+
		"true to ±%.0f %% in nine of ten loads: "+
		"these joules are CPU time through a curve and say nothing that the CPU time does not",
		c.by.file, c.by.Meter, c.by.Date, c.by.Watts(0), c.by.Watts(1), 100*c.Error())
}

// Read is as good as the curve. What the second that is not over yet has used
// can look smaller once more of it is known; the reading then waits.
func (c *calibrated) Read(ctx context.Context) (Energy, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, busy, err := c.times(ctx)
	if err != nil {
		return 0, err
	}
	d := wall - c.wall
	if d > 0 {
		load := float64(busy-c.busy) / float64(d) / float64(c.cpu.threads)
		now := c.sum + float64(d)*c.by.Watts(load)
		c.told = max(c.told, Energy(math.Round(now)))
		if d >= settleEvery.Microseconds() {
			c.sum, c.wall, c.busy = now, wall, busy
		}
	}
	return c.told, nil
}
