package energy

import (
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// powerPMU is where the kernel describes its energy counters. What the files
// say: Documentation/ABI/testing/sysfs-bus-event_source-devices-events and
// -format, and "perf_event_open(2)", as of Linux 6.15.
const powerPMU = "bus/event_source/devices/power"

// A pmu is the type by which the kernel knows it, and what to count.
type pmu struct {
	kind   uint32
	events []perfEvent
}

type perfEvent struct {
	name   string // "energy-pkg"
	config uint64
	scale  scale
	cpus   []int // one for each package
}

// A scale is the microjoules of one count, as an exact fraction: the kernel's
// 2^-32 J are 15625/67108864 µJ.
type scale struct{ num, den uint64 }

// readPMU picks the events whose sum counts no joule twice: packages and the
// DRAM beside them. Cores and GPU are parts of the package and left out; psys
// holds all of it and serves only where there is no package.
func readPMU(at place) (*pmu, error) {
	kind, err := pmuFile(at.sys, "type", func(s string) (uint32, error) {
		n, err := strconv.ParseUint(s, 10, 32)
		return uint32(n), err
	})
	if err != nil {
		return nil, err
	}
	if _, err := pmuFile(at.sys, "format/event", expect("config:0-7")); err != nil {
		return nil, err
	}
	cpus, err := pmuFile(at.sys, "cpumask", parseCPUs)
	if err != nil {
		return nil, err
	}
	if cpus, err = onePerCounter(at, cpus); err != nil {
		return nil, err
	}
	u := &pmu{kind: kind}
	for _, name := range []string{"energy-pkg", "energy-ram", "energy-psys"} {
		switch {
		case name == "energy-ram" && len(u.events) == 0:
			continue
		case name == "energy-psys" && len(u.events) > 0:
			continue
		case name == "energy-psys":
			cpus = cpus[:1] // the platform is one, however many packages show it
		}
		e, found, err := readEvent(at.sys, name)
		if err != nil {
			return nil, err
		}
		if found {
			e.cpus = cpus
			u.events = append(u.events, e)
		}
	}
	if len(u.events) == 0 {
		return nil, fmt.Errorf("perf: no energy-pkg and no energy-psys below %s/events (a virtual machine, or a CPU whose counters "+
			"the kernel does not know: try -meter estimate)", powerPMU)
	}
	return u, nil
}

// readEvent reads an event, where there is one. Its scale and unit must be there:
// an event without would be counted in nobody knows what.
func readEvent(sys fs.FS, name string) (e perfEvent, found bool, err error) {
	file := "events/" + name
	if _, err := fs.Stat(sys, path.Join(powerPMU, file)); errors.Is(err, fs.ErrNotExist) {
		return e, false, nil
	}
	e.name = name
	if e.config, err = pmuFile(sys, file, parseEvent); err != nil {
		return e, true, err
	}
	if _, err = pmuFile(sys, file+".unit", expect("Joules")); err != nil {
		return e, true, err
	}
	e.scale, err = pmuFile(sys, file+".scale", parseScale)
	return e, true, err
}

// expect is for files that can say but one thing.
func expect(want string) func(string) (string, error) {
	return func(s string) (string, error) {
		if s != want {
			return "", fmt.Errorf("%q is not %q", clip(s), want)
		}
		return s, nil
	}
}

// pmuFile reads and parses one file of the PMU.
func pmuFile[T any](sys fs.FS, name string, parse func(string) (T, error)) (T, error) {
	var v T
	file := path.Join(powerPMU, name)
	b, err := fs.ReadFile(sys, file)
	if err == nil {
		if v, err = parse(strings.TrimSpace(string(b))); err == nil {
			return v, nil
		}
	}
	remedy := "an unknown kernel: try -meter rapl or estimate"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		remedy = "no Linux on x86, a virtual machine, or a module that is not loaded: on bare metal try sudo modprobe rapl"
	case errors.Is(err, fs.ErrPermission):
		remedy = "a container hides it: run outside of the container, or -meter estimate"
	}
	// A PathError repeats the path; say it once.
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return v, fmt.Errorf("perf: %s: %w (%s)", file, err, remedy)
}

// onePerCounter leaves out CPUs whose counter another one shows too. The mask
// has a CPU for each die where the kernel takes the register for the die's. On
// Intel it is; on AMD and Hygon it is the package's, of which older kernels list
// each die (rapl_pkg_pmu_is_pkg_scope in arch/x86/events/rapl.c, Linux 6.15).
func onePerCounter(at place, cpus []int) ([]int, error) {
	if len(cpus) == 1 {
		return cpus, nil
	}
	p, err := at.pc.cpu()
	if err != nil {
		return nil, fmt.Errorf("perf: telling dies from packages: %w", err)
	}
	if p.vendor == "GenuineIntel" {
		return cpus, nil
	}
	var out []int
	seen := map[string]bool{}
	for _, cpu := range cpus {
		b, err := fs.ReadFile(at.sys, fmt.Sprintf("devices/system/cpu/cpu%d/topology/physical_package_id", cpu))
		if err != nil {
			return nil, fmt.Errorf("perf: telling dies from packages: %w", err)
		}
		if id := string(b); !seen[id] {
			seen[id] = true
			out = append(out, cpu)
		}
	}
	return out, nil
}

// parseEvent parses "event=0x02": the 8 bits of config.
func parseEvent(s string) (uint64, error) {
	v, found := strings.CutPrefix(s, "event=")
	n, err := strconv.ParseUint(v, 0, 8)
	if !found || err != nil {
		return 0, fmt.Errorf("%q is not an event", clip(s))
	}
	return n, nil
}

// decimal keeps a huge exponent from filling the memory.
var decimal = regexp.MustCompile(`^\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$`)

// parseScale parses the joules of one count.
func parseScale(s string) (scale, error) {
	r, ok := new(big.Rat), false
	if decimal.MatchString(s) {
		_, ok = r.SetString(s)
	}
	r.Mul(r, big.NewRat(1e6, 1))
	if !ok || r.Sign() <= 0 || !r.Num().IsUint64() || !r.Denom().IsUint64() {
		return scale{}, fmt.Errorf("scale %q is not a number of joules", clip(s))
	}
	return scale{r.Num().Uint64(), r.Denom().Uint64()}, nil
}

// maxCPU is the last CPU that Linux can be built for, and then some.
const maxCPU = 1 << 16

// parseCPUs parses a list of CPUs, "0,18-19", as in
// https://docs.kernel.org/admin-guide/cputopology.html.
func parseCPUs(s string) ([]int, error) {
	var cpus []int
	for _, part := range strings.Split(s, ",") {
		lo, hi, ranged := strings.Cut(part, "-")
		if !ranged {
			hi = lo
		}
		from, err := strconv.ParseUint(lo, 10, 16)
		to, err2 := strconv.ParseUint(hi, 10, 16)
		if err != nil || err2 != nil || to < from || len(cpus) > maxCPU {
			return nil, fmt.Errorf("%q is not a list of CPUs", clip(s))
		}
		for c := from; c <= to; c++ {
			cpus = append(cpus, int(c))
		}
	}
	slices.Sort(cpus)
	return slices.Compact(cpus), nil
}
