package energy

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"
	"time"
)

const (
	// batteryError is the stated error of what a battery's gauge counts. It
	// is an assumption: no published figure holds for all gauges, and the
	// kernel knows none for the energy (its capacity_error_margin is that of
	// the charge left). For scale, one laptop's psys counter and its battery
	// disagreed by 9 % (24.7 W and 27 W, documentation of CodeCarbon).
	batteryError = 0.10

	// batteryPeriod is half as much again as the slowest of the published
	// periods: 1 to 5 s "or more" (R. Chen, Microsoft, 2010-09-24,
	// devblogs.microsoft.com/oldnewthing/20100924-00), about 8 s (amas.sh,
	// power-readings-desmoothed, read 2026-11-28), a step of 10 mWh each 10 s
	// at idle (T. Unangst, flak.tedunangst.com/post/watt-time-is-left, read
	// 2026-11-28). Linux asks the firmware once a second at most (cache_time in
	// drivers/acpi/battery.c).
	batteryPeriod = 15 * time.Second

	// batteryWatts is more than a laptop's batteries give.
	batteryWatts = 500
)

// battery counts what left the batteries of this machine: all of it, screen
// and disks included, before any charger's loss.
//
// It reads what is left (energy_now, or charge_now and the voltage) and not
// power_now, although that has finer steps: what the firmware gives as the
// present power is smoothed over a time that it does not tell (amas.sh above;
// ACPI's _BST says no more), so that its integral lags by that time, while the
// gauge's count misses at most the step that [Meter.Period] allows for.
type battery struct {
	sys  fs.FS
	name string

	mu     sync.Mutex
	levels []level
	at     time.Time // of the last reading
	energy int64     // fallen since opening, µWh
	charge int64     // fallen since opening times twice the voltage, µAh × µV
}

func openBattery(sys fs.FS) (*battery, error) {
	now, err := discharging(sys)
	if err != nil {
		return nil, fmt.Errorf("battery: %w", err)
	}
	return &battery{sys: sys, name: "battery:" + together(now), levels: now, at: time.Now()}, nil
}

func (b *battery) Name() string          { return b.name }
func (b *battery) Error() float64        { return batteryError }
func (b *battery) Period() time.Duration { return batteryPeriod }

func (b *battery) files() (names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.levels {
		names = append(names, path.Join(supplies, l.dir, l.file()))
	}
	return names
}

// Read adds what has left the batteries since the last reading. A machine that
// was plugged in gives an error for as long as it is; the next reading goes on
// from where the gauge stands then.
func (b *battery) Read(ctx context.Context) (Energy, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := ctx.Err()
	if err == nil {
		err = b.read()
	}
	if err != nil {
		return 0, fmt.Errorf("battery: %w", err)
	}
	return microjoules(b.energy, b.charge), nil
}

func (b *battery) read() error {
	levels, err := discharging(b.sys)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(levels, b.levels, level.same) {
		return fmt.Errorf("it was %s, and now is %s or tells of another unit: a battery was changed (measure again)", together(b.levels), together(levels))
	}
	now, was := time.Now(), b.levels
	elapsed := now.Sub(b.at)
	b.levels, b.at = levels, now
	var energy, charge int64
	for i, l := range levels {
		fall := was[i].left - l.left
		if fall < 0 {
			return fmt.Errorf("%s rose from %d to %d in %v: it was charged between two readings, or the gauge corrected itself (measure again)",
				path.Join(supplies, l.dir, l.file()), was[i].left, l.left, elapsed.Round(time.Millisecond))
		}
		if l.volts != 0 {
			charge += fall * (was[i].volts + l.volts)
		} else {
			energy += fall
		}
	}
	// A whole period may fall in one step.
	if e := microjoules(energy, charge); e.Joules() > (elapsed+batteryPeriod).Seconds()*batteryWatts {
		return fmt.Errorf("%s fell by %.0f J in %v, more than %d W: the gauge was reset or corrected itself (measure again)",
			together(levels), e.Joules(), elapsed.Round(time.Millisecond), batteryWatts)
	}
	b.energy += energy
	b.charge += charge
	return nil
}

// microjoules is exact but for the last one: a µWh is 3600 µJ; a µAh is 3.6 mC,
// so that 1 µAh × 1 µV is 3.6 nJ, and 1.8 nJ where the voltage is doubled.
func microjoules(energy, charge int64) Energy {
	return Energy(energy*3600 + charge/10_000*18 + charge%10_000*18/10_000)
}
