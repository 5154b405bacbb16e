package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// A comparison is what became of a couple's answers.
type comparison struct {
	couple
	oldF1, newF1 float64 // macro
	drift        score.Drift
	flips        map[score.Flip][]flip // those that changed, in the order of the set
	kl           divergence
	reasons      reasons
	texts        string // id of the set that -set names, where the answers are to another one
}

// divergence is score.KL summed over the sentences that have probabilities on
// both sides.
type divergence struct {
	sum       float64 // nats
	sentences int
	infinite  int // of them, those for which it is +Inf
}

// reasons counts sentences.
type reasons struct {
	both     int // with a reason on both sides
	changed  int // of them, those with another one
	kept     int // of the changed ones, those whose label stayed
	oneSided int // with a reason on one side only
}

// A flip is one sentence, answered twice.
type flip struct {
	old, new sentence
	text     string // empty where it is not known
}

// compare holds the new answers against the old ones.
func compare(c couple) (*comparison, error) {
	fail := func(err error) (*comparison, error) {
		return nil, fmt.Errorf("drift: %s: %w", plain(c.old.Model), err)
	}
	flips, err := c.match()
	if err != nil {
		return fail(err)
	}
	r := &comparison{couple: c, flips: map[score.Flip][]flip{}}
	if r.oldF1, err = c.old.macroF1(); err != nil {
		return fail(err)
	}
	if r.newF1, err = c.new.macroF1(); err != nil {
		return fail(err)
	}
	for _, f := range flips {
		kind := r.drift.Add(f.old.Want, f.old.Got, f.new.Got)
		if kind != score.Kept {
			r.flips[kind] = append(r.flips[kind], f)
		}
		r.kl.add(f.old.probabilities, f.new.probabilities)
		r.reasons.add(f, kind)
	}
	return r, nil
}

// add counts a sentence by its labels' probabilities. A label that one side does
// not name has none there.
func (d *divergence) add(old, new map[string]float64) {
	if old == nil || new == nil {
		return
	}
	labels := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(new))
	slices.Sort(labels)
	var p, q []float64
	for _, l := range slices.Compact(labels) {
		p, q = append(p, old[l]), append(q, new[l])
	}
	kl := score.KL(p, q)
	d.sum += kl
	d.sentences++
	if math.IsInf(kl, 1) {
		d.infinite++
	}
}

func (r *reasons) add(f flip, kind score.Flip) {
	collapse := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	old, new := collapse(f.old.reason), collapse(f.new.reason)
	switch {
	case old != "" && new != "":
		r.both++
		if old != new {
			r.changed++
			if kind == score.Kept {
				r.kept++
			}
		}
	case old != new:
		r.oneSided++
	}
}

// macroF1 needs no list of labels: one that is neither right nor given anywhere
// does not count.
func (a *answers) macroF1() (float64, error) {
	var labels []string
	for _, s := range a.sentences {
		labels = append(labels, s.Want, s.Got)
	}
	c := score.NewConfusion(labels)
	for _, s := range a.sentences {
		if err := c.Add(s.Want, s.Got); err != nil {
			return 0, fmt.Errorf("%s: sentence %s: %w", a.where(), plain(s.ID), err)
		}
	}
	return c.MacroF1(), nil
}
