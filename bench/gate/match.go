package gate

import (
	"fmt"
	"slices"
	"strings"
)

// match brings got into the order of golden. Every sentence must be there once,
// with the label it had.
func match(golden, got []Answer) ([]Answer, error) {
	byID := make(map[string]Answer, len(got))
	var twice, unknown, missing []string
	for _, a := range got {
		if _, ok := byID[a.ID]; ok {
			twice = append(twice, a.ID)
		}
		byID[a.ID] = a
	}
	ordered := make([]Answer, 0, len(golden))
	for _, old := range golden {
		a, ok := byID[old.ID]
		if !ok {
			missing = append(missing, old.ID)
			continue
		}
		if a.Want != old.Want {
			return nil, fmt.Errorf("not comparable with golden: sentence %q has the label %q there, %q here", old.ID, old.Want, a.Want)
		}
		delete(byID, a.ID)
		ordered = append(ordered, a)
	}
	for id := range byID {
		unknown = append(unknown, id)
	}
	slices.Sort(unknown)
	var differs []string
	for _, d := range []struct {
		what string
		ids  []string
	}{
		{"sentences without an answer", missing},
		{"sentences that the golden file lacks", unknown},
		{"sentences answered more than once in a pass", twice},
	} {
		if len(d.ids) > 0 {
			differs = append(differs, fmt.Sprintf("%s: %d %s", d.what, len(d.ids), some(d.ids)))
		}
	}
	if differs != nil {
		return nil, fmt.Errorf("not comparable with golden: %s", strings.Join(differs, "; "))
	}
	return ordered, nil
}

// some are the first few of ids.
func some(ids []string) string {
	const few = 5
	if len(ids) > few {
		return fmt.Sprintf("%q ...", ids[:few])
	}
	return fmt.Sprintf("%q", ids)
}
