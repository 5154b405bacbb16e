package energy

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Options say which meter to open. The zero value opens the best one that
// can be read.
type Options struct {
	// Name forces a meter: "rapl", "perf", "hwmon", "battery" or "estimate". ""
	// tries them in that order. What a meter needs to be told follows behind a
	// colon: "hwmon:CHIP/CHANNEL+CHANNEL", "plug:http://10.0.0.7",
	// `prometheus:http://localhost:28282#kepler_node_cpu_joules_total{zone="package"}`.
	Name string

	// Calibration is the file, written by tools/calibrate, that makes the
	// estimate better on machines like the one it was made on; others do not
	// use it and say so. "" means the one at [CalibrationFile], if there is one.
	Calibration string

	// Sys is the sysfs tree. Nil means the machine's own, below /sys.
	Sys fs.FS
}

// place is where meters are read.
type place struct {
	sys         fs.FS
	pc          machine
	perf        opener
	web         web
	calibration string // file, or ""
}

// kind is one way of measuring. Adding a meter is adding a row to kinds.
type kind struct {
	name string
	arg  string // what must follow its name and a colon, e.g. "URL"; such a meter is opened only by name. "[URL]": may follow
	open func(at place, arg string) (Meter, error)
	why  string // why it is better than those after it
}

// optional reports whether the meter can be opened without its argument.
func (k kind) optional() bool { return k.arg == "" || strings.HasPrefix(k.arg, "[") }

// usage is how the meter is asked for.
func (k kind) usage() string {
	if arg, ok := strings.CutPrefix(k.arg, "["); ok {
		return k.name + "[:" + arg
	}
	return strings.TrimSuffix(k.name+":"+k.arg, ":")
}

// kinds lists the meters, best first.
func kinds() []kind {
	return []kind{
		{"rapl", "", func(at place, _ string) (Meter, error) { return openRAPL(at.sys) }, "the CPU's own counters"},
		{"perf", "", func(at place, _ string) (Meter, error) { return openPerf(at) }, "the CPU's own counters, by perf_event"},
		{"hwmon", "[CHIP/CHANNEL+...]", func(at place, arg string) (Meter, error) { return openHwmon(at.sys, arg) }, "sensors of a known chip"},
		{"battery", "", func(at place, _ string) (Meter, error) { return openBattery(at.sys) }, "the battery's gauge"},
		{"plug", "URL", func(at place, url string) (Meter, error) { return openPlug(at, url) }, ""},
		{"prometheus", "URL#METRIC", func(at place, arg string) (Meter, error) { return openPrometheus(at, arg) }, ""},
		{"estimate", "", func(at place, _ string) (Meter, error) { return openEstimate(at.pc, at.calibration) }, ""},
	}
}

// names lists how the meters are asked for.
func names() string {
	var list []string
	for _, k := range kinds() {
		list = append(list, k.usage())
	}
	return strings.Join(list, " or ")
}

// Open returns a meter that has been read once successfully, and the reason
// for the choice: one line that names what each better meter failed on. A
// meter named in o that cannot be read is an error, and so is a name that no
// meter has. What a meter holds open ends with the process, or by its Close
// where it is an [io.Closer].
func Open(o Options) (m Meter, reason string, err error) {
	return open(o.calibrated(), thisMachine{})
}

func (o Options) calibrated() Options {
	if o.Calibration == "" {
		o.Calibration = defaultCalibration()
	}
	return o
}

func open(o Options, pc machine) (Meter, string, error) {
	at := o.place(pc)
	if o.Name == "" {
		return first(candidates(at))
	}
	m, err := openNamed(o.Name, at)
	if err != nil {
		return nil, "", err
	}
	return m, describe(m, "asked for by name"), nil
}

func (o Options) place(pc machine) place {
	if o.Sys == nil {
		o.Sys = os.DirFS("/sys")
	}
	return place{sys: o.Sys, pc: pc, perf: kernel{}, calibration: o.Calibration}
}

func openNamed(spec string, at place) (Meter, error) {
	name, arg, _ := strings.Cut(spec, ":")
	spec = redact(spec)
	for _, k := range kinds() {
		switch {
		case k.name != name:
			continue
		case k.arg == "" && arg != "":
			return nil, fmt.Errorf("energy: meter %q: %s takes nothing behind a colon", spec, name)
		case arg == "" && !k.optional():
			return nil, fmt.Errorf("energy: meter %q: want %s", spec, k.usage())
		}
		m, err := k.open(at, arg)
		if err != nil {
			return nil, fmt.Errorf("energy: meter %q was asked for and cannot be read: %w", spec, err)
		}
		return m, nil
	}
	return nil, fmt.Errorf("energy: unknown meter %q: want %s, or none for the best that can be read", spec, names())
}

func describe(m Meter, why string) string {
	s := m.Name() + ": " + why
	if c := Caveat(m); c != "" {
		s += "; " + c
	}
	return s
}
