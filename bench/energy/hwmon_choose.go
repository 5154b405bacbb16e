package energy

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// knownChips are those of which we know what to sum, best first. Everything
// else is opened only by name: nobody can tell whether an unknown channel is the
// machine's, a part of another one's, a graphics card's or a battery's.
var knownChips = []struct {
	name   string
	labels *regexp.Regexp
	error  float64
}{
	// The RAPL registers. Ecore's are parts of their socket's
	// (Documentation/hwmon/amd_energy.rst, Linux 5.8 to 5.12; since then the
	// driver is found outside of the kernel).
	{"amd_energy", regexp.MustCompile(`^Esocket\d+$`), raplError},
	// The input of Jetson Orin NX, Orin Nano and Xavier NX: "VDD_IN is the
	// total power of module" (NVIDIA's answer in
	// forums.developer.nvidia.com/t/200883, read 2026-11-28). How the rails of
	// AGX modules overlap is not published: their user must say what to add.
	{"ina3221", regexp.MustCompile(`^VDD_IN$`), inaError},
	// Two rails of a CPU, once for each socket (zenpower.c, zenpower_power_label).
	{"zenpower", regexp.MustCompile(`^(cpu\d+ )?SVI2_P_(Core|SoC)$`), sviError},
}

// known picks the channels whose sum counts no joule twice.
func known(sys fs.FS, chips []*chip) ([]*channel, float64, error) {
	for _, k := range knownChips {
		var chosen []*channel
		for _, c := range channels(chips) {
			if c.chip.name != k.name {
				continue
			}
			if c.hidden != nil {
				return nil, 0, c.hidden
			}
			if !k.labels.MatchString(c.label) {
				continue
			}
			twin, err := c.mirrored(sys, chosen)
			if err != nil {
				return nil, 0, err
			}
			if slices.Contains(titles(chosen), c.label) {
				return nil, 0, fmt.Errorf("hwmon: two channels are called %s: which of them holds the other? (%s)", c.label, ask(chips))
			}
			if !twin {
				chosen = append(chosen, c)
			}
		}
		if len(chosen) > 0 {
			return chosen, k.error, nil
		}
	}
	return nil, 0, fmt.Errorf("hwmon: no chip below %s of which we know what it measures (%s)", hwmonDir, ask(chips))
}

// mirrored reports whether a counter shows one of others once more: amd_energy
// has an Esocket for each NUMA node, of which a socket may have four.
func (c *channel) mirrored(sys fs.FS, others []*channel) (bool, error) {
	read := func(c *channel) func() (Energy, error) {
		return func() (Energy, error) {
			v, err := c.read(sys)
			return Energy(v), err
		}
	}
	if !c.counts() {
		return false, nil
	}
	for _, o := range others {
		if twin, err := same(read(o), read(c)); twin || err != nil {
			return twin, err
		}
	}
	return false, nil
}

// named finds the channels of "CHIP/CHANNEL[+CHANNEL]", CHIP being a name or, if
// several bear it, a directory, and CHANNEL a label or the stem of a file. Who
// names channels answers for that none holds another.
func named(chips []*chip, arg string) ([]*channel, error) {
	of, list, _ := strings.Cut(arg, "/")
	var chosen []*channel
	for _, want := range strings.Split(list, "+") {
		var found []*channel
		for _, c := range channels(chips) {
			if (c.chip.name == of || c.chip.dir == of) && (c.stem == want || c.label == want) && want != "" {
				found = append(found, c)
			}
		}
		switch {
		case len(found) == 0:
			return nil, fmt.Errorf("hwmon: no channel %q of chip %q (%s)", want, of, ask(chips))
		case len(found) > 1:
			return nil, fmt.Errorf("hwmon: %q is several channels of chip %q (%s)", want, of, ask(chips))
		case slices.Contains(chosen, found[0]):
			return nil, fmt.Errorf("hwmon: channel %q of %q is named twice", want, arg)
		}
		chosen = append(chosen, found[0])
	}
	return chosen, nil
}

// ask lists what can be named.
func ask(chips []*chip) string {
	const shown = 16
	var list []string
	for _, c := range channels(chips) {
		s := c.chip.dir + " " + c.chip.name + "/" + c.stem
		if c.label != "" {
			s += " " + c.label
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return "no channel of energy or power is there: try -meter estimate"
	}
	if more := len(list) - shown; more > 0 {
		list = append(list[:shown], fmt.Sprintf("and %d more", more))
	}
	return "name what to add, if it is the machine's power, as -meter hwmon:CHIP/CHANNEL[+CHANNEL], CHIP by name or directory: there are " +
		strings.Join(list, ", ")
}
