package energy

import (
	"sync"
	"time"
)

// An integral makes a counter of power readings: what the trapezoids between
// them hold. It knows nothing of what the power did in between, so that a meter
// that uses it must be read often, and states an error that allows for that.
type integral struct {
	mu    sync.Mutex
	at    time.Time // of the last reading, zero before the first
	power int64     // then, microwatts
	sum   Energy
}

// add takes a reading of microwatts and returns the energy since the first one.
func (i *integral) add(now time.Time, power int64) Energy {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.at.IsZero() {
		// A product of microwatts and microseconds would overflow after hours.
		i.sum += Energy(float64(power+i.power) / 2 * now.Sub(i.at).Seconds())
	}
	i.at, i.power = now, power
	return i.sum
}
