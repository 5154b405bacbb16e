package gate

import (
	"math"
	"strconv"

	"github.com/joulebench/joulebench/bench/score"
)

// Scores are shares from 0 to 1 over all sentences of a pass.
type Scores struct {
	F1       float64 // macro: unweighted mean over the labels
	Accuracy float64
	MacroP   float64
	MacroR   float64
	Unparsed float64
}

func scoresOf(labels []string, answers []Answer) (Scores, error) {
	c := score.NewConfusion(labels)
	for _, a := range answers {
		if err := c.Add(a.Want, a.Got); err != nil {
			return Scores{}, err
		}
	}
	return Scores{
		F1:       c.MacroF1(),
		Accuracy: c.Accuracy(),
		MacroP:   c.MacroPrecision(),
		MacroR:   c.MacroRecall(),
		Unparsed: c.Unparsed(),
	}, nil
}

// printed rounds x, a share, as package testing prints a metric: to 4
// significant digits, and at most 7 decimals.
func printed(x float64) float64 {
	if !(x > 0) {
		return x
	}
	decimals := min(3-int(math.Floor(math.Log10(x))), 7)
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', decimals, 64), 64)
	if err != nil {
		return math.NaN()
	}
	return y
}
