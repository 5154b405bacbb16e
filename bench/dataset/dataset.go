// Package dataset reads labelled sets: sentences, each with the one label
// that is right for it.
//
// The form and the encoding are found from the content (see the comments at
// detect and decode), or forced by [Options], and are reported in the Set. The
// package does not guess: it renames no label, repairs no text, merges no two
// rows and skips none unless told so. A file is read whole, or the first record
// that can't be read is an error with its file, physical line and number.
package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
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
	Form     string    // how it was read: "fiqa", "jsonl", "csv", "tsv", "csv-without-header" or "phrasebank"
	Encoding string    // "utf-8", "iso-8859-1" or "windows-1252", as detected or forced
	Labels   []string  // distinct labels present, sorted
	Examples []Example // in the order of the file, at least one
	Bad      []Bad     // what Options.SkipBadRows skipped, in the order of the file
}

// Bad is a record that can't be read.
type Bad struct {
	Number int    `json:"number"` // of the record in the file, 1-based; examples count as well
	Line   int    `json:"line"`   // physical line on which it begins, 1-based
	Reason string `json:"reason"`
}

// Records is how many records the file has: those read and those skipped.
func (s *Set) Records() int { return len(s.Examples) + len(s.Bad) }

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
	return fmt.Errorf("dataset: %s:%d: label %q is not one of %s; %d of %d records have such a label (give the file's labels, which are %s, other names, as in -names %s=%s, or use a suite that has them)",
		s.File, first.Line, first.Label, strings.Join(labels, ", "), bad, len(s.Examples), brief(s.Labels), first.Label, labels[0])
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
