package journal

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// The methods below go past what comes next in the line. They say false where it is not JSON, but also where it is JSON
// of a kind that Write does not or only seldom gives.

// skip goes past exactly this.
func (s *scanner) skip(next string) bool {
	if len(s.rest) < len(next) || string(s.rest[:len(next)]) != next {
		return false
	}
	s.rest = s.rest[len(next):]
	return true
}

// text goes past before, which ends in a quote unless that was the last thing read, and reads the string behind it into
// v, which may hold the same from the line before. A string with an escape is left to encoding/json, and so is one with
// U+FFFD, for which bytes that are not UTF-8 may be taken.
func (s *scanner) text(before string, v *string) bool {
	if !s.skip(before) {
		return false
	}
	end := bytes.IndexByte(s.rest, '"')
	if end < 0 {
		return false
	}
	if b := s.rest[:end]; string(b) != *v {
		met, ok := s.texts[string(b)]
		if !ok {
			if bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' || r == '\\' || r == utf8.RuneError }) {
				return false
			}
			met = string(b)
			s.texts[met] = met
		}
		*v = met
	}
	s.rest = s.rest[end+1:]
	return true
}

// string goes past a string from behind its quote, whatever it says.
func (s *scanner) string() bool {
	b := s.rest
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '"':
			s.rest = b[i+1:]
			return true
		case b[i] < ' ':
			return false
		case b[i] != '\\':
		case len(b) > i+5 && b[i+1] == 'u':
			if _, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16); err != nil {
				return false
			}
			i += 5
		case len(b) > i+1 && bytes.IndexByte([]byte(`"\/bfnrt`), b[i+1]) >= 0:
			i++
		default:
			return false
		}
	}
	return false
}

// probabilities goes past an object of them from behind its brace. The labels must be sorted, so that none is there
// twice: of two, the last would count. Where the sum misses 1 by more than rounding, Record.check is to judge.
func (s *scanner) probabilities() bool {
	sum, label, last := 0.0, "", ""
	for before := `"`; !s.skip("}"); before = `,"` {
		if !s.text(before, &label) || label <= last || !s.skip(":") {
			return false
		}
		b, ok := s.decimal()
		if !ok {
			return false
		}
		p, _ := strconv.ParseFloat(string(b), 64)
		sum, last = sum+p, label
	}
	return math.Abs(sum-1) < 1e-9
}

// number goes past a field with a number, if it is there.
func (s *scanner) number(key string) bool {
	if !s.skip(key) {
		return true
	}
	_, ok := s.decimal()
	return ok
}

// count goes past a field with a whole number, if it is there.
func (s *scanner) count(key string) bool {
	if !s.skip(key) {
		return true
	}
	_, ok := s.whole()
	return ok
}

// decimal reads a number from 0 to below 1e18, which every float64 can hold.
func (s *scanner) decimal() ([]byte, bool) {
	b := s.rest
	if _, ok := s.whole(); !ok {
		return nil, false
	}
	for _, part := range []string{".", "e-"} {
		if s.skip(part) && s.digits() == 0 {
			return nil, false
		}
	}
	return b[:len(b)-len(s.rest)], true
}

// whole reads a whole number from 0 to below 1e18, which every int64 can hold.
func (s *scanner) whole() ([]byte, bool) {
	b := s.rest
	n := s.digits()
	return b[:n], n == 1 || n > 1 && n <= 18 && b[0] != '0'
}

// digits goes past all digits and says how many they were.
func (s *scanner) digits() int {
	n := 0
	for n < len(s.rest) && '0' <= s.rest[n] && s.rest[n] <= '9' {
		n++
	}
	s.rest = s.rest[n:]
	return n
}
