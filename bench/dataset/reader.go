package dataset

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// reader gathers the records of one file in one form.
type reader struct {
	Options
	set   *Set
	lines map[string]int // by id, of the records so far
}

func (o Options) reader(file, form string) *reader {
	return &reader{Options: o, set: &Set{File: file, Form: form}, lines: make(map[string]int)}
}

// record takes the next record, e, or if err is set why it is none. It returns
// an error if the record is bad and may not be skipped.
func (r *reader) record(line int, e Example, err error) error {
	number := r.set.Records() + 1
	e.Line = line
	if e.ID == "" {
		e.ID = fmt.Sprint(number)
	}
	if err == nil {
		err = r.check(&e)
	}
	if err == nil {
		r.lines[e.ID] = line
		r.set.Examples = append(r.set.Examples, e)
		return nil
	}
	if r.SkipBadRows {
		r.set.Bad = append(r.set.Bad, Bad{Number: number, Line: line, Reason: err.Error()})
		return nil
	}
	return fmt.Errorf("dataset: %s:%d: record %d: %w", r.set.File, line, number, err)
}

// check says why e is no record, else finishes its label.
func (r *reader) check(e *Example) error {
	for _, v := range []string{e.ID, e.Text, e.Label, e.Note} {
		if err := checkUTF8(v); err != nil {
			return err
		}
	}
	e.Label = strings.TrimSpace(e.Label)
	switch {
	case strings.TrimSpace(e.Text) == "":
		return errors.New("the text is empty (give it a text or remove the record)")
	case e.Label == "":
		return errors.New("the label is empty (label it or remove the record)")
	}
	if first, ok := r.lines[e.ID]; ok {
		return fmt.Errorf("id %q is also that of the record on line %d (give each its own, or none an id)", e.ID, first)
	}
	if r.Names != nil {
		name := r.Names[e.Label]
		if name == "" {
			return fmt.Errorf("label %q has no name among those given (name it as well)", e.Label)
		}
		e.Label = name
	}
	return nil
}

// checkUTF8 finds what decode has left in for the sake of the other records.
func checkUTF8(s string) error {
	for i, r := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
			return fmt.Errorf("byte %#x is not UTF-8 (repair it, or force the encoding that it is in)", s[i])
		}
	}
	return nil
}
