package score

import (
	"cmp"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sort"
)

// draw returns the changes of macro-F1 of sentences drawn anew, sorted. Each
// label keeps its number of sentences.
func (p *Paired) draw(random *rand.PCG, draws int) []float64 {
	rows := make([]redraw, len(p.cells))
	for want, row := range p.cells {
		rows[want] = newRedraw(row)
	}
	old, new := p.Old().Classes(), p.New().Classes()
	changes := make([]float64, draws)
	for i := range changes {
		for j := range old {
			old[j].Right, old[j].Given, new[j].Right, new[j].Given = 0, 0, 0, 0
		}
		for want := range rows {
			rows[want].again(random)
			for j, k := range rows[want].cells {
				give(old, want, k.old, rows[want].drawn[j])
				give(new, want, k.new, rows[want].drawn[j])
			}
		}
		changes[i] = macro(new, Class.F1) - macro(old, Class.F1)
	}
	slices.Sort(changes)
	return changes
}

// redraw draws one label's sentences anew, with replacement, like multinomial,
// but fast where nearly all sentences are in a few of very many cells: most
// answers are right and stay so.
type redraw struct {
	cells []cell // that are not empty, the largest first
	drawn []int  // by again, of each cell
	total int
	least int       // how often the largest cell is drawn at least,
	first []float64 // and the cumulated weights of that and each larger number
	rest  []int     // the cell of each sentence in the small cells
}

func newRedraw(row []cell) redraw {
	r := redraw{cells: slices.DeleteFunc(slices.Clone(row), func(k cell) bool { return k.count == 0 })}
	slices.SortStableFunc(r.cells, func(a, b cell) int { return cmp.Compare(b.count, a.count) })
	r.drawn = make([]int, len(r.cells))
	for _, k := range r.cells {
		r.total += k.count
	}
	// A binomial draw costs about as much as those of 25 single sentences.
	const binomialCost = 25
	small, count, best := len(r.cells), 0, binomialCost*len(r.cells)
	for j := len(r.cells) - 1; j >= 0; j-- {
		count += r.cells[j].count
		if cost := binomialCost*j + count; cost < best {
			small, best = j, cost
		}
	}
	for j := small; j < len(r.cells); j++ {
		r.rest = append(r.rest, slices.Repeat([]int{j}, r.cells[j].count)...)
	}
	if small > 0 {
		r.least, r.first = binomialWeights(r.total, r.cells[0].count)
	}
	return r
}

// again draws as many sentences as there are.
func (r *redraw) again(random *rand.PCG) {
	clear(r.drawn)
	left, n := r.total, r.total
	for j := 0; n > len(r.rest); j++ {
		if k := r.cells[j].count; j == 0 {
			// It has the same distribution in every draw.
			u := float64(random.Uint64()>>11) * 0x1p-53 * r.first[len(r.first)-1]
			r.drawn[0] = r.least + sort.SearchFloat64s(r.first, u)
		} else {
			r.drawn[j] = binomial(random, left, k, n)
		}
		left -= r.drawn[j]
		n -= r.cells[j].count
	}
	for range left {
		i, _ := bits.Mul64(random.Uint64(), uint64(len(r.rest)))
		r.drawn[r.rest[i]]++
	}
}

// binomialWeights are the cumulated weights of least, least + 1, … of n events,
// each of which has the probability k/n, for k > 0. What is left out at either
// end weighs less than a float64 tells.
func binomialWeights(n, k int) (least int, cumulated []float64) {
	const negligible = 1e-20 // of the likeliest number, k
	odds := float64(k) / float64(n-k)
	for x, w := k, 1.0; x >= 0 && w > negligible; x-- {
		least, cumulated = x, append(cumulated, w)
		w *= float64(x) / float64(n-x+1) / odds
	}
	slices.Reverse(cumulated)
	for x, w := k, 1.0; x < n; x++ {
		if w *= float64(n-x) / float64(x+1) * odds; w <= negligible {
			break
		}
		cumulated = append(cumulated, w)
	}
	for i := 1; i < len(cumulated); i++ {
		cumulated[i] += cumulated[i-1]
	}
	return least, cumulated
}
