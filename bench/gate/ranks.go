package gate

import (
	"math"
	"slices"
	"sync"
)

// exactUntied and exactTied are the most pairs (old, new) of values up to which
// ranks are counted out: 50 values a side, or 25 where some are equal, as in
// go-moremath and so in benchstat. Beyond, the normal approximation stands.
const exactUntied, exactTied = 50 * 50, 25 * 25

// levelRounding is what a level may be missed by: 1 − 0.9 is a little less than 0.1
// in binary, and 1/20 would miss the half of it.
const levelRounding = 1e-9

// mannWhitney is the one-sided p-value of the values in new being larger than
// those in old (Mann and Whitney, Annals of Mathematical Statistics 18, 1947):
// were each value as likely to be old as new, the chance of ranks that are at
// least as high for new. Equal values share the mean of their ranks.
//
// It is exact, ties included, up to exactUntied and exactTied; beyond, it is
// the normal approximation with the corrections for ties and for continuity.
// It is 1 where all values are equal or a side has none: nothing is shown. It
// is NaN where a value is. Infinite values are ranked like any other.
//
// stats.MannWhitneyUTest of go-moremath, which benchstat uses, agrees for its
// LocationLess. It is not used, since with ties its LocationGreater adds up the
// wrong outcomes (of [0] against [0 1 0 0 0] it says 1/6, and 1 is right), and
// it takes 23 ms for 25 values a side, some fifty times as long.
func mannWhitney(old, new []float64) float64 {
	n, m := len(old), len(new)
	if n == 0 || m == 0 {
		return 1
	}
	all := slices.Concat(old, new)
	slices.Sort(all) // NaN first
	if math.IsNaN(all[0]) {
		return math.NaN()
	}
	sizes := tieSizes(all)
	ranks := doubledRanks(sizes)
	sum, least := 0, 0 // of the ranks of old; the less, the larger is new
	for _, v := range old {
		i, _ := slices.BinarySearch(all, v)
		sum += ranks[i]
	}
	for _, r := range ranks[:n] {
		least += r
	}
	switch tied := len(sizes) < len(all); {
	case !tied && n*m <= exactUntied:
		return untied(n, m)[(sum-least)/2]
	case tied && n*m <= exactTied:
		return cumulated(subsets(ranks, n))[sum-least]
	}
	N, ties := float64(n+m), 0.0
	for _, t := range sizes {
		t := float64(t)
		ties += t*t*t - t
	}
	mean := float64(n) * (N + 1)
	deviation := 2 * math.Sqrt(float64(n)*float64(m)/12*(N+1-ties/(N*(N-1))))
	if !(deviation > 0) {
		return 1
	}
	return math.Erfc((mean-float64(sum)-1)/deviation/math.Sqrt2) / 2
}

// tieSizes are the sizes of the groups of equal values.
func tieSizes(sorted []float64) []int {
	var sizes []int
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		sizes, i = append(sizes, j-i), j
	}
	return sizes
}

// doubledRanks are the ranks of sorted values in groups of equal ones, which
// share their mean, times two, so that they are whole: 2, 4, 6, ... where all
// differ.
func doubledRanks(sizes []int) []int {
	var ranks []int
	for _, t := range sizes {
		rank := 2*len(ranks) + t + 1
		for range t {
			ranks = append(ranks, rank)
		}
	}
	return ranks
}

// subsets counts the choices of n out of sorted ranks by their sum: element s
// is how many have a sum of s more than the least (Streitberg and Röhmel,
// Statistical Software Newsletter 12, 1986). Only positive numbers are added,
// so that no tail is lost in rounding.
func subsets(ranks []int, n int) []float64 {
	counts := make([][]float64, n+1) // by how many are chosen; [k][s] as above
	counts[0] = []float64{1}
	for k, size := 1, 1; k <= n; k++ {
		size += ranks[len(ranks)-k] - ranks[k-1]
		counts[k] = make([]float64, 0, size)
	}
	for i, rank := range ranks {
		// With fewer than n − (those yet to come), n are out of reach.
		for k := min(i+1, n); k > max(0, n-len(ranks)+i); k-- {
			// The least k are the least k−1 and ranks[k−1].
			more := rank - ranks[k-1]
			counts[k] = counts[k][:more+len(counts[k-1])]
			to := counts[k][more:]
			for s, c := range counts[k-1] {
				to[s] += c
			}
		}
	}
	return counts[n]
}

// cumulated turns counts, in place, into the share that lies at or below each.
func cumulated(counts []float64) []float64 {
	for i := range counts[1:] {
		counts[i+1] += counts[i]
	}
	total := counts[len(counts)-1]
	for i := range counts {
		counts[i] /= total
	}
	return counts
}

var untiedCache sync.Map // of [2]int to []float64: the same for all values

// untied is the distribution of the number U of pairs (old, new) in which old
// is larger, n and m values that all differ: element u is the chance of u or
// less.
func untied(n, m int) []float64 {
	key := [2]int{n, m}
	if c, ok := untiedCache.Load(key); ok {
		return c.([]float64)
	}
	ranks := make([]int, n+m)
	for i := range ranks {
		ranks[i] = i
	}
	c := cumulated(subsets(ranks, n))
	untiedCache.Store(key, c)
	return c
}

// mostRejected is how many outcomes U = 0, 1, ... the Mann–Whitney test rejects
// at a one-sided level, at most half of all: 0 where n and m are too few.
func mostRejected(n, m int, level float64) int {
	pairs := n * m
	k := 0
	if pairs <= exactUntied {
		for _, p := range untied(n, m)[:(pairs+1)/2] {
			if p > level*(1+levelRounding) {
				break
			}
			k++
		}
		return k
	}
	deviation := math.Sqrt(float64(pairs) * float64(n+m+1) / 12)
	return int(min(max(0, float64(pairs)/2+0.5+normalAt(level)*deviation), float64(pairs+1)/2))
}

// normalAt is the value below which a share p of a standard normal lies.
func normalAt(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
