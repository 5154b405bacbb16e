package score

import "math"

// Drift counts how answers to the same sentences moved, from those of a
// reference, such as a model at its highest precision, to others. Two lots of
// answers may have the same F1 and drift apart nevertheless.
type Drift struct {
	Sentences int // compared
	Broke     int // right → wrong
	Other     int // wrong → another wrong answer
	Fixed     int // wrong → right
}

// Flip is what became of one answer.
type Flip string

const (
	Kept  Flip = "kept" // the same answer, right or wrong
	Broke Flip = "right → wrong"
	Other Flip = "wrong → other wrong"
	Fixed Flip = "wrong → right"
)

// Add counts one sentence with the right label want, of which old became new,
// and says which way. Unparsed is an answer like any other, and never right.
func (d *Drift) Add(want, old, new string) Flip {
	d.Sentences++
	switch {
	case old == new:
		return Kept
	case old == want && old != Unparsed:
		d.Broke++
		return Broke
	case new == want && new != Unparsed:
		d.Fixed++
		return Fixed
	}
	d.Other++
	return Other
}

// Flipped is the number of answers that changed.
func (d Drift) Flipped() int { return d.Broke + d.Other + d.Fixed }

// Share is the share of answers that changed, in 0–1; NaN for no sentences.
func (d Drift) Share() float64 { return float64(d.Flipped()) / float64(d.Sentences) }

// KL is the divergence D(p‖q) of a sentence's label probabilities q, those of
// the answer in question, from p, those of the reference (the higher
// precision), in nats: Σ p·ln(p/q) (Kullback and Leibler, Annals of
// Mathematical Statistics 22, 1951). It is 0 where both agree, and not
// symmetric: it is large where q gives little to what p thinks probable. 0·ln(0/q)
// is 0; where q is 0 and p is not it is +Inf. It panics where there are not as
// many of the one as of the other.
func KL(p, q []float64) float64 {
	if len(p) != len(q) {
		panic("score: divergence of probabilities of different labels")
	}
	sum := 0.0
	for i := range p {
		if p[i] != 0 {
			// Not the logarithm of the quotient, which overflows, and not
			// math.Log, which on amd64 stops at −709 (Go 1.26). The
			// conversion keeps compilers from fusing product and sum: all
			// machines round alike.
			sum += float64(p[i] * (math.Log2(p[i]) - math.Log2(q[i])))
		}
	}
	return max(0, math.Ln2*sum) // by rounding alone it may lie below (Gibbs' inequality)
}
