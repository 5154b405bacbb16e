package dataset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Options say how to read a set. The zero value finds out form and encoding,
// takes labels as they are, and refuses a file with a record that can't be read.
type Options struct {
	// Form is the form to read, as named in Set.Form; empty means the one
	// that the content has.
	Form string
	// Encoding is the encoding to read, as named in Set.Encoding; empty means
	// the one that the content has.
	Encoding string
	// SkipBadRows lists the records that can't be read in Set.Bad instead of
	// failing at the first.
	SkipBadRows bool
	// Names renames labels, for example 0 to negative; see ParseNames. A record
	// with a label that is not in it is bad. Nil renames none.
	Names map[string]string
	// MixedSigns accepts FiQA's sentences whose targets have scores of
	// opposite signs, and labels them by the mean score as all others.
	MixedSigns bool
}

// ParseNames reads a mapping for Options.Names from a list such as
// "0=negative,1=positive,2=neutral". The empty list is nil.
func ParseNames(list string) (map[string]string, error) {
	if list == "" {
		return nil, nil
	}
	names := make(map[string]string)
	for item := range strings.SplitSeq(list, ",") {
		from, to, _ := strings.Cut(item, "=")
		from, to = strings.TrimSpace(from), strings.TrimSpace(to)
		if from == "" || to == "" {
			return nil, fmt.Errorf("dataset: names %q: %q is not LABEL=NAME (write them as in 0=negative,1=positive)", list, item)
		}
		if _, ok := names[from]; ok {
			return nil, fmt.Errorf("dataset: names %q: label %q has two names (give it one)", list, from)
		}
		names[from] = to
	}
	return names, nil
}

// Open reads the set in the file at path.
func Open(path string) (*Set, error) { return Options{}.Open(path) }

// Read reads a set from r. The name is that of the file, with or without its
// folder: messages quote it and its base becomes the name of the set.
func Read(name string, r io.Reader) (*Set, error) { return Options{}.Read(name, r) }

// Open reads the set in the file at path.
func (o Options) Open(path string) (*Set, error) {
	f, err := os.Open(path)
	if err != nil {
		remedy := "check its permissions"
		if errors.Is(err, fs.ErrNotExist) {
			remedy = "check the name"
			if abs, err := filepath.Abs(path); err == nil && abs != path {
				// go test runs in the folder of the package, which
				// surprises whoever typed the path elsewhere.
				remedy += "; as a relative path it means " + abs
			}
		}
		return nil, fmt.Errorf("dataset: %w (%s)", err, remedy)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	} else if info.IsDir() {
		return nil, fmt.Errorf("dataset: %s is a directory (name one file in it)", path)
	}
	return o.Read(path, f)
}

// Read reads a set from r, as the function of the same name does.
func (o Options) Read(name string, r io.Reader) (*Set, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("dataset: read %s: %w", name, err)
	}
	content, encoding, err := decode(data, o.Encoding, o.SkipBadRows)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s:%w", name, err)
	}
	s, err := o.detect(name, content)
	if err != nil {
		return nil, err
	}
	switch {
	case len(s.Examples) > 0:
	case len(s.Bad) > 0:
		return nil, fmt.Errorf("dataset: %s:%d: all %d records are bad, the first because %s", name, s.Bad[0].Line, len(s.Bad), s.Bad[0].Reason)
	default:
		return nil, fmt.Errorf("dataset: %s: no records (known forms: %s)", name, known)
	}
	base := filepath.Base(name)
	s.Name = strings.TrimSuffix(base, filepath.Ext(base))
	s.Encoding = encoding
	s.setLabels()
	return s, nil
}

func (s *Set) setLabels() {
	for _, e := range s.Examples {
		s.Labels = append(s.Labels, e.Label)
	}
	slices.Sort(s.Labels)
	s.Labels = slices.Compact(s.Labels)
}
