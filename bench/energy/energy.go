// Package energy reads how many joules this machine has used: meters with a
// name and a stated error, and windows between two readings of one.
//
// It refuses to guess silently. A reading that fails is an error, never a
// zero; a meter that was asked for by name and cannot be read is an error,
// never another meter; and an estimate says that it is one (see [Caveat]).
// Counters stay integers of a microjoule until somebody prints them.
package energy

import (
	"context"
	"time"
)

// Energy is an amount of energy in microjoules, the unit of the kernel's
// powercap counters. An int64 holds 9.2 TJ.
type Energy int64

const (
	Microjoule Energy = 1
	Joule             = 1_000_000 * Microjoule
)

// Joules returns e in joules.
func (e Energy) Joules() float64 { return float64(e) / float64(Joule) }

// A Meter counts the energy that a stated part of this machine has used. Its
// methods may be called from several goroutines at once.
type Meter interface {
	// Name is the value of the `meter:` config line: the way of measuring,
	// a colon, and what is measured ("rapl:package-0+dram").
	Name() string

	// Error is the stated relative error of a reading over a long window:
	// 0.05 says that the truth lies within ±5 % of what was read.
	Error() float64

	// Period is how often the counter moves. Over a time of not much more
	// than that a difference of two readings is chance.
	Period() time.Duration

	// Read returns the energy since the meter was opened, wraps of the
	// underlying counter undone. It never falls. A wrap is only seen by a
	// meter that is read while it happens, so nothing is promised about
	// times in which nobody reads; a [Window] reads often enough.
	Read(ctx context.Context) (Energy, error)
}

// Caveat returns what must be printed beside every joule of m, or "" if they
// are measured joules. It is the one way to tell the two apart that does not
// depend on names.
func Caveat(m Meter) string {
	if c, ok := m.(interface{ Caveat() string }); ok {
		return c.Caveat()
	}
	return ""
}

// Reading is what a [Window] saw.
type Reading struct {
	Gross    Energy        // all energy between start and stop, idle included, pauses left out
	Duration time.Duration // monotonic time between start and stop, likewise
	Error    float64       // stated relative error of Gross: the meter's, and what a short window adds, see [Window.Stop]
}
