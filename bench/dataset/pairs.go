package dataset

import (
	"fmt"
	"io"
	"strings"
)

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
func (r *reader) readPairs(content string) error {
	t := newTable(content, ',')
	for {
		fields, line, err := t.next()
		if err == io.EOF {
			return nil
		}
		var e Example
		switch {
		case err != nil:
		case len(fields) != 2:
			err = fmt.Errorf("it has %d fields, not 2 (quote a text that holds a comma)", len(fields))
		default:
			e, err = Example{Text: fields[1], Label: fields[0]}, oneWord(fields[0])
		}
		if err := r.record(line, e, err); err != nil {
			return err
		}
	}
}
