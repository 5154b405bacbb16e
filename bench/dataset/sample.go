package dataset

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Sample returns n of the set's examples, with about the share of each label
// that it has in the whole set, in the order of the file. Examples keep their
// ids and lines; Bad is empty. The name gets n and the seed as suffixes, such
// as "name-200-1".
//
// Each label gets n times its share, rounded down; what is missing to n goes, one
// each, to the labels that lost most by that (largest remainders; between
// equals, the first in the order of Labels). A rare label may get none.
//
// Each example draws 64 bits, in the order of the file, and those with the
// smallest draws of their label are taken. The draws are those of
// [rand.PCG], which is defined to the bit (O'Neill, "PCG: A Family of Simple
// Fast Space-Efficient Statistically Good Algorithms for Random Number
// Generation", 2014); what math/rand makes of such draws may change with the
// version of Go and is not used.
func (s *Set) Sample(n int, seed uint64) (*Set, error) {
	if n < 1 || n > len(s.Examples) {
		return nil, fmt.Errorf("dataset: %s: a sample of %d records from %d (ask for 1 to %d)", s.File, n, len(s.Examples), len(s.Examples))
	}
	draws := rand.NewPCG(seed, 0)
	byLabel := make(map[string][]candidate)
	for i, e := range s.Examples {
		byLabel[e.Label] = append(byLabel[e.Label], candidate{draws.Uint64(), i})
	}
	quota := s.quota(n, byLabel)
	var chosen []int
	for label, all := range byLabel {
		slices.SortFunc(all, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(a.draw, b.draw), cmp.Compare(a.index, b.index))
		})
		for _, c := range all[:quota[label]] {
			chosen = append(chosen, c.index)
		}
	}
	slices.Sort(chosen)
	sample := &Set{Name: fmt.Sprintf("%s-%d-%d", s.Name, n, seed), File: s.File, Form: s.Form, Encoding: s.Encoding}
	for _, i := range chosen {
		sample.Examples = append(sample.Examples, s.Examples[i])
	}
	sample.setLabels()
	return sample, nil
}

// candidate is an example, by its index, and what it drew.
type candidate struct {
	draw  uint64
	index int
}

// quota says how many of n examples each label gets.
func (s *Set) quota(n int, byLabel map[string][]candidate) map[string]int {
	quota := make(map[string]int)
	total, missing := len(s.Examples), n
	for _, label := range s.Labels {
		quota[label] = n * len(byLabel[label]) / total
		missing -= quota[label]
	}
	remainder := func(label string) int { return n * len(byLabel[label]) % total }
	labels := slices.Clone(s.Labels)
	slices.SortStableFunc(labels, func(a, b string) int { return cmp.Compare(remainder(b), remainder(a)) })
	for _, label := range labels[:missing] {
		quota[label]++
	}
	return quota
}

// Without returns the set's examples whose text is not in the other one, case
// and white space aside, under the same name. That none is left is an error.
func (s *Set) Without(other *Set) (*Set, error) {
	rest := &Set{Name: s.Name, File: s.File, Form: s.Form, Encoding: s.Encoding, Bad: s.Bad}
	known := other.texts()
	for _, e := range s.Examples {
		if !known[fold(e.Text)] {
			rest.Examples = append(rest.Examples, e)
		}
	}
	if rest.Examples == nil {
		return nil, fmt.Errorf("dataset: %s: all %d records are in %s as well", s.File, len(s.Examples), other.File)
	}
	rest.setLabels()
	return rest, nil
}
