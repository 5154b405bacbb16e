package score

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// confusion fills a matrix from rows of counts; a row has one more column, for
// unparsed answers.
func confusion(t testing.TB, labels []string, counts [][]int) *Confusion {
	t.Helper()
	c := NewConfusion(labels)
	for i, row := range counts {
		require.Len(t, row, len(labels)+1)
		for j, n := range row {
			got := Unparsed
			if j < len(labels) {
				got = labels[j]
			}
			for range n {
				require.NoError(t, c.Add(labels[i], got))
			}
		}
	}
	return c
}

func TestScores(t *testing.T) {
	three := []string{"positive", "negative", "neutral"}
	for _, tt := range []struct {
		name, reason                            string
		labels                                  []string
		counts                                  [][]int
		accuracy, precision, recall, f1, absent float64
		weighted                                [2]float64 // precision and F1; recall is the accuracy
		mcc                                     float64
	}{{
		name:   "three labels, some unparsed",
		reason: "an unparsed answer lowers recall and no precision",
		labels: three,
		//                 pos neg neu unparsed
		counts: [][]int{{6, 1, 2, 1}, {0, 4, 0, 0}, {2, 0, 3, 1}},
		// right 6+4+3 = 13 of 20; unparsed 2 of 20
		// positive: tp 6, fp 2, fn 4: P 6/8,  R 6/10, F1 12/18
		// negative: tp 4, fp 1, fn 0: P 4/5,  R 4/4,  F1 8/9
		// neutral:  tp 3, fp 2, fn 3: P 3/5,  R 3/6,  F1 6/11
		accuracy:  0.65,
		precision: (0.75 + 0.8 + 0.6) / 3,
		recall:    (0.6 + 1 + 0.5) / 3,
		f1:        (2.0/3 + 8.0/9 + 6.0/11) / 3, // 0.7003…
		absent:    0.1,
		// 10, 4 and 6 sentences
		weighted: [2]float64{(7.5 + 3.2 + 3.6) / 20, (20.0/3 + 32.0/9 + 36.0/11) / 20},
		// given 8, 5, 5 and 2 unparsed: 20·13 − (80+20+30) = 130; 400 − (64+25+25+4) = 282; 400 − (100+16+36) = 248
		mcc: 130 / math.Sqrt(282*248),
	}, {
		name:   "scikit-learn's documented example",
		reason: "y_true 0 1 2 0 1 2, y_pred 0 2 1 0 0 1: sklearn.metrics prints macro P 0.22…, R 0.33…, F1 0.26…",
		labels: []string{"0", "1", "2"},
		counts: [][]int{{2, 0, 0, 0}, {1, 0, 1, 0}, {0, 2, 0, 0}},
		// "0": tp 2, fp 1, fn 0: P 2/3, R 1, F1 4/5; the others have tp 0
		accuracy:  1.0 / 3,
		precision: 2.0 / 9,
		recall:    1.0 / 3,
		f1:        4.0 / 15,
		weighted:  [2]float64{2.0 / 9, 4.0 / 15}, // all have two sentences
		mcc:       0,                             // 6·2 − 2·(3+2+1)
	}, {
		name:   "mean of F1, not F1 of means",
		reason: "here the other macro F1 would be 2·0.55·0.55/1.1 = 0.55: Opitz and Burst's point",
		labels: []string{"a", "b"},
		counts: [][]int{{1, 9, 0}, {0, 1, 0}},
		// a: tp 1, fp 0, fn 9: P 1, R 0.1, F1 2/11; b: tp 1, fp 9, fn 0: P 0.1, R 1, F1 2/11
		accuracy:  2.0 / 11,
		precision: 0.55,
		recall:    0.55,
		f1:        2.0 / 11,
		weighted:  [2]float64{10.1 / 11, 2.0 / 11},
		mcc:       0.1, // (1·1 − 0·9)/√(1·10·10·1), Matthews' own form
	}, {
		name:   "label that does not occur",
		reason: "neutral is nowhere right and never given: left out, so that perfect answers score 1",
		labels: three,
		counts: [][]int{{3, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 0, 0}},

		accuracy: 1, precision: 1, recall: 1, f1: 1,
		weighted: [2]float64{1, 1}, mcc: 1,
	}, {
		name:   "label given that is nowhere right",
		reason: "neutral has P 0/1, R 0/0 = 0, F1 0/1 and counts, unlike one that does not occur",
		labels: three,
		counts: [][]int{{3, 0, 1, 0}, {0, 2, 0, 0}, {0, 0, 0, 0}},
		// positive: tp 3, fn 1: P 1, R 3/4, F1 6/7; negative: all 1
		accuracy:  5.0 / 6,
		precision: 2.0 / 3,
		recall:    1.75 / 3,
		f1:        (6.0/7 + 1) / 3,
		weighted:  [2]float64{1, (24.0/7 + 2) / 6}, // neutral weighs nothing
		mcc:       14 / math.Sqrt(22*16),           // 6·5 − (12+4); 36 − (9+4+1); 36 − (16+4)
	}, {
		name:   "label never given",
		reason: "negative has P 0/0 = 0 and counts: a model can't gain by keeping away from a label",
		labels: three,
		counts: [][]int{{2, 0, 0, 0}, {2, 0, 0, 0}, {0, 0, 2, 0}},
		// positive: tp 2, fp 2: P 1/2, R 1, F1 2/3; negative: 0; neutral: 1
		accuracy:  4.0 / 6,
		precision: 0.5,
		recall:    2.0 / 3,
		f1:        (2.0/3 + 1) / 3,
		weighted:  [2]float64{0.5, (4.0/3 + 2) / 6},
		mcc:       12 / math.Sqrt(16*24), // 6·4 − (8+4); 36 − (16+4); 36 − (4+4+4)
	}, {
		name:   "sentences of one label, all right",
		reason: "nothing that answers could correlate with: MCC 0/0 = 0, where all else is 1",
		labels: []string{"a", "b"},
		counts: [][]int{{4, 0, 0}, {0, 0, 0}},

		accuracy: 1, precision: 1, recall: 1, f1: 1,
		weighted: [2]float64{1, 1},
	}, {
		name:   "one answer to everything",
		reason: "it says nothing: MCC 0/0 = 0, and weighted means flatter it",
		labels: []string{"a", "b"},
		counts: [][]int{{9, 0, 0}, {1, 0, 0}},
		// a: tp 9, fp 1: P 9/10, R 1, F1 18/19; b: P 0/0 = 0, R 0/1, F1 0
		accuracy:  0.9,
		precision: 0.45,
		recall:    0.5,
		f1:        9.0 / 19,
		weighted:  [2]float64{0.81, 0.9 * 18 / 19},
	}, {
		name:   "every answer wrong",
		reason: "of two labels this is −1: exchange them, and all is right",
		labels: []string{"a", "b"},
		counts: [][]int{{0, 3, 0}, {5, 0, 0}},
		mcc:    -1, // (0·0 − 3·5)/√(5·3·3·5)
	}, {
		name:   "nothing parsed",
		reason: "zeros, not NaN: there were answers",
		labels: []string{"a", "b"},
		counts: [][]int{{0, 0, 3}, {0, 0, 1}},
		absent: 1,
	}} {
		t.Run(tt.name, func(t *testing.T) {
			c := confusion(t, tt.labels, tt.counts)
			require.InDelta(t, tt.accuracy, c.Accuracy(), 1e-15, tt.reason)
			require.InDelta(t, tt.precision, c.MacroPrecision(), 1e-15, tt.reason)
			require.InDelta(t, tt.recall, c.MacroRecall(), 1e-15, tt.reason)
			require.InDelta(t, tt.f1, c.MacroF1(), 1e-15, tt.reason)
			require.InDelta(t, tt.absent, c.Unparsed(), 1e-15, tt.reason)
			require.InDelta(t, tt.weighted[0], c.WeightedPrecision(), 1e-15, tt.reason)
			require.InDelta(t, tt.accuracy, c.WeightedRecall(), 1e-15, "the weights cancel")
			require.InDelta(t, tt.weighted[1], c.WeightedF1(), 1e-15, tt.reason)
			require.InDelta(t, tt.mcc, c.MCC(), 1e-15, tt.reason)
		})
	}
}

