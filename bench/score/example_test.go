package score_test

import (
	"fmt"

	"github.com/joulebench/joulebench/bench/score"
)

// A model that answers the easy sentences only looks better where the others
// are dropped.
func ExampleConfusion_Handle() {
	c := score.NewConfusion([]string{"negative", "positive"})
	for _, a := range []struct {
		want, got string
		sentences int
	}{
		{"negative", "negative", 20}, {"negative", "positive", 10}, {"negative", score.Unparsed, 20},
		{"positive", "positive", 45}, {"positive", "negative", 5},
	} {
		for range a.sentences {
			if err := c.Add(a.want, a.got); err != nil {
				fmt.Println(err)
			}
		}
	}
	for _, handling := range []score.Handling{score.Wrong, score.Drop} {
		h, err := c.Handle(handling)
		if err != nil {
			fmt.Println(err)
			continue
		}
		lo, hi := h.MacroF1Interval()
		fmt.Printf("unparsed %s:\n  macro-F1 %.3f [%.3f, %.3f]", handling, h.MacroF1(), lo, hi)
		lo, hi = h.AccuracyInterval()
		fmt.Printf(", accuracy %.3f [%.3f, %.3f]\n", h.Accuracy(), lo, hi)
		fmt.Printf("  weighted F1 %.3f, Matthews correlation %.3f, of %d\n", h.WeightedF1(), h.MCC(), h.Total())
	}
	// Output:
	// unparsed wrong:
	//   macro-F1 0.695 [0.604, 0.778], accuracy 0.650 [0.553, 0.736]
	//   weighted F1 0.695, Matthews correlation 0.458, of 100
	// unparsed drop:
	//   macro-F1 0.792 [0.693, 0.879], accuracy 0.812 [0.713, 0.883]
	//   weighted F1 0.808, Matthews correlation 0.592, of 80
}

// Two of 200 answers changed, one of them in a label that is rare: the interval
// is wide although accuracy is as it was.
func ExamplePaired_F1Change() {
	p := score.NewPaired([]string{"negative", "positive"})
	for _, a := range []struct {
		want, old, new string
		sentences      int
	}{
		{"negative", "negative", "negative", 9}, {"negative", "negative", "positive", 1},
		{"positive", "positive", "positive", 180}, {"positive", "negative", "negative", 9}, {"positive", "negative", "positive", 1},
	} {
		for range a.sentences {
			if err := p.Add(a.want, a.old, a.new); err != nil {
				fmt.Println(err)
			}
		}
	}
	c := p.F1Change(1)
	largest, rms := p.Old().Leverage()
	fmt.Printf("macro-F1 %.3f → %.3f, change %+.3f [%+.3f, %+.3f] by %s\n", c.Old, c.New, c.New-c.Old, c.Low, c.High, c.Method)
	fmt.Printf("one answer moves it by up to %.1f/%d, %.1f/%d in the mean\n", largest, p.Total(), rms, p.Total())
	d := p.Drift()
	fmt.Printf("%d broke, %d fixed\n", d.Broke, d.Fixed)
	// Output:
	// macro-F1 0.820 → 0.808, change -0.012 [-0.105, +0.081] by score bound
	// one answer moves it by up to 4.9/200, 2.0/200 in the mean
	// 1 broke, 1 fixed
}
