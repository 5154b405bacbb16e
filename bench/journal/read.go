package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// ReadFile returns the records of the journal at path, in order. What follows
// the last line end is the piece of a line whose writing was cut short: it is
// ignored. Anything else that is not exactly one record a line, an unknown
// field included, is an error with file and line. A file without a whole line
// has no records; that is no error.
func ReadFile(path string) ([]Record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return parse(path, data)
}

func parse(path string, data []byte) ([]Record, error) {
	var records []Record
	for n := 1; ; n++ {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return records, nil
		}
		r, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("journal: %s:%d: %w (not written by this version of joulebench, or damaged: move the file away, or remove the line to go on without its answer)", path, n, err)
		}
		records = append(records, r)
		data = rest
	}
}

func parseLine(line []byte) (Record, error) {
	var r Record
	if !bytes.HasPrefix(line, []byte(first)) {
		return r, fmt.Errorf("%.40q is not the beginning of a record", line)
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("record cut short")
		}
		return r, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return r, errors.New("more on the line than one record")
	}
	if r.Options != nil { // in the form in which they are written and compared
		var compact bytes.Buffer
		if err := json.Compact(&compact, r.Options); err != nil {
			return r, err
		}
		r.Options = compact.Bytes()
	}
	return r, r.check()
}
