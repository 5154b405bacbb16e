// Package dataset reads labelled sets: sentences, each with the one label
// that is right for it.
//
// The form and the encoding are found from the content (see the comments at
// detect and decode) and are reported in the Set. The package does not guess:
// it renames no label, repairs no text, merges no two rows and skips none. A
// file is read whole, or the first record that can't be read is an error with
// its file, physical line and number.
package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Example is one record of a set.
type Example struct {
	ID    string // unique in the set: the file's own id, else the 1-based record number
	Text  string // the sentence as read, untouched; never blank
	Label string // trimmed; never empty
	Note  string // why this label, where the file says so
	Line  int    // physical line on which the record begins, 1-based
}

// Set is a labelled set as read from one file.
type Set struct {
	Name     string    // base name of the file without extension
	File     string    // the file as it was named to Open or Read, for messages
	Form     string    // how it was read: "jsonl", "csv", "tsv", "csv-without-header" or "phrasebank"
	Encoding string    // "utf-8", "iso-8859-1" or "windows-1252", as detected
	Labels   []string  // distinct labels present, sorted
	Examples []Example // in the order of the file, at least one
}

// Open reads the set in the file at path.
func Open(path string) (*Set, error) {
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
	return Read(path, f)
}

// Read reads a set from r. The name is that of the file, with or without its
// folder: messages quote it and its base becomes the name of the set.
func Read(name string, r io.Reader) (*Set, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("dataset: read %s: %w", name, err)
	}
	content, encoding, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s:%w", name, err)
	}
	s, err := detect(name, content)
	if err != nil {
		return nil, err
	}
	if len(s.Examples) == 0 {
		return nil, fmt.Errorf("dataset: %s: no records (known forms: %s)", name, known)
	}
	base := filepath.Base(name)
	s.Name = strings.TrimSuffix(base, filepath.Ext(base))
	s.Encoding = encoding
	for i, e := range s.Examples {
		s.Labels = append(s.Labels, e.Label)
		if e.ID == "" {
			s.Examples[i].ID = fmt.Sprint(i + 1)
		}
	}
	slices.Sort(s.Labels)
	s.Labels = slices.Compact(s.Labels)
	if err := s.checkIDs(); err != nil {
		return nil, err
	}
	return s, nil
}

// ID is the identity of the set's content: its name (each run of white space
// in it as "-"), "@" and the first 8 hex digits of a SHA-256 hash. What is
// hashed are the decoded records in order, for each of them the length of the
// text in bytes (8 bytes, big-endian), the text as UTF-8, the length of the
// label in the same way, and the label. IDs, notes, form, encoding and line
// ends between records are not part of it.
func (s *Set) ID() string {
	h := sha256.New()
	for _, e := range s.Examples {
		for _, v := range []string{e.Text, e.Label} {
			var size [8]byte
			binary.BigEndian.PutUint64(size[:], uint64(len(v)))
			h.Write(size[:])
			io.WriteString(h, v)
		}
	}
	return strings.Join(strings.Fields(s.Name), "-") + "@" + hex.EncodeToString(h.Sum(nil)[:4])
}

// CheckLabels is an error if the set has a label that is not one of labels. It
// names the first such record and says how many there are. Case counts.
func (s *Set) CheckLabels(labels []string) error {
	var first *Example
	bad := 0
	for i := range s.Examples {
		if slices.Contains(labels, s.Examples[i].Label) {
			continue
		}
		if first == nil {
			first = &s.Examples[i]
		}
		bad++
	}
	if first == nil {
		return nil
	}
	return fmt.Errorf("dataset: %s:%d: label %q is not one of %s; %d of %d records have such a label (rename the file's labels, which are %s, or use a suite that has them)",
		s.File, first.Line, first.Label, strings.Join(labels, ", "), bad, len(s.Examples), brief(s.Labels))
}

// brief lists labels, but not thousands of them: that many are sentences read
// as labels.
func brief(labels []string) string {
	const most = 5
	if len(labels) <= most {
		return strings.Join(labels, ", ")
	}
	return fmt.Sprintf("%s … (%d in all)", strings.Join(labels[:most], ", "), len(labels))
}

// add appends a record, or says why it is none.
func (s *Set) add(e Example) error {
	e.Label = strings.TrimSpace(e.Label)
	switch {
	case strings.TrimSpace(e.Text) == "":
		return s.errorf(e.Line, "the text is empty (give it a text or remove the record)")
	case e.Label == "":
		return s.errorf(e.Line, "the label is empty (label it or remove the record)")
	}
	s.Examples = append(s.Examples, e)
	return nil
}

// errorf is an error about the record after the last one added.
func (s *Set) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("dataset: %s:%d: record %d: %w", s.File, line, len(s.Examples)+1, fmt.Errorf(format, args...))
}

func (s *Set) checkIDs() error {
	lines := make(map[string]int, len(s.Examples))
	for i, e := range s.Examples {
		if first, ok := lines[e.ID]; ok {
			return fmt.Errorf("dataset: %s:%d: record %d: id %q is also that of the record on line %d (give each its own, or none an id)",
				s.File, e.Line, i+1, e.ID, first)
		}
		lines[e.ID] = e.Line
	}
	return nil
}
