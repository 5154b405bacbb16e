package energy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// powercap is where the kernel keeps its energy counters:
// https://docs.kernel.org/power/powercap/powercap.html
const powercap = "class/powercap"

// A zone is one energy counter. A zone "intel-rapl:1:2" is the third part of
// the second zone of the control type intel-rapl; AMD's counters bear that
// name too.
type zone struct {
	dir     string // directory name, e.g. "intel-rapl:1:2"
	control string // "intel-rapl", "intel-rapl-mmio"
	path    []int  // 1, 2
	name    string // what the kernel calls it: "package-0", "dram", "psys"
	parent  string // name of the zone it is a part of, "" at the top
	max     Energy // the counter starts again from 0 after this value
}

func (z *zone) file(name string) string { return path.Join(powercap, z.dir, name) }

// zones lists every RAPL zone in a stable order: control type, then numbers.
func zones(sys fs.FS) ([]*zone, error) {
	entries, err := fs.ReadDir(sys, powercap)
	if err != nil {
		return nil, fmt.Errorf("rapl: %w (a virtual machine or container has none; on bare metal try sudo modprobe intel_rapl_msr)", err)
	}
	var all []*zone
	for _, e := range entries {
		if z, ok := parseZone(e.Name()); ok {
			all = append(all, z)
		}
	}
	slices.SortFunc(all, func(a, b *zone) int {
		// "intel-rapl" sorts before "intel-rapl-mmio".
		if c := strings.Compare(a.control, b.control); c != 0 {
			return c
		}
		return slices.Compare(a.path, b.path)
	})
	byDir := map[string]*zone{}
	for _, z := range all {
		if err := z.describe(sys); err != nil {
			return nil, err
		}
		byDir[z.dir] = z
		if parent := byDir[z.dir[:strings.LastIndexByte(z.dir, ':')]]; parent != nil {
			z.parent = parent.name
		}
	}
	return all, nil
}

// parseZone splits a directory name; ok is false for what is not a RAPL zone.
func parseZone(dir string) (z *zone, ok bool) {
	control, rest, found := strings.Cut(dir, ":")
	if !found || !strings.HasPrefix(control, "intel-rapl") {
		return nil, false
	}
	z = &zone{dir: dir, control: control}
	for _, s := range strings.Split(rest, ":") {
		n, err := strconv.ParseUint(s, 10, 31)
		if err != nil {
			return nil, false
		}
		z.path = append(z.path, int(n))
	}
	return z, true
}

func (z *zone) describe(sys fs.FS) error {
	b, err := fs.ReadFile(sys, z.file("name"))
	if err != nil {
		return z.fail("name", err)
	}
	z.name = strings.TrimSpace(string(b))
	if z.name == "" {
		return z.fail("name", errors.New("empty"))
	}
	z.max, err = z.number(sys, "max_energy_range_uj")
	if err == nil && z.max == 0 {
		err = z.fail("max_energy_range_uj", errors.New("is 0, so a wrap could not be undone"))
	}
	return err
}

// counter reads the zone's energy as the kernel shows it.
func (z *zone) counter(sys fs.FS) (Energy, error) {
	e, err := z.number(sys, "energy_uj")
	if err == nil && e > z.max {
		err = z.fail("energy_uj", fmt.Errorf("%d is above the counter's range %d", e, z.max))
	}
	return e, err
}

func (z *zone) number(sys fs.FS, file string) (Energy, error) {
	b, err := fs.ReadFile(sys, z.file(file))
	if err != nil {
		return 0, z.fail(file, err)
	}
	e, err := parseMicrojoules(b)
	if err != nil {
		return 0, z.fail(file, err)
	}
	return e, nil
}

// parseMicrojoules parses what sysfs prints: decimal digits and a newline.
// Without the newline the number may have lost its last digits.
func parseMicrojoules(b []byte) (Energy, error) {
	s, whole := strings.CutSuffix(string(b), "\n")
	if !whole {
		return 0, fmt.Errorf("short read: %q has no newline", clip(s))
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of microjoules", clip(s))
	}
	return Energy(n), nil
}

func clip(s string) string { return s[:min(len(s), 40)] }

// fail says which zone and file could not be read and what to do about it.
func (z *zone) fail(file string, err error) error {
	remedy := "run again, or with -meter estimate"
	switch {
	case errors.Is(err, fs.ErrPermission):
		remedy = "Linux 5.10 closed it to users because secrets can be read from power, CVE-2020-8694; " +
			"until the next boot, sudo chmod a+r /sys/class/powercap/intel-rapl*/energy_uj opens it to all of them; " +
			"or run as root, or -meter estimate"
	case errors.Is(err, fs.ErrNotExist):
		remedy = "the zone has vanished, or a container hides it: run outside of the container, or -meter estimate"
	}
	// A PathError repeats the path; say it once.
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("rapl: zone %s: %s: %w (%s)", strings.TrimSpace(z.dir+" "+z.name), z.file(file), err, remedy)
}
