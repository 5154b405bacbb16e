package score

import (
	"cmp"
	"math"
	"slices"
)

// Margin is how much more probable the most probable label is than the next, in
// 0–1; 1 where there is one label alone.
func Margin(probabilities []float64) float64 {
	first, second := 0.0, 0.0
	for _, p := range probabilities {
		first, second = max(first, p), max(second, min(first, p))
	}
	return first - second
}

// Entropy is the Shannon entropy of the labels in nats (Bell System Technical
// Journal 27, 1948): 0 where one label is certain, ln k where k are equally
// probable. 0·ln 0 is 0.
func Entropy(probabilities []float64) float64 {
	h := 0.0
	for _, p := range probabilities {
		if p != 0 {
			h -= p * math.Log(p)
		}
	}
	return h
}

// Brier is the mean over sentences of the squared distance between the
// probabilities and the right label's certainty, summed over all labels (Brier,
// Monthly Weather Review 78, 1950): 0 at best, 2 where a wrong label is always
// certain, 1 − 1/k where k labels are always equally probable. For two labels
// it is twice the Brier score that looks at one of them. It is NaN for no
// sentences, and panics where there are not as many right labels as sentences.
func Brier(probabilities [][]float64, want []int) float64 {
	paired(probabilities, want)
	sum := 0.0
	for i, sentence := range probabilities {
		for label, p := range sentence {
			if label == want[i] {
				p -= 1
			}
			sum += p * p
		}
	}
	return sum / float64(len(probabilities))
}

// CalibrationError is the expected calibration error, in 0–1: sentences are
// sorted by the probability of their most probable label (the first of equal
// ones) and cut into 10 bins of equally many (Naeini, Cooper and Hauskrecht,
// AAAI 2015). In each, the share that the label is right for and the mean of its
// probability should agree; the error is the mean of their difference, by size,
// over sentences. Bins of equal mass are less biased than those of equal width
// (Roelofs et al., AISTATS 2022), most of which a confident model leaves empty.
//
// Equally probable sentences are never parted, so that their order does not
// matter: a bin that would end among them takes them all. Of few sentences the
// error is too high, even of a model that is calibrated. It is NaN for no
// sentences, and panics where there are not as many right labels as sentences.
func CalibrationError(probabilities [][]float64, want []int) float64 {
	const bins = 10
	paired(probabilities, want)
	type said struct{ probability, right float64 }
	sentences := make([]said, len(probabilities))
	for i, ps := range probabilities {
		sentences[i].probability = slices.Max(ps)
		if slices.Index(ps, sentences[i].probability) == want[i] {
			sentences[i].right = 1
		}
	}
	slices.SortFunc(sentences, func(a, b said) int { return cmp.Compare(a.probability, b.probability) })
	sum, start := 0.0, 0
	for bin := range bins {
		end := max(start, (bin+1)*len(sentences)/bins)
		for 0 < end && end < len(sentences) && sentences[end].probability == sentences[end-1].probability {
			end++
		}
		difference := 0.0 // of the two means, times the bin's sentences
		for _, s := range sentences[start:end] {
			difference += s.right - s.probability
		}
		sum += math.Abs(difference)
		start = end
	}
	return sum / float64(len(sentences))
}

func paired(probabilities [][]float64, want []int) {
	if len(probabilities) != len(want) {
		panic("score: not as many right labels as sentences with probabilities")
	}
}
