package energy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// supplies is where the kernel keeps batteries and chargers:
// Documentation/ABI/testing/sysfs-class-power.
const supplies = "class/power_supply"

// A level is what is left in a battery: µWh, or µAh at a voltage in µV where
// volts is not 0.
type level struct {
	dir         string
	left, volts int64
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
