package bench

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// A library is what -models can name: the rows of the suite, and of the other suites in its folder.
type library struct {
	suite  *Suite
	others []*Suite // nil before they were needed
	broken []error  // files beside the suite's that could not be read as one
	read   bool
}

// find returns the row that a name means, and, if the name is that of a single tag, the tag's precision. In this order it is
// a row's name, in the suite before others; the tag of a row; the beginning of exactly one row's name, up to a "-"
// (llama3.2:1b for llama3.2:1b-instruct); a tag of which nothing is known but that its name ends with its precision.
func (l *library) find(name string) (m Model, precision string, err error) {
	if m, ok := l.suite.Model(slug(name)); ok {
		return m, "", nil
	}
	l.open()
	for _, match := range []func(Model) (precision string, ok bool){
		func(m Model) (string, bool) { return "", m.Name == slug(name) },
		func(m Model) (string, bool) { return m.precisionOf(name) },
		func(m Model) (string, bool) { return "", strings.HasPrefix(m.Name, slug(name)+"-") },
	} {
		var candidates []string
		for _, s := range append([]*Suite{l.suite}, l.others...) {
			for _, row := range s.Models {
				p, ok := match(row)
				if _, own := l.suite.Model(row.Name); !ok || own && s != l.suite {
					continue
				}
				candidates = append(candidates, row.Name+" of "+s.title())
				m, precision = row, p
			}
		}
		if len(candidates) > 1 {
			return Model{}, "", fmt.Errorf("bench: -models: %q may be %s (name one whole, or its suite with -suite)", name, strings.Join(candidates, ", or "))
		}
		if len(candidates) == 1 {
			return m, precision, nil
		}
	}
	if base, precision, ok := splitTag(name); ok {
		m, _ := l.suite.Model(slug(base)) // where an earlier name was another tag of it
		tags := map[string]Tag{precision: {Name: name}}
		maps.Copy(tags, m.Tags)
		m.Name, m.Tags = slug(base), tags
		return m, precision, nil
	}
	return Model{}, "", l.unknown(name)
}

func (l *library) open() {
	if l.read || l.suite.File == "" {
		return
	}
	l.read = true
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(l.suite.File), "*.json")) // the one error is of the pattern
	for _, file := range files {
		if own, err := os.Stat(l.suite.File); err == nil {
			if this, err := os.Stat(file); err == nil && os.SameFile(own, this) {
				continue
			}
		}
		s := &Suite{File: file}
		if err := s.load(); err != nil {
			l.broken = append(l.broken, err)
			continue
		}
		l.others = append(l.others, s)
	}
}

// unknown says what there is.
func (l *library) unknown(name string) error {
	has := func(s *Suite) string {
		var names []string
		for _, m := range s.Models {
			names = append(names, m.Name)
		}
		return strings.Join(names, ", ")
	}
	text := fmt.Sprintf("bench: -models: the suite has no %q; it has %s", name, has(l.suite))
	for _, s := range l.others {
		text += fmt.Sprintf("; %s has %s", s.title(), has(s))
	}
	for _, err := range l.broken {
		text += fmt.Sprintf("; %v", err)
	}
	return fmt.Errorf("%s (or name one of Ollama's tags whole, with its precision: llama3.2:1b-instruct-q4_K_M)", text)
}

// title is what -suite calls it.
func (s *Suite) title() string {
	if s.File == "" {
		return s.Name
	}
	return strings.TrimSuffix(filepath.Base(s.File), ".json")
}

// precisionOf is the precision at which the model has the tag.
func (m Model) precisionOf(tag string) (string, bool) {
	for p, t := range m.Tags {
		if t.Name == tag {
			return p, true
		}
	}
	return "", false
}

// splitTag cuts the precision off a tag's name. Ollama's library writes fp16 for f16, and hf.co's tags are precisions alone.
func splitTag(tag string) (base, precision string, ok bool) {
	i := strings.LastIndexAny(tag, "-:")
	if i < 1 || !strings.Contains(tag, ":") {
		return "", "", false
	}
	end := strings.Replace(strings.ToLower(tag[i+1:]), "fp", "f", 1)
	for _, p := range ollamaPrecisions {
		if strings.ToLower(p) == end {
			return tag[:i], p, true
		}
	}
	return "", "", false
}
