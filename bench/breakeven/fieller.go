package breakeven

import (
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
)

// level is the confidence of all that is said, and longest, in tokens, where lengths end to differ: no answer is as long.
const level, longest = 0.95, 1e9

// A cost is that of a prompt (of a token, or of all its tokens) and that of each answer token after the first. NaN is not
// measured.
type cost struct{ prompt, answer float64 }

func (c cost) known() bool { return !math.IsNaN(c.prompt + c.answer) }

// A difference is the mean of what the lower precision costs more, with the covariances of the two means.
type difference struct {
	mean       cost
	pp, pa, aa float64 // variance of mean.prompt, covariance, variance of mean.answer
	df         int     // degrees of freedom of these; 0 where nothing is known of them
}

// paired is the difference over passes of which each has both precisions.
func paired(high, low []cost) difference {
	more := make([]cost, len(high))
	for i := range more {
		more[i] = cost{low[i].prompt - high[i].prompt, low[i].answer - high[i].answer}
	}
	return mean(more)
}

// unpaired is that of passes which have nothing to do with each other. Welch's test with the fewer degrees of freedom of the
// two samples: never too sure of itself (Hsu, Statistical Research Memoirs 2, 1938).
func unpaired(high, low []cost) difference {
	h, l := mean(high), mean(low)
	return difference{
		mean: cost{l.mean.prompt - h.mean.prompt, l.mean.answer - h.mean.answer},
		pp:   h.pp + l.pp, pa: h.pa + l.pa, aa: h.aa + l.aa, df: min(h.df, l.df),
	}
}

func mean(costs []cost) (d difference) {
	n := float64(len(costs))
	for _, c := range costs {
		d.mean.prompt += c.prompt / n
		d.mean.answer += c.answer / n
	}
	if d.df = len(costs) - 1; d.df > 0 {
		for _, c := range costs {
			p, a := c.prompt-d.mean.prompt, c.answer-d.mean.answer
			d.pp += p * p / n / float64(d.df)
			d.pa += p * a / n / float64(d.df)
			d.aa += a * a / n / float64(d.df)
		}
	}
	return d
}

// zones inverts the t test: the difference for an answer of 1+x tokens is told from 0 where
//
//	(prompt + x·answer)² > t²·(pp + 2x·pa + x²·aa)
//
// which is a·x² + 2b·x + c > 0. The roots at x > 0 part the lengths, and a length between two of them says what is told
// there: so no case is left out. A mean of 0 is never told from 0; where it is told, the sign is therefore the same from
// one root to the next.
func (d difference) zones() []Zone {
	if d.df == 0 {
		return nil
	}
	return d.zonesAt(quantile(d.df))
}

// quantile is the two-sided one of Student's t.
func quantile(df int) float64 { return stats.InvCDF(stats.TDist{V: float64(df)})(1 - (1-level)/2) }

func (d difference) zonesAt(t float64) []Zone {
	a := d.mean.answer*d.mean.answer - t*t*d.aa
	b := d.mean.prompt*d.mean.answer - t*t*d.pa
	c := d.mean.prompt*d.mean.prompt - t*t*d.pp
	cuts := []float64{1}
	for _, x := range roots(a, b, c) {
		if x > 0 && x < longest {
			cuts = append(cuts, 1+x)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var zones []Zone
	for i, from := range cuts {
		to, x := math.Inf(1), 2*from
		if i+1 < len(cuts) {
			to = cuts[i+1]
			x = from + (to-from)/2 - 1
		}
		effect := Untold
		if a*x*x+2*b*x+c > 0 {
			effect = More
			if d.mean.prompt+x*d.mean.answer < 0 {
				effect = Less
			}
		}
		if last := len(zones) - 1; last >= 0 && zones[last].Effect == effect {
			zones[last].To = to
			continue
		}
		zones = append(zones, Zone{from, to, effect})
	}
	return zones
}

// roots are the real ones of a·x² + 2b·x + c, as they come from the coefficients of zones.
func roots(a, b, c float64) []float64 {
	d := b*b - a*c
	if a > 0 {
		// Answer tokens are told apart: then the estimate lies between the roots, and there are some. Passes that are all
		// equal have but one, which rounding must not lose.
		d = max(0, d)
	}
	if !(d >= 0) {
		return nil
	}
	// One root is -(b±√d)/a with the sign that does not cancel, the other c/a over it (Press et al., Numerical Recipes, 5.6).
	// A straight line has the second only, and the first at infinity.
	q := -(b + math.Copysign(math.Sqrt(d), b))
	if q == 0 {
		return []float64{0}
	}
	return []float64{q / a, c / q}
}
