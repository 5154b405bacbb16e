package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A choice is what the flags of that name say; empty means all.
type choice struct{ model, from, to string }

// A couple is two lots of answers of one model, the reference first.
type couple struct{ old, new *answers }

// highestFirst orders a model's answers by precision, as package bench does.
// One that it does not know comes last.
func highestFirst(pairs []*answers) {
	order := []string{"f32", "f16", "q8_0", "q4_K_M", "q4_K_S", "q4_0"}
	place := func(a *answers) int {
		if i := slices.Index(order, a.Precision); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(pairs, func(a, b *answers) int { return cmp.Compare(place(a), place(b)) })
}

// A model is what each file has of it, the highest precision first.
type model struct {
	suite, name string
	in          [][]*answers // in the order of the files
}

// couples says what is compared with what, model by model as first met, and in
// notes which models are left out and why. To compare nothing is an error.
func (c choice) couples(files []*file) (couples []couple, notes []string, err error) {
	models, err := c.models(files)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range models {
		var of []couple
		var why string
		if len(files) == 1 {
			of, why = c.within(m.in[0])
		} else if of, why, err = c.between(m.in[0], m.in[1]); err != nil {
			return nil, nil, fmt.Errorf("drift: %s: %w", plain(m.name), err)
		}
		if len(of) == 0 {
			notes = append(notes, fmt.Sprintf("%s is left out: %s", plain(m.name), why))
		}
		couples = append(couples, of...)
	}
	if len(couples) == 0 {
		return nil, nil, fmt.Errorf("drift: nothing to compare: %s", strings.Join(notes, "; "))
	}
	return couples, notes, nil
}

// models sorts the answers by model.
func (c choice) models(files []*file) (models []*model, err error) {
	var names []string
	for i, f := range files {
		for _, a := range f.pairs {
			if !slices.Contains(names, plain(a.Model)) {
				names = append(names, plain(a.Model))
			}
			if c.model != "" && c.model != a.Model {
				continue
			}
			at := slices.IndexFunc(models, func(m *model) bool { return m.suite == a.Suite && m.name == a.Model })
			if at < 0 {
				at = len(models)
				models = append(models, &model{a.Suite, a.Model, make([][]*answers, len(files))})
			}
			models[at].in[i] = append(models[at].in[i], a)
		}
	}
	if len(models) == 0 {
		return nil, fmt.Errorf("drift: -model %s: there are answers of %s only", plain(c.model), strings.Join(names, ", "))
	}
	for _, m := range models {
		for _, in := range m.in {
			highestFirst(in)
		}
	}
	return models, nil
}

// within compares a model's answers in one file with those of the highest
// precision. Where there are none to compare, why says so.
func (c choice) within(all []*answers) (couples []couple, why string) {
	base := only(all, cmp.Or(c.from, all[0].Precision))
	if len(base) == 0 {
		return nil, fmt.Sprintf("-from %s, but %s", plain(c.from), has(all))
	}
	for _, a := range only(all, c.to) {
		if a != base[0] {
			couples = append(couples, couple{base[0], a})
		}
	}
	if c.to != "" {
		return couples, fmt.Sprintf("-to %s beside %s, but %s", plain(c.to), plain(base[0].Precision), has(all))
	}
	return couples, has(all) + " alone (a second file may hold answers to compare with it)"
}

// between compares a model's answers in one file with those in another one. It
// is an error if there are several ways to.
func (c choice) between(a, b []*answers) (couples []couple, why string, err error) {
	if len(a) == 0 || len(b) == 0 {
		return nil, has(append(a, b...)) + ", the other file has nothing of it", nil
	}
	from, to := only(a, c.from), only(b, c.to)
	switch {
	case len(from) == 0:
		return nil, fmt.Sprintf("-from %s, but %s", plain(c.from), has(a)), nil
	case len(to) == 0:
		return nil, fmt.Sprintf("-to %s, but %s", plain(c.to), has(b)), nil
	case c.from != "" || len(from) == 1 && len(to) == 1:
		for _, x := range to {
			couples = append(couples, couple{from[0], x})
		}
		return couples, "", nil
	case slices.EqualFunc(from, to, func(x, y *answers) bool { return x.Precision == y.Precision }):
		for i := range from {
			couples = append(couples, couple{from[i], to[i]})
		}
		return couples, "", nil
	}
	var say []string
	for _, side := range []struct {
		flag string
		of   []*answers
	}{{"-from", from}, {"-to", to}} {
		if len(side.of) > 1 {
			say = append(say, side.flag+" "+strings.Join(precisions(side.of), "|"))
		}
	}
	return nil, "", fmt.Errorf("%s, and %s: say which to compare by %s", has(from), has(to), strings.Join(say, " and "))
}

// only are the answers of that precision; all of them for an empty one.
func only(all []*answers, precision string) []*answers {
	if precision == "" {
		return all
	}
	var some []*answers
	for _, a := range all {
		if a.Precision == precision {
			some = append(some, a)
		}
	}
	return some
}

// has says which precisions of a model a file has.
func has(of []*answers) string {
	return of[0].file + " has " + strings.Join(precisions(of), ", ")
}

func precisions(of []*answers) []string {
	var names []string
	for _, a := range of {
		names = append(names, plain(a.Precision))
	}
	return names
}
