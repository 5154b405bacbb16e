package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// table splits delimited text into records (RFC 4180).
//
// Quoting is strict where it matters: a field that begins with a quote must
// end with one, since an unclosed quote would swallow the rows after it. A
// quote in the middle of a field that doesn't begin with one is itself.
// encoding/csv's LazyQuotes allows both, so next checks the former itself, and
// by the way gets back the \r that encoding/csv drops from a \r\n in quotes.
type table struct {
	content string
	comma   string
	csv     *csv.Reader
	starts  []int // offset in content of each physical line
}

func newTable(content string, comma rune) *table {
	t := &table{content: content, comma: string(comma), csv: csv.NewReader(strings.NewReader(content))}
	t.csv.Comma = comma
	t.csv.LazyQuotes = true
	t.csv.FieldsPerRecord = -1 // counted by the caller, who knows how many there must be
	offset := 0
	for line := range strings.Lines(content) {
		t.starts = append(t.starts, offset)
		offset += len(line)
	}
	return t
}

// next returns the fields of the next record that is not a blank line, and the
// physical line on which it begins; io.EOF after the last.
func (t *table) next() (fields []string, line int, err error) {
	for {
		fields, err = t.csv.Read()
		if err != nil {
			return nil, len(t.starts), err
		}
		line, _ = t.csv.FieldPos(0)
		if strings.TrimSpace(t.content[t.starts[line-1]:t.csv.InputOffset()]) != "" {
			break
		}
	}
	for i := range fields {
		l, col := t.csv.FieldPos(i)
		raw := t.content[t.starts[l-1]+col-1:]
		if strings.HasPrefix(raw, `"`) {
			fields[i], err = t.unquote(raw)
		} else if strings.HasPrefix(strings.TrimLeft(fields[i], " "), `"`) {
			err = errors.New("a space before the opening quote (remove it)")
		}
		if err != nil {
			return nil, line, fmt.Errorf("field %d: %w", i+1, err)
		}
	}
	return fields, line, nil
}

// unquote returns the value of the quoted field with which s begins.
func (t *table) unquote(s string) (string, error) {
	var value strings.Builder
	for rest := s[1:]; ; {
		before, after, closed := strings.Cut(rest, `"`)
		value.WriteString(before)
		switch end := strings.TrimPrefix(after, "\r"); {
		case !closed:
			return "", errors.New("its quote is never closed")
		case strings.HasPrefix(after, `"`):
			value.WriteByte('"')
			rest = after[1:]
		case end == "", end[0] == '\n', strings.HasPrefix(after, t.comma):
			return value.String(), nil
		default:
			return "", errors.New(`it goes on after its closing quote, or an earlier quote was never closed (write a quote within quotes twice, "")`)
		}
	}
}

// columns are the indexes of the columns in use, −1 for one that is absent.
type columns struct{ count, text, label, id, note int }

// findColumns reads the header of t.
func findColumns(t *table) (columns, error) {
	header, line, err := t.next()
	if err != nil {
		return columns{}, fmt.Errorf("line %d: %w", line, err)
	}
	c := columns{len(header), -1, -1, -1, -1}
	place := map[string]*int{"text": &c.text, "label": &c.label, "id": &c.id, "note": &c.note}
	for i, name := range header {
		at, ok := place[column(name)]
		if !ok {
			continue
		}
		if *at >= 0 {
			return c, fmt.Errorf("line %d: columns %q and %q could both be the %s", line, header[*at], name, column(name))
		}
		*at = i
	}
	switch {
	case c.text < 0 && c.label < 0:
		return c, fmt.Errorf("line %d names no column for text and label", line)
	case c.text < 0:
		return c, fmt.Errorf("line %d names a column for the label and none for the text", line)
	case c.label < 0:
		return c, fmt.Errorf("line %d names a column for the text and none for the label", line)
	}
	return c, nil
}

// readTable reads records below a header.
func (s *Set) readTable(t *table) error {
	c, err := findColumns(t)
	if err != nil {
		return s.errorf(1, "%w", err)
	}
	for {
		fields, line, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return s.errorf(line, "%w", err)
		}
		if len(fields) != c.count {
			return s.errorf(line, "it has %d fields and the header %d (quote a text that holds a %q; give each record all fields)", len(fields), c.count, t.comma)
		}
		optional := func(i int) string {
			if i < 0 {
				return ""
			}
			return strings.TrimSpace(fields[i])
		}
		err = s.add(Example{ID: optional(c.id), Text: fields[c.text], Label: fields[c.label], Note: optional(c.note), Line: line})
		if err != nil {
			return err
		}
	}
}

// fitsPairs is strict about the first record, since nothing else says that
// the first field is the label: "tweet,class" is a header, not a record.
func fitsPairs(content string) error {
	fields, line, err := newTable(content, ',').next()
	switch {
	case err != nil:
		return fmt.Errorf("line %d: %w", line, err)
	case len(fields) != 2:
		return fmt.Errorf("line %d has %d fields at commas, not 2", line, len(fields))
	case column(fields[0]) != "":
		return fmt.Errorf("line %d looks like a header", line)
	case len(strings.Fields(fields[1])) < 2:
		return fmt.Errorf("line %d: %.60q, in the place of the text, is not more than one word", line, fields[1])
	}
	if err := oneWord(fields[0]); err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	return nil
}

// readPairs reads label,"sentence" without a header.
func (s *Set) readPairs(content string) error {
	t := newTable(content, ',')
	for {
		fields, line, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err == nil && len(fields) != 2 {
			err = fmt.Errorf("it has %d fields, not 2 (quote a text that holds a comma)", len(fields))
		}
		if err == nil {
			err = oneWord(fields[0])
		}
		if err != nil {
			return s.errorf(line, "%w", err)
		}
		if err := s.add(Example{Text: fields[1], Label: fields[0], Line: line}); err != nil {
			return err
		}
	}
}