func TestAdd(t *testing.T) {
	c := NewConfusion([]string{"b", "a", "b", Unparsed})
	require.EqualError(t, c.Add("c", "a"), `score: right answer "c" is not one of the labels ["a" "b"]`)
	require.EqualError(t, c.Add("a", "B"), `score: answer "B" is neither one of the labels ["a" "b"] nor "unparsed"`)
	require.Error(t, c.Add(Unparsed, "a"), "a set can't have a label of that name: its answers would look unparsed")
	require.Zero(t, c.Total(), "what was refused must not be counted")
	for _, score := range scores(c) {
		require.True(t, math.IsNaN(score), "no answers are not a score of 0")
	}
	require.NoError(t, c.Add("a", "b"))
	require.NoError(t, c.Add("b", Unparsed))
	require.Equal(t, 2, c.Total())
	require.Equal(t, []string{"a", "b"}, c.Labels())
	require.Equal(t, [4]int{1, 0, 1, 0}, [4]int{c.Count("a", "b"), c.Count("b", "a"), c.Count("b", Unparsed), c.Count("c", "a")})
}

// TestZeroDivision: 0/0 is 0 for one label.
func TestZeroDivision(t *testing.T) {
	for _, tt := range []struct {
		reason string
		class  Class
		want   [3]float64 // precision, recall, F1
	}{
		{"never given: no precision", Class{Support: 3}, [3]float64{}},
		{"right nowhere: no recall", Class{Given: 2}, [3]float64{}},
		{"precision and recall are 0: 2PR/(P+R) is 0/0", Class{Given: 2, Support: 3}, [3]float64{}},
		{"does not occur", Class{}, [3]float64{}},
		{"one right of 2 given and 4 to be given: 2·½·¼/¾", Class{Right: 1, Given: 2, Support: 4}, [3]float64{0.5, 0.25, 1.0 / 3}},
	} {
		require.Equal(t, tt.want, [3]float64{tt.class.Precision(), tt.class.Recall(), tt.class.F1()}, tt.reason)
	}
}

