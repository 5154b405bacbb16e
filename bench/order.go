package bench

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// ordered puts the pairs into the order of -order: 0 leaves them as they are, k shuffles them, and -k is the reverse of
// k. In a run of each, every pair stands before every other one once, and behind it once.
//
// k leaves the precisions of each model in their order, among those of the others: benchstat makes its columns in the order
// in which it meets them, and compares with the first.
//
// Each pair draws 64 bits and the smallest come first, the same on every machine: the draws are those of rand.PCG, which
// is defined to the bit (O'Neill 2014); what math/rand makes of such draws may change with the version of Go and is not
// used.
//
// label-KL is measured from the model's highest precision, which must have answered before. With -probabilities it
// therefore changes places with the first of its model, in both orders.
func (o *options) ordered(pairs []Pair) []Pair {
	if o.order == 0 {
		return pairs
	}
	draws, drawn := rand.NewPCG(uint64(max(o.order, -o.order)), 0), map[Pair]uint64{}
	inOrder := map[string][]Pair{} // by model
	for _, p := range pairs {
		drawn[p] = draws.Uint64()
		inOrder[p.Model] = append(inOrder[p.Model], p)
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int { return cmp.Compare(drawn[a], drawn[b]) })
	for i, p := range pairs {
		pairs[i], inOrder[p.Model] = inOrder[p.Model][0], inOrder[p.Model][1:]
	}
	if o.order < 0 {
		slices.Reverse(pairs)
	}
	if o.probabilities {
		met := map[string]bool{}
		for i, p := range pairs {
			if !met[p.Model] {
				j := slices.Index(pairs, highest(pairs, p.Model))
				pairs[i], pairs[j] = pairs[j], pairs[i]
			}
			met[p.Model] = true
		}
	}
	return pairs
}

// highest is the pair of the model at the highest precision that it has among these.
func highest(pairs []Pair, model string) (high Pair) {
	for _, p := range pairs {
		if p.Model == model && (high == Pair{} || byPrecision(p.Precision, high.Precision) < 0) {
			high = p
		}
	}
	return high
}

// byPrecision compares two precisions for sorting, the highest first.
func byPrecision(a, b string) int {
	return slices.Index(ollamaPrecisions, a) - slices.Index(ollamaPrecisions, b)
}
