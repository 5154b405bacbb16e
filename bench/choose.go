package bench

import (
	"fmt"
	"slices"
	"strings"
)

// choose lists the pairs that -models and -precisions mean, in the order of -order.
func (o *options) choose(s *Suite) ([]Pair, error) {
	pairs, err := s.Choose(o.models, o.precisions)
	return o.ordered(pairs), err
}

// Choose lists the pairs that the flags -models and -precisions mean, comma-separated names: model by model, highest precision
// first. No models are all of the suite, no precisions its default ones, and "all" is every one.
//
// A model that the suite lacks is taken from another suite in the same folder, or is a tag of Ollama's by its whole name (see
// find), and becomes a row of s. A name that matches nothing is an error, as is a named model that has none of the precisions: a
// run of fewer pairs would look like a run that passed.
func (s *Suite) Choose(models, precisions string) ([]Pair, error) {
	wantPrecisions := list(precisions)
	switch {
	case len(wantPrecisions) == 0:
		wantPrecisions = s.Default
	case slices.Equal(wantPrecisions, []string{"all"}):
		wantPrecisions = nil
	}
	want, err := s.rows(list(models))
	if err != nil {
		return nil, err
	}
	var pairs []Pair
	var have []string
	for _, m := range s.Models {
		wanted := want == nil || want[Pair{m.Name, ""}]
		before := len(pairs)
		for _, p := range m.precisions() {
			if !slices.Contains(have, p) {
				have = append(have, p)
			}
			pair := Pair{m.Name, p}
			// A tag is named with its precision, whatever the defaults are.
			if kept := keep(wantPrecisions, p); wanted && kept || want[pair] && (kept || precisions == "") {
				pairs = append(pairs, pair)
			} else if want[pair] {
				err = fmt.Errorf("bench: -models: %s of %s is at %s, which -precisions leaves out", m.Tags[p].Name, m.Name, p)
			}
		}
		if want != nil && wanted && len(pairs) == before {
			err = fmt.Errorf("bench: model %s has none of the precisions %s; it has %s", m.Name, strings.Join(wantPrecisions, ", "), strings.Join(m.precisions(), ", "))
		}
	}
	for _, p := range wantPrecisions {
		if !slices.Contains(have, p) {
			return nil, fmt.Errorf("bench: -precisions: the suite has no %q; it has %s", p, strings.Join(have, ", "))
		}
	}
	return pairs, err
}

// rows is what the names mean, a pair without a precision being the whole row; nil is everything. Rows of other suites are added.
func (s *Suite) rows(names []string) (map[Pair]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	want := map[Pair]bool{}
	l := library{suite: s}
	for _, name := range names {
		m, precision, err := l.find(name)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(s.Models, func(have Model) bool { return have.Name == m.Name })
		if i < 0 {
			s.Models = append(s.Models, m)
		} else {
			s.Models[i] = m
		}
		want[Pair{m.Name, precision}] = true
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("bench: -models: %w", err)
	}
	return want, nil
}

// Model is the row of that name.
func (s *Suite) Model(name string) (Model, bool) {
	i := slices.IndexFunc(s.Models, func(m Model) bool { return m.Name == name })
	if i < 0 {
		return Model{}, false
	}
	return s.Models[i], true
}

func list(s string) []string {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func keep(want []string, name string) bool { return len(want) == 0 || slices.Contains(want, name) }
