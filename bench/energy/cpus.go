package energy

import (
	_ "embed"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// knownError and unknownError bound the estimate for CPUs inside and outside
// of the table: at least nine in ten published loads of CPUs that it was not
// made from lie within ±55 % and ±120 % of what it says. The head of the table
// says more, and judge_test.go computes it.
const (
	knownError   = 0.55
	unknownError = 1.2
)

//go:embed cpus.tsv
var cpusTSV string

// A cpu is what the operating system tells about the processor.
type cpu struct {
	vendor, family, model string // as CPUID has them, in decimal; "" if unknown
	stepping              int
	name                  string
	threads               int // hardware threads online, or virtual CPUs
}

// A class is a row of the table: CPUs of one microarchitecture.
type class struct {
	name     string // "maker-architecture"
	kind     string // of server, desktop (with the dies of these in small servers) or laptop
	pattern  *regexp.Regexp
	cpuids   []string
	idle     int64 // milliwatts per hardware thread
	full     int64
	relative float64 // stated relative error
}

// parseClasses reads the table; its columns are explained at its head.
func parseClasses(tsv string) ([]class, error) {
	var out []class
	header := true
	for i, line := range strings.Split(strings.TrimSuffix(tsv, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if header { // the line of column names
			header = false
			continue
		}
		c, err := parseClass(strings.Split(line, "\t"))
		if err != nil {
			return nil, fmt.Errorf("cpus.tsv:%d: %w", i+1, err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("cpus.tsv: no class")
	}
	return out, nil
}

func parseClass(f []string) (c class, err error) {
	if len(f) != 9 {
		return c, fmt.Errorf("%d columns, want 9", len(f))
	}
	c.name = f[0]
	if c.kind = f[1]; c.kind != "server" && c.kind != "desktop" && c.kind != "laptop" {
		return c, fmt.Errorf("%s: kind %q: want server, desktop or laptop", f[0], f[1])
	}
	if c.pattern, err = regexp.Compile("(?i)" + f[2]); err != nil {
		return c, err
	}
	if f[3] != "-" {
		c.cpuids = strings.Fields(f[3])
	}
	if c.idle, err = milliwatts(f[4]); err != nil {
		return c, err
	}
	if c.full, err = milliwatts(f[5]); err != nil {
		return c, err
	}
	if c.idle >= c.full {
		return c, fmt.Errorf("%s: idle power %s W is not below full power %s W", f[0], f[4], f[5])
	}
	models, err := strconv.Atoi(f[7])
	if err != nil {
		return c, fmt.Errorf("models: %w", err)
	}
	// With one model there is none to leave out, so nothing is known about
	// how far the class carries.
	if c.relative = knownError; models < 2 {
		c.relative = unknownError
	}
	return c, nil
}

// milliwatts parses watts. The bound is generous; it keeps the arithmetic of
// the estimate far from overflow.
func milliwatts(s string) (int64, error) {
	w, err := strconv.ParseFloat(s, 64)
	if err != nil || !(w > 0 && w < 1000) {
		return 0, fmt.Errorf("%q is not a number of watts per thread", s)
	}
	return int64(math.Round(w * 1000)), nil
}

// energy is what this class uses in a time with so much work, both on threads
// of which there are n. It counts nanojoules (milliwatts × microseconds), which
// overflow after 9.2 GJ.
func (c class) energy(n, wall, busy int64) Energy {
	return Energy((n*c.idle*wall + (c.full-c.idle)*busy) / 1000)
}

// kind tells by the name what the CPU is made for.
func (p cpu) kind() string {
	switch {
	case laptop.MatchString(p.name):
		return "laptop"
	case desktop.MatchString(p.name):
		return "desktop"
	}
	return "server"
}

var (
	laptop  = regexp.MustCompile(`(?i)\b(Core|Ryzen)\b.*\d(U|P|H|HS|V|Y|G\d)\b`)
	desktop = regexp.MustCompile(`(?i)\b(Core2?|Ryzen|Pentium|Celeron|Athlon|Atom|Apple|N\d{2,3})\b|Xeon E3?-`)
)

// classify finds the class of p: by its name, else by its CPUID, else what
// its like has in the middle, with the wider error.
func classify(classes []class, p cpu) class {
	p.name = strings.NewReplacer("(R)", "", "(r)", "", "(TM)", "", "(tm)", "").Replace(p.name)
	for _, c := range classes {
		if c.pattern.MatchString(p.name) {
			return c
		}
	}
	for _, c := range classes {
		if slices.ContainsFunc(c.cpuids, p.is) {
			// The die of a small server, but on a desktop's board: nobody
			// measured that.
			if p.kind() != "server" {
				c.relative = unknownError
			}
			return c
		}
	}
	return median(classes, p)
}

// median is the class in the middle of those that are most like p.
func median(classes []class, p cpu) class {
	maker := map[string]string{"AuthenticAMD": "amd", "GenuineIntel": "intel", "ARM": "arm"}[p.vendor]
	kind := p.kind()
	makes := func(c class) bool { return strings.HasPrefix(c.name, maker+"-") }
	for _, like := range []struct {
		name string
		is   func(class) bool
	}{
		{maker + "'s " + kind + "s", func(c class) bool { return makes(c) && c.kind == kind }},
		{maker + "'s desktops", func(c class) bool { return makes(c) && c.kind == "desktop" && kind == "laptop" }},
		{maker + "'s CPUs", makes},
		{kind + "s", func(c class) bool { return c.kind == kind }},
		{"all CPUs", func(class) bool { return true }},
	} {
		var idle, full []int64
		for _, c := range classes {
			if like.is(c) {
				idle, full = append(idle, c.idle), append(full, c.full)
			}
		}
		if len(idle) > 0 {
			return class{
				name: "the median of " + like.name, kind: kind,
				idle: middle(idle), full: middle(full), relative: unknownError,
			}
		}
	}
	return class{relative: unknownError} // no class at all, which parseClasses refuses
}

// is reports whether p has a CPUID "vendor/family/model[/from-to]", the last
// being a range of steppings.
func (p cpu) is(id string) bool {
	f := strings.Split(id, "/")
	if len(f) < 3 || p.vendor != f[0] || p.family != f[1] || p.model != f[2] {
		return false
	}
	if len(f) == 3 {
		return true
	}
	lo, hi, _ := strings.Cut(f[3], "-")
	from, err := strconv.Atoi(lo)
	to, err2 := strconv.Atoi(hi)
	return err == nil && err2 == nil && from <= p.stepping && p.stepping <= to
}

// middle is the median; it sorts v.
func middle(v []int64) int64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
