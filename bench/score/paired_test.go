package score

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// pairs fills a Paired from [want][old][new], with unparsed as the last answer.
func pairs(t testing.TB, labels []string, cells [][][]int) *Paired {
	t.Helper()
	p := NewPaired(labels)
	answers := append(labels[:len(labels):len(labels)], Unparsed)
	for want, olds := range cells {
		for old, news := range olds {
			for new, n := range news {
				for range n {
					require.NoError(t, p.Add(labels[want], answers[old], answers[new]))
				}
			}
		}
	}
	return p
}

func TestPairedAdd(t *testing.T) {
	p := NewPaired([]string{"b", "a", "b", Unparsed})
	require.EqualError(t, p.Add("c", "a", "a"), `score: right answer "c" is not one of the labels ["a" "b"] (old answers)`)
	require.EqualError(t, p.Add("a", "A", "a"), `score: answer "A" is neither one of the labels ["a" "b"] nor "unparsed" (old answers)`)
	require.EqualError(t, p.Add("a", "a", ""), `score: answer "" is neither one of the labels ["a" "b"] nor "unparsed" (new answers)`)
	require.Error(t, p.Add(Unparsed, "a", "a"), "a set can't have a label of that name")
	require.Zero(t, p.Total(), "what was refused must not be counted")
	require.Zero(t, p.Old().Total()+p.New().Total())

	// Every kind of pair once, held against what one sentence at a time says.
	var want Drift
	old, new := NewConfusion([]string{"a", "b"}), NewConfusion([]string{"a", "b"})
	for _, right := range []string{"a", "b"} {
		for _, o := range []string{"a", "b", Unparsed} {
			for _, n := range []string{"a", "b", Unparsed} {
				require.NoError(t, p.Add(right, o, n))
				require.NoError(t, old.Add(right, o))
				require.NoError(t, new.Add(right, n))
				want.Add(right, o, n)
			}
		}
	}
	// Of 9 each 3 are kept; a → b and a → unparsed break a, two fix it, b ↔ unparsed does neither.
	require.Equal(t, Drift{Sentences: 18, Broke: 4, Other: 4, Fixed: 4}, want)
	require.NoError(t, p.Add("b", Unparsed, "a"))
	require.NoError(t, old.Add("b", Unparsed))
	require.NoError(t, new.Add("b", "a"))
	want.Add("b", Unparsed, "a")
	if diff := cmp.Diff(want, p.Drift()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	require.Equal(t, 19, p.Total())
	require.Equal(t, old, p.Old())
	require.Equal(t, new, p.New())
	require.NoError(t, p.Old().Add("a", "a"))
	require.Equal(t, old, p.Old(), "what was returned is the caller's")
}

func TestLeverage(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		labels       []string
		counts       [][]int
		largest, rms float64
	}{{
		name:   "all right, equally frequent",
		reason: "one flip moves macro-F1 by about 1/n",
		labels: []string{"down", "up"},
		counts: [][]int{{5, 0, 0}, {0, 5, 0}},
		// To the other label: 8/9 and 10/11 for 1 and 1, mean 1 − 10/99; to unparsed: 8/9 and 1, mean 1 − 1/18.
		largest: 100.0 / 99, rms: math.Sqrt((100.0/99*100/99 + 10.0/18*10/18) / 2),
	}, {
		name:   "a rare label",
		reason: "one flip in it does what many do elsewhere",
		labels: []string{"down", "up"},
		counts: [][]int{{1, 0, 0}, {0, 99, 0}},
		// Its one sentence, to up: F1 0, and 198/199 for 1: mean falls by (1 + 1/199)/2 = 100/199; to unparsed: by 1/2.
		// One of 99, to down: 2/3 and 196/197: mean falls by (1/3 + 1/197)/2 = 100/591; to unparsed: by 1/394.
		largest: 1e4 / 199,
		rms:     math.Sqrt((1e4/199*1e4/199 + 50.0*50 + 99*(1e4/591*1e4/591+100.0/394*100/394)) / 200),
	}, {
		name:   "a wrong answer",
		reason: "it can become right, or wrong otherwise",
		labels: []string{"down", "up"},
		counts: [][]int{{0, 1, 0}, {0, 0, 0}},
		// Both F1 are 0. Right: only down is left, F1 1. Unparsed: down 0 alone.
		largest: 1, rms: math.Sqrt(0.5),
	}} {
		t.Run(tt.name, func(t *testing.T) {
			c := confusion(t, tt.labels, tt.counts)
			largest, rms := c.Leverage()
			require.InDelta(t, tt.largest, largest, 1e-9, tt.reason)
			require.InDelta(t, tt.rms, rms, 1e-9, tt.reason)
			require.Equal(t, confusion(t, tt.labels, tt.counts), c, "nothing is changed to find out")
		})
	}
	largest, rms := NewConfusion([]string{"up"}).Leverage()
	require.True(t, math.IsNaN(largest) && math.IsNaN(rms), "no answers")
	// The document's example: one of 3 labels has a hundredth of 30,000 sentences, and F1 480/600. A flip from it to a
	// label with F1 near 1 and S + G near n adds a third of that, (1/n)/3·n.
	c := confusion(t, []string{"a", "b", "c"}, [][]int{{240, 30, 30, 0}, {30, 14820, 0, 0}, {30, 0, 14820, 0}})
	largest, _ = c.Leverage()
	require.InDelta(t, 20+1.0/3, largest, 0.05)
}
