package energy

import (
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
)

// A Candidate is a way of measuring and what came of opening it.
type Candidate struct {
	// Name is what [Options] call it. Where more must be told it ends in
	// what that is, "plug:URL"; such a meter is tried only with it.
	Name string

	// Meter has been read once successfully. It is nil where that failed,
	// and where more must be told.
	Meter Meter

	// Err says why there is no meter, and what to do about it.
	Err error

	// Why says what makes it better than those after it.
	Why string

	// Access says who may read the meter's files: "anyone", "group" or
	// "root only"; "" where the meter has no files of its own.
	Access string
}

// Meters tries every meter of this machine, best first; [Open] would choose
// the first that has no error. If o names one, that is the only candidate, and
// the error is the one that [Open] would return.
func Meters(o Options) []Candidate { return meters(o.calibrated(), thisMachine{}) }

func meters(o Options, pc machine) []Candidate {
	at := o.place(pc)
	if o.Name == "" {
		return slices.Collect(candidates(at))
	}
	m, err := openNamed(o.Name, at)
	if err != nil {
		return []Candidate{{Name: o.Name, Err: err}}
	}
	return []Candidate{{Name: o.Name, Meter: m, Access: access(at.sys, m)}}
}

// candidates opens one meter after the other, as far as it is asked to.
func candidates(at place) iter.Seq[Candidate] {
	return func(yield func(Candidate) bool) {
		for _, k := range kinds() {
			c := Candidate{Name: k.usage(), Why: k.why}
			if k.optional() {
				c.Name = k.name
				m, err := k.open(at, "")
				if c.Err = err; err == nil {
					c.Meter, c.Access = m, access(at.sys, m)
				}
			}
			if !yield(c) {
				return
			}
		}
	}
}

// first takes the first that can be read.
func first(all iter.Seq[Candidate]) (Meter, string, error) {
	var failed []string
	for c := range all {
		switch {
		case c.Meter != nil:
			if c.Why != "" {
				failed = append(failed, c.Why)
			}
			return c.Meter, describe(c.Meter, strings.Join(failed, "; ")), nil
		case c.Err != nil:
			failed = append(failed, c.Err.Error())
		}
	}
	return nil, "", fmt.Errorf("energy: no meter can be read: %s", strings.Join(failed, "; "))
}

// access reads the permissions of a meter's files.
func access(sys fs.FS, m Meter) string {
	f, ok := m.(interface{ files() []string })
	if !ok {
		return ""
	}
	all := fs.ModePerm
	for _, name := range f.files() {
		info, err := fs.Stat(sys, name)
		if err != nil {
			return ""
		}
		all &= info.Mode()
	}
	switch {
	case all&0o004 != 0:
		return "anyone"
	case all&0o040 != 0:
		return "group"
	}
	return "root only"
}
