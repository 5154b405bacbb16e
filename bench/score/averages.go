package score

import "math"

// Class is how one label did: precision, recall (van Rijsbergen, Information
// Retrieval, 2nd edition, 1979, chapter 7) and F1, their harmonic mean, in 0–1.
//
// Where a quotient is 0/0 it is 0, as by scikit-learn's zero_division=0: the
// precision of a label that was never given, the recall of one that is right
// nowhere, and the F1 where precision and recall are 0. A model cannot gain by
// keeping away from a label.
type Class struct {
	Label   string
	Right   int // answers that gave the label and should have
	Given   int // answers that gave it
	Support int // sentences whose right label it is, unparsed answers included
}

// Precision is the share of the answers with this label that are right.
func (k Class) Precision() float64 { return quotient(k.Right, k.Given) }

// Recall is the share of the sentences of this label that got it.
func (k Class) Recall() float64 { return quotient(k.Right, k.Support) }

// F1 is 2PR/(P+R) of precision P and recall R.
func (k Class) F1() float64 { return quotient(2*k.Right, k.Given+k.Support) }

// occurs is whether the label is anywhere, right or given.
func (k Class) occurs() bool { return k.Given+k.Support > 0 }

func quotient(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Classes are the figures of all labels, in order, those that do not occur
// included.
func (c *Confusion) Classes() []Class {
	classes := make([]Class, len(c.labels))
	for i := range classes {
		classes[i] = c.class(i)
	}
	return classes
}

func (c *Confusion) class(i int) Class {
	k := Class{Label: c.labels[i], Right: c.counts[i][i]}
	for _, row := range c.counts {
		k.Given += row[i]
	}
	for _, n := range c.counts[i] {
		k.Support += n
	}
	return k
}

// MacroPrecision is the unweighted mean of the labels' precision. Like the
// other macro means it leaves out a label that was neither right nor given
// anywhere, as scikit-learn does by default: a sample without it says nothing
// about it, and perfect answers score 1. One that is right nowhere and was
// given counts, with 0.
func (c *Confusion) MacroPrecision() float64 { return c.macro(Class.Precision) }

// MacroRecall is the unweighted mean of the labels' recall.
func (c *Confusion) MacroRecall() float64 { return c.macro(Class.Recall) }

// MacroF1 is the unweighted mean of the labels' F1, and not the F1 of mean
// precision and mean recall, which can be far higher (Opitz and Burst, "Macro
// F1 and Macro F1", 2019, arXiv:1911.03347).
func (c *Confusion) MacroF1() float64 { return c.macro(Class.F1) }

// WeightedPrecision is the mean of the labels' precision, each weighted by its
// support (scikit-learn's average="weighted"). Weighted means follow the
// frequent labels: who always gives the majority's label is hardly punished.
// Studies that do not name their average often print these.
func (c *Confusion) WeightedPrecision() float64 { return c.weighted(Class.Precision) }

// WeightedRecall is the mean of the labels' recall, weighted by support. It is
// the accuracy, whatever the answers, since the weights cancel: a table in
// which the two columns are equal has weighted means.
func (c *Confusion) WeightedRecall() float64 { return c.weighted(Class.Recall) }

// WeightedF1 is the mean of the labels' F1, weighted by support. It need not
// lie between weighted precision and weighted recall.
func (c *Confusion) WeightedF1() float64 { return c.weighted(Class.F1) }

func (c *Confusion) macro(score func(Class) float64) float64 { return macro(c.Classes(), score) }

// macro is the mean of one score over the labels that occur.
func macro(classes []Class, score func(Class) float64) float64 {
	sum, n := 0.0, 0
	for _, k := range classes {
		if k.occurs() {
			sum += score(k)
			n++
		}
	}
	return sum / float64(n)
}

// weighted is the mean of one score over all sentences, each with its label's.
func (c *Confusion) weighted(score func(Class) float64) float64 {
	sum, n := 0.0, 0
	for i := range c.labels {
		k := c.class(i)
		// The conversion keeps compilers from fusing product and sum: all
		// machines round alike.
		sum += float64(float64(k.Support) * score(k))
		n += k.Support
	}
	return sum / float64(n)
}

// MCC is the Matthews correlation of right and given labels for any number of
// labels (Gorodkin, Computational Biology and Chemistry 28, 2004; for two
// labels Matthews, Biochimica et Biophysica Acta 405, 1975). It is 1 for
// perfect answers, 0 for answers that have nothing to do with the sentences,
// and negative, at least −1, for worse. Unparsed is one more category here,
// which is never right.
//
// It is 0 where a correlation is 0/0, as in scikit-learn: where all sentences
// have one label, even if all answers are right, and where all answers are alike.
func (c *Confusion) MCC() float64 {
	var n, right, unparsed int64
	var both, given, wanted int64 // sums of products of a label's margins
	for i, row := range c.counts {
		k := c.class(i)
		n += int64(k.Support)
		right += int64(k.Right)
		both += int64(k.Given) * int64(k.Support)
		given += int64(k.Given) * int64(k.Given)
		wanted += int64(k.Support) * int64(k.Support)
		unparsed += int64(row[len(c.labels)])
	}
	given += unparsed * unparsed
	if n == 0 {
		return math.NaN()
	}
	// Covariances times n². In whole numbers, and with one root, the quotient
	// never leaves [-1, 1] by rounding.
	above, below := float64(n*right-both), float64(n*n-given)*float64(n*n-wanted)
	if below == 0 {
		return 0
	}
	return above / math.Sqrt(below)
}
