package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/joulebench/joulebench/bench/dataset"
)

// match puts old and new answers side by side, in the order of the old ones. To
// be compared, they must be to the same sentences with the same right labels.
func (c couple) match() ([]flip, error) {
	if c.old.set != c.new.set {
		return nil, fmt.Errorf("%s is of set %s, %s of set %s: only answers to the same set can be compared",
			c.old.where(), plain(c.old.set), c.new.where(), plain(c.new.set))
	}
	old, err := c.old.byID()
	if err != nil {
		return nil, err
	}
	new, err := c.new.byID()
	if err != nil {
		return nil, err
	}
	var flips []flip
	var differs []string
	differ := func(ids []string, format string, args ...any) {
		if len(ids) > 0 {
			differs = append(differs, fmt.Sprintf("%d %s %s", len(ids), fmt.Sprintf(format, args...), some(ids)))
		}
	}
	var onlyOld, onlyNew, relabelled []string
	for _, o := range c.old.sentences {
		n, ok := new[o.ID]
		switch {
		case !ok:
			onlyOld = append(onlyOld, o.ID)
		case n.Want != o.Want:
			relabelled = append(relabelled, o.ID)
		}
		flips = append(flips, flip{o, n, cmp.Or(o.Text, n.Text)})
	}
	for _, n := range c.new.sentences {
		if _, ok := old[n.ID]; !ok {
			onlyNew = append(onlyNew, n.ID)
		}
	}
	differ(onlyOld, "answered by %s alone", c.old.where())
	differ(onlyNew, "answered by %s alone", c.new.where())
	differ(relabelled, "with another right label in %s than in %s", c.old.where(), c.new.where())
	if differs != nil {
		return nil, fmt.Errorf("not the same sentences: %s (if a run was interrupted, -model, -from and -to choose other pairs)",
			strings.Join(differs, "; "))
	}
	return flips, nil
}

func (a *answers) byID() (map[string]sentence, error) {
	byID := map[string]sentence{}
	for _, s := range a.sentences {
		if _, twice := byID[s.ID]; twice {
			return nil, fmt.Errorf("%s answers sentence %s twice in one pass: runs of the same name in one journal?",
				a.where(), plain(s.ID))
		}
		byID[s.ID] = s
	}
	return byID, nil
}

// where says what answers these are.
func (a *answers) where() string { return plain(a.Precision) + " (" + a.file + ")" }

// some are the first few of ids.
func some(ids []string) string {
	const few = 5
	if len(ids) > few {
		return fmt.Sprintf("%q ...", ids[:few])
	}
	return fmt.Sprintf("%q", ids)
}

// addTexts takes the texts that are not known from set. It must have all
// sentences, with their right labels: a set in which they only bear the same ids
// would put other words into their mouth.
func (r *comparison) addTexts(set *dataset.Set) error {
	byID := map[string]dataset.Example{}
	for _, e := range set.Examples {
		byID[e.ID] = e
	}
	var others []string
	for _, s := range r.old.sentences {
		if e, ok := byID[s.ID]; !ok || e.Label != s.Want {
			others = append(others, s.ID)
		}
	}
	if others != nil {
		return fmt.Errorf("drift: -set %s, which is %s, lacks %d sentences of %s or labels them otherwise: %s",
			set.File, plain(set.ID()), len(others), plain(r.old.set), some(others))
	}
	if id := set.ID(); id != r.old.set {
		r.texts = id
	}
	for _, flips := range r.flips {
		for i := range flips {
			f := &flips[i]
			f.text = cmp.Or(f.text, byID[f.old.ID].Text)
		}
	}
	return nil
}