func TestHandle(t *testing.T) {
	c := confusion(t, []string{"negative", "neutral", "positive"}, [][]int{{0, 0, 0, 3}, {0, 3, 2, 1}, {0, 2, 6, 1}})
	same, err := c.Handle(Wrong)
	require.NoError(t, err)
	require.Same(t, c, same)
	dropped, err := c.Handle(Drop)
	require.NoError(t, err)
	// 9 right of 18, or of 13. neutral: tp 3, fp 2, fn 3 or 2; positive: tp 6, fp 2, fn 3 or 2; negative: 0, or out.
	require.Equal(t, [2]int{18, 13}, [2]int{c.Total(), dropped.Total()})
	require.InDelta(t, 9.0/18, c.Accuracy(), 1e-15)
	require.InDelta(t, 9.0/13, dropped.Accuracy(), 1e-15)
	require.InDelta(t, (6.0/11+12.0/17)/3, c.MacroF1(), 1e-15)
	require.InDelta(t, (6.0/10+12.0/16)/2, dropped.MacroF1(), 1e-15, "a label that is never answered falls out of the mean")
	require.Zero(t, dropped.Unparsed())
	require.Equal(t, 3, c.Count("negative", Unparsed), "the answers are as they were")

	_, err = c.Handle("keep")
	require.EqualError(t, err, `score: unparsed answers handled as "keep": want "wrong" or "drop"`)
	none, err := confusion(t, []string{"a"}, [][]int{{0, 2}}).Handle(Drop)
	require.NoError(t, err)
	require.True(t, math.IsNaN(none.MacroF1()), "no answer is left")
}

