package energy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// supplies is where the kernel keeps batteries and chargers:
// Documentation/ABI/testing/sysfs-class-power.
const supplies = "class/power_supply"

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
	// 2026-11-28). Linux asks the firmware once a second at most.
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

// A level is what is left in a battery: µWh, or µAh at a voltage in µV where
// volts is not 0.
type level struct {
	dir         string
	left, volts int64
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

// discharging returns what is left in each of the machine's batteries, in the
// order of their names, or why they do not feed it alone.
func discharging(sys fs.FS) ([]level, error) {
	entries, err := fs.ReadDir(sys, supplies)
	if err != nil {
		return nil, fmt.Errorf("%w (only Linux laptops have one: -meter estimate)", err)
	}
	var levels []level
	var states []string
	used := false
	for _, e := range entries {
		dir := e.Name()
		kind, err := word(sys, dir, "type", "")
		if err != nil {
			return nil, err
		}
		scope, err := word(sys, dir, "scope", "System")
		if err != nil {
			return nil, err
		}
		if scope == "Device" { // a mouse, not this machine
			continue
		}
		if kind != "Battery" {
			// "Mains", "USB", "USB_PD", "Wireless"; online is 2 where the charger can be programmed.
			online, err := word(sys, dir, "online", "0")
			if err != nil {
				return nil, err
			}
			if online != "0" && kind != "UPS" { // that is behind the mains
				return nil, fmt.Errorf("%s is online (%s): what comes from there is not counted (pull the plug, or -meter estimate)", dir, kind)
			}
			continue
		}
		present, err := word(sys, dir, "present", "1")
		if err != nil {
			return nil, err
		}
		if present == "0" {
			continue
		}
		status, err := word(sys, dir, "status", "")
		if err != nil {
			return nil, err
		}
		if status == "Charging" {
			return nil, fmt.Errorf("%s is charging: its energy rises (pull the plug, or -meter estimate)", dir)
		}
		used = used || status == "Discharging"
		states = append(states, fmt.Sprintf("%s says %q", dir, clip(status)))
		l, err := readLevel(sys, dir)
		if err != nil {
			return nil, err
		}
		levels = append(levels, l)
	}
	switch {
	case len(levels) == 0:
		return nil, fmt.Errorf("no battery of the machine's own below %s (-meter estimate)", supplies)
	case !used: // of two, one rests and may say anything else
		return nil, fmt.Errorf("%s and none says that it is discharging (pull the plug and wait some seconds, or -meter estimate)", strings.Join(states, ", "))
	}
	return levels, nil
}

func readLevel(sys fs.FS, dir string) (level, error) {
	l := level{dir: dir}
	var err error
	if l.left, err = quantity(sys, dir, "energy_now", 1e11); !errors.Is(err, fs.ErrNotExist) { // at most 100 kWh
		return l, err
	}
	l.left, err = quantity(sys, dir, "charge_now", 1e9) // 1000 Ah
	if err == nil {
		l.volts, err = quantity(sys, dir, "voltage_now", 1e8) // 100 V
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s shows neither energy_now nor charge_now beside voltage_now (-meter estimate)", dir)
	} else if err == nil && l.volts == 0 {
		err = fmt.Errorf("%s is 0 (run again, or with -meter estimate)", path.Join(supplies, dir, "voltage_now"))
	}
	return l, err
}

// same reports whether two levels can be compared.
func (l level) same(o level) bool { return l.dir == o.dir && (l.volts == 0) == (o.volts == 0) }

func (l level) file() string {
	if l.volts != 0 {
		return "charge_now"
	}
	return "energy_now"
}

// together names the batteries.
func together(levels []level) string {
	var dirs []string
	for _, l := range levels {
		dirs = append(dirs, l.dir)
	}
	return strings.Join(dirs, "+")
}

// word reads a file of one word or line, or absent, unless it is empty, where there is none.
func word(sys fs.FS, dir, file, absent string) (string, error) {
	name := path.Join(supplies, dir, file)
	b, err := fs.ReadFile(sys, name)
	if absent != "" && errors.Is(err, fs.ErrNotExist) {
		return absent, nil
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err // say the path once
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w (run again, or with -meter estimate)", name, err)
	}
	s, whole := strings.CutSuffix(string(b), "\n")
	if !whole || s == "" {
		return "", fmt.Errorf("%s: short read: %q (run again, or with -meter estimate)", name, clip(s))
	}
	return s, nil
}

// quantity reads a number of micro-units from 0 to most, so that no product overflows.
func quantity(sys fs.FS, dir, file string, most int64) (int64, error) {
	s, err := word(sys, dir, file, "")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("%s: %q is not a number from 0 to %d (run again, or with -meter estimate)", path.Join(supplies, dir, file), clip(s), most)
	}
	return n, nil
}
