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
	// Name forces a meter: "rapl" or "estimate". "" tries them in that order.
	Name string

	// Sys is the sysfs tree. Nil means the machine's own, below /sys.
	Sys fs.FS
}

// kind is one way of measuring. Adding a meter is adding a row to kinds.
type kind struct {
	name string
	open func(sys fs.FS, m machine) (Meter, error)
	why  string // why it is better than those after it
}

// kinds lists the meters, best first.
func kinds() []kind {
	return []kind{
		{"rapl", func(sys fs.FS, _ machine) (Meter, error) { return openRAPL(sys) }, "the CPU's own counters"},
		{"estimate", func(_ fs.FS, m machine) (Meter, error) { return openEstimate(m) }, ""},
	}
}

// Open returns a meter that has been read once successfully, and the reason
// for the choice: one line that names what each better meter failed on. A
// meter named in o that cannot be read is an error, and so is a name that no
// meter has.
func Open(o Options) (m Meter, reason string, err error) {
	return open(o, thisMachine{})
}

func open(o Options, pc machine) (Meter, string, error) {
	sys := o.Sys
	if sys == nil {
		sys = os.DirFS("/sys")
	}
	var failed, names []string
	for _, k := range kinds() {
		names = append(names, k.name)
		if o.Name != "" && o.Name != k.name {
			continue
		}
		m, err := k.open(sys, pc)
		switch {
		case err == nil && o.Name != "":
			return m, describe(m, "asked for by name"), nil
		case err == nil:
			if k.why != "" {
				failed = append(failed, k.why)
			}
			return m, describe(m, strings.Join(failed, "; ")), nil
		case o.Name != "":
			return nil, "", fmt.Errorf("energy: meter %q was asked for and cannot be read: %w", o.Name, err)
		}
		failed = append(failed, err.Error())
	}
	if len(failed) == 0 {
		return nil, "", fmt.Errorf("energy: unknown meter %q: want %s, or none for the best that can be read",
			o.Name, strings.Join(names, " or "))
	}
	return nil, "", fmt.Errorf("energy: no meter can be read: %s", strings.Join(failed, "; "))
}

func describe(m Meter, why string) string {
	s := m.Name() + ": " + why
	if c := Caveat(m); c != "" {
		s += "; " + c
	}
	return s
}
