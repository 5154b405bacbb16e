package energy

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hwmonDir is where the kernel keeps its sensors. Names and units of the files:
// Documentation/ABI/testing/sysfs-class-hwmon, "energyY_input: cumulative energy
// use, microJoule", "powerY_input: instantaneous power use", "powerY_average:
// average power use, microWatt", as of Linux 6.15.
const hwmonDir = "class/hwmon"

// A chip is a directory of sensors of energy or power.
type chip struct {
	dir      string // "hwmon3"; not the same after every boot
	name     string // "ina3221"
	files    map[string]bool
	channels []*channel
}

// A channel is one sensor.
type channel struct {
	chip  *chip
	stem  string   // what its files begin with: "energy17", "power1", "in1"
	label string   // what the driver calls it, or ""
	files []string // whose product is its value

	hidden error // of reading the label
}

// counts reports whether the channel counts energy; else it tells power.
func (c *channel) counts() bool { return strings.HasPrefix(c.stem, "energy") }

func (c *channel) title() string {
	if c.label != "" {
		return c.label
	}
	return c.stem
}

func titles(cs []*channel) []string {
	var out []string
	for _, c := range cs {
		out = append(out, c.title())
	}
	return out
}

func channels(chips []*chip) []*channel {
	var all []*channel
	for _, c := range chips {
		all = append(all, c.channels...)
	}
	return all
}

// chips lists every chip in the order of its directory's number.
func chips(sys fs.FS) ([]*chip, error) {
	entries, err := fs.ReadDir(sys, hwmonDir)
	if err != nil {
		return nil, fmt.Errorf("hwmon: %w (a virtual machine or container has none)", err)
	}
	var all []*chip
	for _, e := range entries {
		c := &chip{dir: e.Name(), files: map[string]bool{}}
		if err := c.describe(sys); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *chip) int { return natural(a.dir, b.dir) })
	return all, nil
}

// describe finds a chip's channels.
func (c *chip) describe(sys fs.FS) error {
	b, err := fs.ReadFile(sys, path.Join(hwmonDir, c.dir, "name"))
	if err != nil {
		return fmt.Errorf("hwmon: %w", err)
	}
	c.name = strings.TrimSpace(string(b))
	entries, err := fs.ReadDir(sys, path.Join(hwmonDir, c.dir))
	if err != nil {
		return fmt.Errorf("hwmon: %w", err)
	}
	for _, e := range entries {
		c.files[e.Name()] = true
	}
	for f := range c.files {
		if ch, ok := c.channel(f); ok {
			if c.files[ch.stem+"_label"] {
				b, err := fs.ReadFile(sys, ch.file(ch.stem+"_label"))
				if err != nil {
					ch.hidden = ch.fail(ch.stem+"_label", err)
				}
				ch.label = strings.TrimSpace(string(b))
			}
			c.channels = append(c.channels, ch)
		}
	}
	slices.SortFunc(c.channels, func(a, b *channel) int { return natural(a.stem, b.stem) })
	return nil
}

var (
	inputFile   = regexp.MustCompile(`^(energy|power)\d+_input$`)
	averageFile = regexp.MustCompile(`^power\d+_average$`)
	voltageFile = regexp.MustCompile(`^in[123]_input$`)
)

// channel returns the channel of which file is the one read, or the first one.
func (c *chip) channel(file string) (*channel, bool) {
	stem, _, _ := strings.Cut(file, "_")
	ch := &channel{chip: c, stem: stem, files: []string{file}}
	switch {
	case averageFile.MatchString(file):
		return ch, true
	case inputFile.MatchString(file):
		// What power was on average is better to integrate than what it is.
		return ch, !c.files[stem+"_average"]
	case c.name == "ina3221" && voltageFile.MatchString(file):
		// The driver leaves the product to us: mV × mA = µW.
		// https://docs.kernel.org/hwmon/ina3221.html
		current := "curr" + stem[len("in"):] + "_input"
		ch.files = append(ch.files, current)
		return ch, c.files[current]
	}
	return nil, false
}

// natural sorts "power2" before "power10".
func natural(a, b string) int {
	x, y := strings.TrimRight(a, "0123456789"), strings.TrimRight(b, "0123456789")
	if x != y {
		return strings.Compare(x, y)
	}
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func (c *channel) file(name string) string { return path.Join(hwmonDir, c.chip.dir, name) }

// read returns microjoules of a channel that counts, else microwatts.
func (c *channel) read(sys fs.FS) (int64, error) {
	v := int64(1)
	for _, f := range c.files {
		b, err := fs.ReadFile(sys, c.file(f))
		if err != nil {
			return 0, c.fail(f, err)
		}
		if c.counts() {
			e, err := parseMicrojoules(b)
			if err != nil {
				return 0, c.fail(f, err)
			}
			return int64(e), nil
		}
		n, err := parseReading(b)
		if err != nil {
			return 0, c.fail(f, err)
		}
		if math.Abs(float64(v)*float64(n)) > maxPower {
			return 0, c.fail(f, fmt.Errorf("%d × %d µW is no power of a machine", v, n))
		}
		v *= n
	}
	return v, nil
}

// parseReading parses what a sensor reads as sysfs prints it: digits, perhaps
// with a sign, and a newline, see [parseMicrojoules].
func parseReading(b []byte) (int64, error) {
	s, whole := strings.CutSuffix(string(b), "\n")
	if !whole {
		return 0, fmt.Errorf("short read: %q has no newline", clip(s))
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not the reading of a sensor", clip(s))
	}
	return n, nil
}

// period returns how often the channel's value moves: what the chip says ("the
// interval at which the chip will update readings, millisecond"), for amd_energy
// that of the registers, which it reads anew each time, and otherwise one
// second, which is our guess, since the kernel's documents name none. An
// integral moves no more often than a [Window] reads.
func (c *channel) period(sys fs.FS) (time.Duration, error) {
	p := time.Second
	if c.chip.name == "amd_energy" {
		p = time.Millisecond
	}
	for _, f := range []string{c.stem + "_average_interval", "update_interval"} {
		if !c.chip.files[f] {
			continue
		}
		b, err := fs.ReadFile(sys, c.file(f))
		if err != nil {
			return 0, c.fail(f, err)
		}
		ms, err := parseReading(b)
		if err != nil || ms < 0 || ms > 3_600_000 {
			return 0, c.fail(f, fmt.Errorf("%q is not an interval in milliseconds", clip(string(b))))
		}
		p = time.Duration(ms) * time.Millisecond
		break
	}
	if !c.counts() {
		p = max(p, pollEvery)
	}
	return max(p, time.Millisecond), nil
}

// fail says which file could not be read and what to do about it.
func (c *channel) fail(file string, err error) error {
	remedy := "if a file " + c.stem + "_enable there says 0, write 1; else run again, or with -meter estimate"
	switch {
	case errors.Is(err, fs.ErrPermission):
		remedy = "Linux 5.10 closed amd_energy to users because secrets can be read from power, CVE-2020-12912; " +
			"until the next boot, sudo chmod a+r /sys/" + c.file(strings.TrimRight(c.stem, "0123456789")+"*") + " opens it to all of them; or run as root, or -meter estimate"
	case errors.Is(err, fs.ErrNotExist):
		remedy = "the sensor has vanished, with its driver or under another number: run again, or with -meter estimate"
	}
	// A PathError repeats the path; say it once.
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("hwmon: %s/%s: %s: %w (%s)", c.chip.name, c.title(), c.file(file), err, remedy)
}
