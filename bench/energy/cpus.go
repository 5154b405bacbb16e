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
// of the table: at least nine in ten published loads of CPUs left out of it
// lie within ±55 % and ±150 % of what it says. How that was found stands at
// the head of the table.
const (
	knownError   = 0.55
	unknownError = 1.5
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
	name     string
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
	if len(f) != 8 {
		return c, fmt.Errorf("%d columns, want 8", len(f))
	}
	c.name = f[0]
	if c.pattern, err = regexp.Compile("(?i)" + f[1]); err != nil {
		return c, err
	}
	if f[2] != "-" {
		c.cpuids = strings.Fields(f[2])
	}
	if c.idle, err = milliwatts(f[3]); err != nil {
		return c, err
	}
	if c.full, err = milliwatts(f[4]); err != nil {
		return c, err
	}
	if c.idle >= c.full {
		return c, fmt.Errorf("%s: idle power %s W is not below full power %s W", f[0], f[3], f[4])
	}
	models, err := strconv.Atoi(f[6])
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

// classify finds the class of p: by its name, else by its CPUID, else the
// median of the table with the wider error.
func classify(classes []class, p cpu) class {
	name := strings.NewReplacer("(R)", "", "(r)", "", "(TM)", "", "(tm)", "").Replace(p.name)
	for _, c := range classes {
		if c.pattern.MatchString(name) {
			return c
		}
	}
	for _, c := range classes {
		if slices.ContainsFunc(c.cpuids, p.is) {
			return c
		}
	}
	return class{
		name:     "the table's median",
		idle:     median(classes, func(c class) int64 { return c.idle }),
		full:     median(classes, func(c class) int64 { return c.full }),
		relative: unknownError,
	}
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

func median(cs []class, of func(class) int64) int64 {
	var v []int64
	for _, c := range cs {
		v = append(v, of(c))
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
