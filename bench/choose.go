package bench

import (
	"fmt"
	"slices"
	"strings"
)

// choose filters the suite's pairs by -models and -precisions and puts them into the order of -order. A name that matches
// nothing is an error: a run of no pairs would look like a run that passed.
func (o *options) choose(s *Suite) ([]Pair, error) {
	wantModels, wantPrecisions := list(o.models), list(o.precisions)
	switch {
	case len(wantPrecisions) == 0:
		wantPrecisions = s.Default
	case slices.Equal(wantPrecisions, []string{"all"}):
		wantPrecisions = nil
	}
	var pairs []Pair
	var haveModels, havePrecisions []string
	for _, m := range s.Models {
		haveModels = append(haveModels, m.Name)
		for _, p := range m.precisions() {
			if !slices.Contains(havePrecisions, p) {
				havePrecisions = append(havePrecisions, p)
			}
			if keep(wantModels, m.Name) && keep(wantPrecisions, p) {
				pairs = append(pairs, Pair{m.Name, p})
			}
		}
	}
	if err := known("-models", wantModels, haveModels); err != nil {
		return nil, err
	}
	if err := known("-precisions", wantPrecisions, havePrecisions); err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		if len(wantModels) > 0 {
			haveModels = wantModels
		}
		return nil, fmt.Errorf("bench: no model of %s has one of the precisions %s", strings.Join(haveModels, ", "), strings.Join(wantPrecisions, ", "))
	}
	return o.ordered(pairs), nil
}

func list(s string) []string {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		if name = slug(strings.TrimSpace(name)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func keep(want []string, name string) bool { return len(want) == 0 || slices.Contains(want, name) }

func known(flag string, want, have []string) error {
	for _, name := range want {
		if !slices.Contains(have, name) {
			return fmt.Errorf("bench: %s: the suite has no %q; it has %s", flag, name, strings.Join(have, ", "))
		}
	}
	return nil
}
