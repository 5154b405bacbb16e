package dataset

import (
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
// encoding/csv allows either both or none, drops the \r of a \r\n in quotes,
// and can't go on after a broken row.
type table struct {
	rest  string
	comma string
	line  int // physical line on which rest begins

	// A quote that was opened on line broken seems to close on line doubtful.
	broken, doubtful int
}

func newTable(content string, comma rune) *table {
	return &table{rest: content, comma: string(comma), line: 1}
}

// next returns the fields of the next record that is not a blank line, and the
// physical line on which it begins; io.EOF after the last.
//
// After an error it goes on below the line on which the broken field begins:
// where a quote is not closed as it should be, the lines after it are rows of
// their own. Or they are the rest of the broken one: this is taken for the case
// if they have an odd number of quotes.
func (t *table) next() (fields []string, line int, err error) {
	for {
		if t.rest == "" {
			return nil, t.line, io.EOF
		}
		first, after, _ := strings.Cut(t.rest, "\n")
		if strings.TrimSpace(first) != "" {
			break
		}
		t.rest, t.line = after, t.line+1
	}
	line, record := t.line, t.rest
	for more := true; more; {
		start := t.rest
		var value string
		value, t.rest, more, err = t.field(start)
		end := t.line + strings.Count(start[:len(start)-len(t.rest)], "\n")
		if err != nil {
			t.broken, t.doubtful = t.line, max(t.doubtful, end)
			_, t.rest, _ = strings.Cut(start, "\n")
			t.line++
			return nil, line, fmt.Errorf("field %d: %w", len(fields)+1, err)
		}
		fields, t.line = append(fields, value), end
	}
	if record = record[:len(record)-len(t.rest)]; line <= t.doubtful && strings.Count(record, `"`)%2 == 1 {
		return nil, line, fmt.Errorf("an odd number of quotes, so perhaps the end of the record on line %d", t.broken)
	}
	return fields, line, nil
}

// field returns the value of the field with which s begins, what follows it,
// and whether that is a further field of the record. If the field is broken,
// rest is where this shows.
func (t *table) field(s string) (value, rest string, more bool, err error) {
	if strings.HasPrefix(s, `"`) {
		return t.quoted(s)
	}
	end := strings.IndexAny(s, t.comma+"\n")
	switch {
	case end < 0:
		value = strings.TrimSuffix(s, "\r")
	case s[end] == '\n':
		value, rest = strings.TrimSuffix(s[:end], "\r"), s[end+1:]
	default:
		value, rest, more = s[:end], s[end+1:], true
	}
	if strings.HasPrefix(strings.TrimLeft(value, " "), `"`) {
		return "", s, false, errors.New("a space before the opening quote (remove it)")
	}
	return value, rest, more, nil
}

func (t *table) quoted(s string) (value, rest string, more bool, err error) {
	var b strings.Builder
	for rest = s[1:]; ; {
		before, after, closed := strings.Cut(rest, `"`)
		b.WriteString(before)
		switch end := strings.TrimPrefix(after, "\r"); {
		case !closed:
			// No quote follows that could make a later row doubtful.
			return "", s, false, errors.New("its quote is never closed")
		case strings.HasPrefix(after, `"`):
			b.WriteByte('"')
			rest = after[1:]
		case end == "":
			return b.String(), "", false, nil
		case end[0] == '\n':
			return b.String(), end[1:], false, nil
		case strings.HasPrefix(after, t.comma):
			return b.String(), after[1:], true, nil
		default:
			return "", after, false, errors.New(`it goes on after its closing quote, or an earlier quote was never closed (write a quote within quotes twice, "")`)
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
func (r *reader) readTable(t *table) error {
	c, err := findColumns(t)
	if err != nil {
		return fmt.Errorf("dataset: %s: not %s: %w (known forms: %s)", r.set.File, r.set.Form, err, known)
	}
	for {
		fields, line, err := t.next()
		if err == io.EOF {
			return nil
		}
		var e Example
		if err == nil {
			e, err = c.example(fields, t.comma)
		}
		if err := r.record(line, e, err); err != nil {
			return err
		}
	}
}

func (c columns) example(fields []string, comma string) (Example, error) {
	if len(fields) != c.count {
		return Example{}, fmt.Errorf("it has %d fields and the header %d (quote a text that holds a %q; give each record all fields)", len(fields), c.count, comma)
	}
	optional := func(i int) string {
		if i < 0 {
			return ""
		}
		return strings.TrimSpace(fields[i])
	}
	return Example{ID: optional(c.id), Text: fields[c.text], Label: fields[c.label], Note: optional(c.note)}, nil
}
