package energy

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// choose picks the zones whose sum counts no joule twice.
func choose(sys fs.FS, all []*zone) ([]*zone, error) {
	packages, err := unique(sys, all, func(z *zone) bool { return strings.HasPrefix(z.name, "package") })
	if err != nil {
		return nil, err
	}
	if len(packages) == 0 {
		psys, err := unique(sys, all, func(z *zone) bool { return z.name == "psys" })
		if err == nil && len(psys) == 0 {
			err = fmt.Errorf("rapl: no package and no psys zone below %s (a virtual machine, or a kernel without intel_rapl_msr: try modprobe intel_rapl_msr, or -meter estimate)", powercap)
		}
		return psys, err
	}
	dram, err := unique(sys, all, func(z *zone) bool {
		return z.name == "dram" && slices.ContainsFunc(packages, func(p *zone) bool { return p.name == z.parent })
	})
	return append(packages, dram...), err
}

// unique returns the zones that want accepts, less those that show a counter
// once more: the same zone by another control type (MSR and MMIO), and a
// package's dies that mirror each other.
func unique(sys fs.FS, all []*zone, want func(*zone) bool) ([]*zone, error) {
	var out []*zone
next:
	for _, z := range all {
		if !want(z) {
			continue
		}
		for _, o := range out {
			if o.control != z.control && o.name == z.name && o.parent == z.parent {
				continue next
			}
			if d := die.FindString(z.name); d != "" && d == die.FindString(o.name) {
				same, err := mirrors(sys, o, z)
				if err != nil {
					return nil, err
				}
				if same {
					continue next
				}
			}
		}
		out = append(out, z)
	}
	return out, nil
}

// die matches the package's part of a die's name, "package-0-die-1".
var die = regexp.MustCompile(`^package-\d+-die-`)

// mirrors reports whether two zones show one counter, as the dies of AMD's
// Threadripper and EPYC do (mlco2/codecarbon#1274): read between two readings
// of a, b lies between them. Counters of their own would have to agree within
// the millijoules of some microseconds, in a range of 65 kJ or more.
func mirrors(sys fs.FS, a, b *zone) (bool, error) {
	return same(func() (Energy, error) { return a.counter(sys) }, func() (Energy, error) { return b.counter(sys) })
}

// same reports whether two readings are of one counter.
func same(a, b func() (Energy, error)) (bool, error) {
	before, err := a()
	if err != nil {
		return false, err
	}
	between, err := b()
	if err != nil {
		return false, err
	}
	after, err := a()
	if err != nil {
		return false, err
	}
	if after < before { // wrapped meanwhile
		return between >= before || between <= after, nil
	}
	return before <= between && between <= after, nil
}

// raplName lists the domains that are summed; DRAM is named once however
// many sockets have it.
func raplName(zs []*zone) string {
	var names []string
	for _, z := range zs {
		if !slices.Contains(names, z.name) {
			names = append(names, z.name)
		}
	}
	return "rapl:" + strings.Join(names, "+")
}
