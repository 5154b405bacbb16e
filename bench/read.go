package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// ReadSuite reads the suite that a flag -suite NAME means to tests whose own suite stands in the file standard: the file of that
// name (paper) beside it, or any file by its path; "" is standard itself.
func ReadSuite(name, standard string) (*Suite, error) {
	file, err := suiteFile(name, standard)
	if err != nil {
		return nil, err
	}
	s := &Suite{File: file}
	return s, s.load()
}

// load reads the suite's file, if it has one, and checks the whole. Paths in a file are relative to that file.
func (s *Suite) load() error {
	where := "suite " + s.Name
	if s.File != "" {
		where = s.File
		data, err := os.ReadFile(s.File)
		if err != nil {
			return fmt.Errorf("bench: reading the suite: %w", err)
		}
		// Strict: a misspelt field would silently leave its default in force.
		name := s.Name
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(s); err != nil {
			return fmt.Errorf("bench: %s%s: %w", where, line(data, err), err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("bench: %s: more text after the suite's closing brace", where)
		}
		if name != "" && s.Name != name {
			return fmt.Errorf("bench: %s: its name is %q, but the tests that would run it are called %s", where, s.Name, name)
		}
		dir := filepath.Dir(s.File)
		s.Set, s.Golden, s.Shots = join(dir, s.Set), join(dir, s.Golden), join(dir, s.Shots)
		for i := range s.Prompts {
			s.Prompts[i].File = join(dir, s.Prompts[i].File)
		}
		for i := range s.Models {
			s.Models[i].Weights = join(dir, s.Models[i].Weights)
			s.Models[i].Projector = join(dir, s.Models[i].Projector)
		}
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("bench: %s: %w", where, err)
	}
	return nil
}

func join(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

var quoted = regexp.MustCompile(`"[^"]+"`)

// line is ":" and the line that an error of decoding is about, or "" where that cannot be told. The decoder gives no place for
// an unknown field, nor do tags for what is wrong in them: it is where what the message quotes stands, if it stands there once.
func line(data []byte, err error) string {
	at := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	default:
		for _, q := range quoted.FindAll([]byte(err.Error()), -1) {
			if at < 0 && bytes.Count(data, q) == 1 {
				at = int64(bytes.Index(data, q))
			}
		}
	}
	if at < 0 || at > int64(len(data)) {
		return ""
	}
	return fmt.Sprintf(":%d", 1+bytes.Count(data[:at], []byte("\n")))
}
