package energy

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// suspended returns how long this machine has been suspended since it booted:
// CLOCK_BOOTTIME goes on meanwhile, and CLOCK_MONOTONIC, on which package time
// stands, does not (clock_gettime(2)).
func suspended() time.Duration {
	least := time.Duration(math.MaxInt64)
	// What holds us up between the two readings adds to their difference.
	for range 3 {
		var awake, all unix.Timespec
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil {
			return 0 // no Linux that Go runs on
		}
		least = min(least, time.Duration(all.Nano()-awake.Nano()))
	}
	return least
}
