package text

import (
	"fmt"
	"strings"
)

// A template is a sequence of parts: fixed text, {slot} or {one|other}, where
// each alternative is a template again and may be empty.
type template []part

// A part holds exactly one of its fields.
type part struct {
	text string
	slot string
	alts []template
}

// parse reads one template. Errors name the column, counted in bytes from 1.
func parse(s string) (template, error) {
	t, end, err := sequence(s, 0, false)
	if err != nil {
		return nil, err
	}
	if end < len(s) {
		return nil, fmt.Errorf("column %d: %q outside of braces", end+1, s[end])
	}
	return t, nil
}

// sequence reads parts from s[pos:] up to the | or } that it leaves for its
// caller, and returns where it stopped.
func sequence(s string, pos int, inside bool) (template, int, error) {
	var t template
	for pos < len(s) && s[pos] != '|' && s[pos] != '}' {
		if s[pos] != '{' {
			end := strings.IndexAny(s[pos:], "{|}")
			if end < 0 {
				end = len(s) - pos
			}
			t = append(t, part{text: s[pos : pos+end]})
			pos += end
			continue
		}
		p, end, err := choice(s, pos)
		if err != nil {
			return nil, 0, err
		}
		t, pos = append(t, p), end
	}
	if inside && pos == len(s) {
		return nil, 0, fmt.Errorf("column %d: missing }", pos+1)
	}
	return t, pos, nil
}

// choice reads the braces that open at s[open] and returns where they end.
func choice(s string, open int) (part, int, error) {
	var alts []template
	pos := open
	for len(alts) == 0 || s[pos] == '|' {
		t, end, err := sequence(s, pos+1, true)
		if err != nil {
			return part{}, 0, err
		}
		alts, pos = append(alts, t), end
	}
	if len(alts) > 1 {
		return part{alts: alts}, pos + 1, nil
	}
	name := s[open+1 : pos]
	if !isSlot(name) {
		return part{}, 0, fmt.Errorf("column %d: {%s} is neither a slot nor a choice", open+1, name)
	}
	return part{slot: name}, pos + 1, nil
}

// isSlot reports whether s is lower-case letters and digits, and not empty.
func isSlot(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// slots calls visit with every slot named in t.
func (t template) slots(visit func(name string)) {
	for _, p := range t {
		if p.slot != "" {
			visit(p.slot)
		}
		for _, a := range p.alts {
			a.slots(visit)
		}
	}
}