func scores(c *Confusion) []float64 {
	return []float64{c.Accuracy(), c.MacroPrecision(), c.MacroRecall(), c.MacroF1(), c.Unparsed(),
		c.WeightedPrecision(), c.WeightedRecall(), c.WeightedF1(), c.MCC()}
}

// FuzzScores holds the scores against what must be true of any answers: each
// byte is one answer to one sentence of four labels.
func FuzzScores(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4}, uint64(1))
	f.Add([]byte{0, 6, 12, 18}, uint64(2)) // all right
	f.Add([]byte{4, 9, 14, 19, 0}, uint64(3))
	f.Fuzz(func(t *testing.T, answers []byte, seed uint64) {
		if len(answers) == 0 {
			return
		}
		labels := []string{"a", "b", "c", "d"}
		renamed := []string{"a", "b", "c", "d"}
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(4, func(i, j int) { renamed[i], renamed[j] = renamed[j], renamed[i] })

		plain, permuted, repeated, perfect := NewConfusion(labels), NewConfusion(renamed), NewConfusion(labels), NewConfusion(labels)
		right := 0
		for _, a := range answers {
			want, got := int(a)%20/5, int(a)%5
			name := func(labels []string, i int) string { return append(labels[:4:4], Unparsed)[i] }
			require.NoError(t, plain.Add(labels[want], name(labels, got)))
			require.NoError(t, permuted.Add(renamed[want], name(renamed, got)))
			require.NoError(t, perfect.Add(labels[want], labels[want]))
			for range 3 {
				require.NoError(t, repeated.Add(labels[want], name(labels, got)))
			}
			if want == got {
				right++
			}
		}
		require.Equal(t, len(answers), plain.Total())
		require.Equal(t, float64(right)/float64(len(answers)), plain.Accuracy())
		require.InDeltaSlice(t, scores(plain), scores(permuted), 1e-12, "names of labels must not matter")
		require.InDeltaSlice(t, scores(plain), scores(repeated), 1e-12, "nor must the size of the set")
		correlation := 1.0
		if len(slices.DeleteFunc(perfect.Classes(), func(k Class) bool { return k.Support == 0 })) == 1 {
			correlation = 0
		}
		require.InDeltaSlice(t, []float64{1, 1, 1, 1, 0, 1, 1, 1, correlation}, scores(perfect), 1e-12)
		for _, s := range scores(plain)[:8] {
			require.True(t, 0 <= s && s <= 1+1e-12, "%v", s)
		}
		require.True(t, -1 <= plain.MCC() && plain.MCC() <= 1, "%v", plain.MCC())
		least, most := 1.0, 0.0
		for _, k := range plain.Classes() {
			if k.Support+k.Given > 0 {
				least, most = min(least, k.F1()), max(most, k.F1())
			}
		}
		for _, mean := range []float64{plain.MacroF1(), plain.WeightedF1()} {
			require.True(t, least-1e-12 <= mean && mean <= most+1e-12, "%v is no mean of what lies in [%v, %v]", mean, least, most)
		}
		require.InDelta(t, plain.Accuracy(), plain.WeightedRecall(), 1e-12)
		dropped, err := plain.Handle(Drop)
		require.NoError(t, err)
		if dropped.Total() > 0 {
			require.GreaterOrEqual(t, dropped.Accuracy(), plain.Accuracy(), "dropping flatters")
			require.GreaterOrEqual(t, dropped.MacroF1(), plain.MacroF1()-1e-12)
		}
		// The harmonic mean of a label is at most the arithmetic one.
		require.LessOrEqual(t, plain.MacroF1(), (plain.MacroPrecision()+plain.MacroRecall())/2+1e-12)
		require.LessOrEqual(t, plain.Accuracy()+plain.Unparsed(), 1+1e-12)
	})
}
