package energy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"
)

// raplError is the stated error of package and DRAM counters: ±5 % of the
// energy of these domains, and not of the wall plug (power supply, fans,
// disks and mainboard are outside). No published figure holds for all CPUs;
// 5 % is what we state, on this evidence: readings follow the plug closely
// and are "promisingly accurate" from Haswell on (Khan, Hirki, Niemi,
// Nurminen, Ou: RAPL in Action, ACM TOMPECS 3(2), 2018,
// doi:10.1145/3177754); DRAM counters of servers stem from measurements, those
// of desktops from a model with a constant offset, worst at idle (Desrochers,
// Paradis, Weaver, MEMSYS 2016, doi:10.1145/2989081.2989088). Against it: the
// dynamic energy of single kernels can deviate far more, in ways no
// calibration mends (Fahad et al., Energies 12(11):2204, 2019).
const raplError = 0.05

// stallAfter is longer than any part that is powered goes without energy.
const stallAfter = 2 * pollEvery

// maxWatts is more than any zone draws: the largest sockets are rated
// some 500 W. A counter that seems to have gone faster has been reset, or
// has stepped back (which looks like a wrap).
const maxWatts = 2000

// most is more than a counter can have gone since it was last read. One second
// on top, because counters move in steps and readings of several take their time.
func most(since time.Duration) Energy {
	return Energy((since + time.Second).Seconds() * maxWatts * float64(Joule))
}

// rapl sums counters that do not overlap: packages and the DRAM beside them.
// Cores and uncore are parts of their package and are left out; psys holds
// all of it and serves only where there is no package. A zone's file "enabled"
// tells of its power limits and not of its counter, so it is not asked:
// https://docs.kernel.org/power/powercap/powercap.html
type rapl struct {
	sys   fs.FS
	name  string
	known map[string]bool // directories of all zones, of those left out too

	mu    sync.Mutex
	zones []*counted
	at    time.Time // of the last reading
	total Energy
}

// counted is a zone and its last reading.
type counted struct {
	*zone
	last  Energy
	moved time.Time // when it was last seen to count
}

func openRAPL(sys fs.FS) (*rapl, error) {
	all, err := zones(sys)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(sys, all)
	if err != nil {
		return nil, err
	}
	r := &rapl{sys: sys, name: raplName(chosen), known: map[string]bool{}, at: time.Now()}
	for _, z := range all {
		r.known[z.dir] = true
	}
	for _, z := range chosen {
		e, err := z.counter(sys)
		if least := Energy(maxGap.Seconds()*maxWatts) * Joule; err == nil && z.max < least {
			err = z.fail("max_energy_range_uj", fmt.Errorf("%d is less than the %d µJ that %d W use in the %v between two readings: it would wrap unseen",
				z.max, least, maxWatts, maxGap))
		}
		if err == nil && e == 0 {
			// Some hypervisors show the zones and leave them at 0.
			err = z.fail("energy_uj", errors.New("stands at 0, as where nothing is counted"))
		}
		if err != nil {
			return nil, err
		}
		r.zones = append(r.zones, &counted{z, e, r.at})
	}
	return r, nil
}

func (r *rapl) Name() string   { return r.name }
func (r *rapl) Error() float64 { return raplError }

func (r *rapl) files() (names []string) {
	for _, z := range r.zones {
		names = append(names, z.file("energy_uj"))
	}
	return names
}

// Period is about a millisecond, with Intel (Software Developer's Manual, volume
// 3B, on the registers of energy status) as with AMD.
func (r *rapl) Period() time.Duration { return time.Millisecond }

// Read adds to the total what each zone has counted since the last reading.
// If any zone fails, nothing is added: after a failed read the next reading
// starts where this one did, after an impossible step or a stall it starts here.
func (r *rapl) Read(ctx context.Context) (Energy, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("rapl: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.joined(); err != nil {
		return 0, err
	}
	now := time.Now()
	limit := most(now.Sub(r.at))
	raw := make([]Energy, len(r.zones))
	for i, z := range r.zones {
		var err error
		if raw[i], err = z.counter(r.sys); err != nil {
			return 0, err
		}
	}
	elapsed := now.Sub(r.at).Round(time.Millisecond)
	r.at = now
	var sum Energy
	var bad error
	for i, z := range r.zones {
		d := raw[i] - z.last
		if d < 0 {
			d += z.max // wrapped; one unit (some 61 µJ) less than the truth
		}
		switch still := now.Sub(z.moved); {
		case d > limit:
			bad = errors.Join(bad, z.fail("energy_uj", fmt.Errorf(
				"went from %d to %d µJ in %v, more than %d W: the counter was reset or stepped back", z.last, raw[i], elapsed, maxWatts)))
		case d == 0 && still >= stallAfter:
			bad = errors.Join(bad, z.fail("energy_uj", fmt.Errorf("has stood at %d µJ for %v: it does not count", raw[i], still.Round(time.Millisecond))))
		case d > 0:
			z.moved = now
		}
		z.last = raw[i]
		sum += d
	}
	if bad != nil {
		return 0, bad
	}
	r.total += sum
	return r.total, nil
}

// joined finds a zone that was not there when the meter was opened: a socket
// that came online since would be missing from the sum. What another control
// type shows (a module that was loaded) are twins.
func (r *rapl) joined() error {
	entries, err := fs.ReadDir(r.sys, powercap)
	if err != nil {
		return fmt.Errorf("rapl: %w (the zones have vanished: was the module unloaded? run again, or with -meter estimate)", err)
	}
	for _, e := range entries {
		if z, ok := parseZone(e.Name()); ok && !r.known[z.dir] && z.control == r.zones[0].control {
			return fmt.Errorf("rapl: zone %s appeared after the meter was opened (a CPU that came online?): its energy would be missing (run again)", z.dir)
		}
	}
	return nil
}
