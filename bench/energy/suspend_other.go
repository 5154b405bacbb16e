//go:build !linux

package energy

import "time"

var processBegan = time.Now()

// suspended returns by how much the wall clock is ahead of the monotonic one
// since the process began. It is the time spent suspended where the monotonic
// clock stands still meanwhile (macOS), unless somebody set the clock; where
// it goes on (Windows), a suspend shows as a time in which nobody read.
func suspended() time.Duration {
	now := time.Now()
	return now.Round(0).Sub(processBegan.Round(0)) - now.Sub(processBegan)
}
