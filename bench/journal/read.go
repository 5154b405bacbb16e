package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
)

// ReadFile returns the records of the journal at path, in order. What follows
// the last line end is the piece of a line whose writing was cut short: it is
// ignored. Anything else that is not exactly one record a line, an unknown
// field included, is an error with file and line. A file without a whole line
// has no records; that is no error.
func ReadFile(path string) ([]Record, error) {
	return collect(open(path, parseLine))
}

// open hands out what decode makes of each whole line of the journal at path, in order, and ends with the first error.
// It holds one line at a time, in a buffer of which decode must keep nothing.
func open[T any](path string, decode func(line []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			var none T
			yield(none, fmt.Errorf("journal: %w", err))
			return
		}
		defer file.Close()
		read(path, file, decode)(yield)
	}
}

func read[T any](name string, from io.Reader, decode func(line []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		in := bufio.NewReaderSize(from, 256<<10)
		for n := 1; ; n++ {
			var v T
			line, err := readLine(in)
			switch {
			case err == io.EOF: // without a line end: torn
				return
			case err != nil:
				err = fmt.Errorf("journal: %w", err)
			default:
				if v, err = decode(line[:len(line)-1]); err != nil {
					err = fmt.Errorf("journal: %s:%d: %w (not written by this version of joulebench, or damaged: move the file away, or remove the line to go on without its answer)", name, n, err)
				}
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// readLine is the next line with its end, or an error and what comes before it.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	line = bytes.Clone(line)
	rest, err := in.ReadBytes('\n')
	return append(line, rest...), err
}

// collect is all that is handed out, or nothing if that ends with an error.
func collect[T any](all iter.Seq2[T, error]) ([]T, error) {
	var list []T
	for v, err := range all {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
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
