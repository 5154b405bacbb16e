package gate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"

	"github.com/joulebench/joulebench/bench/score"
)

// A simulated run has 15 pairs.
func simulatedPairs() []Pair {
	var pairs []Pair
	for _, model := range []string{"llama", "llava", "mistral", "phi", "qwen"} {
		for _, precision := range []string{"f16", "q8_0", "q4_K_M"} {
			pairs = append(pairs, Pair{"Sentiment", model, precision})
		}
	}
	return pairs
}

func betterHigher(unit string) bool { return strings.HasSuffix(unit, "tok/s") }

func unitsOfCosts() benchfmt.UnitMetadataMap {
	var b strings.Builder
	for _, unit := range costUnits() {
		fmt.Fprintf(&b, "Unit %s better=%s\n", unit, map[bool]string{false: "lower", true: "higher"}[betterHigher(unit)])
	}
	r := benchfmt.NewReader(strings.NewReader(b.String()), "simulated")
	for r.Scan() {
	}
	return r.Units()
}

// cholesky is the lower triangle L with L·Lᵀ = m.
func cholesky(t *testing.T, m [][]float64) [][]float64 {
	t.Helper()
	lower := make([][]float64, len(m))
	for i := range m {
		lower[i] = make([]float64, len(m))
		for j := range i + 1 {
			rest := m[i][j]
			for k := range j {
				rest -= lower[i][k] * lower[j][k]
			}
			switch {
			case i == j:
				// Three decimals of two metrics that are one leave a little less than nothing.
				require.Greater(t, rest, -0.01, "no correlations of anything")
				lower[i][i] = math.Sqrt(max(0, rest))
			case lower[j][j] > 0:
				lower[i][j] = rest / lower[j][j]
			}
		}
	}
	return lower
}

func (s *spreads) draw(random *rand.Rand, deviations []float64) []float64 {
	independent := make([]float64, len(deviations))
	for i := range independent {
		independent[i] = random.NormFloat64()
	}
	logs := make([]float64, len(deviations))
	for i, row := range s.lower {
		for j, l := range row[:i+1] {
			logs[i] += l * independent[j]
		}
		logs[i] *= deviations[i]
	}
	return logs
}

// day is by how much a sitting differs from others, in logs.
func (s *spreads) day(random *rand.Rand) []float64 { return s.draw(random, s.between) }

// measure makes passes of a pair on a day. All costs are worse by a factor, but for the memory, which does not go
// with the others.
func (s *spreads) measure(random *rand.Rand, p Pair, passes int, day []float64, worse float64) *Result {
	units := costUnits()
	res := &Result{Pair: p, Config: map[string]string{"host": "simulated", "set": "simulated", "prompt": "simulated"}}
	for range passes {
		line := &benchfmt.Result{Iters: 1, Values: make([]benchfmt.Value, len(units))}
		for u, log := range s.draw(random, s.within) {
			v := 40 * math.Exp(log+day[u])
			switch {
			case betterHigher(units[u]):
				v /= worse
			case units[u] != "peak-RSS-bytes":
				v *= worse
			}
			line.Values[u] = benchfmt.Value{Value: v, Unit: units[u]}
		}
		res.lines = append(res.lines, line)
	}
	return res
}

// Shares of the labels of a set: as in this project's, and as in the study's.
var (
	balanced = map[string]float64{"negative": 1.0 / 3, "neutral": 1.0 / 3, "positive": 1.0 / 3}
	study    = map[string]float64{"negative": 0.15, "neutral": 0.54, "positive": 0.31}
)

// answers78 are n answers of which 78 % are right in every label, with the default margin.
func answers78(n int, mix map[string]float64) *Golden {
	g := &Golden{Pair: mini, Labels: sortedKeys(mix)}
	share := 0.0
	for l, label := range g.Labels {
		from := int(math.Round(share * float64(n)))
		share += mix[label]
		for i := range int(math.Round(share*float64(n))) - from {
			got := label
			if i%50 < 11 {
				got = g.Labels[(l+1+i%2)%3]
			}
			g.Answers = append(g.Answers, Answer{ID: fmt.Sprint(len(g.Answers)), Want: label, Got: got})
		}
	}
	g.Margin, g.Reason = DefaultMargin(g.Labels, g.Answers)
	return g
}

// again answers anew: of all sentences, a share broke and a share was fixed, each by chance.
func (g *Golden) again(random *rand.Rand, broke, fixed float64) *Recorded {
	rec := &Recorded{Answers: make([]Answer, len(g.Answers))}
	right := 0.0
	for _, a := range g.Answers {
		if a.right() {
			right += 1 / float64(len(g.Answers))
		}
	}
	for i, a := range g.Answers {
		switch u := random.Float64(); {
		case a.right() && u < broke/right:
			for a.Got == a.Want {
				a.Got = g.Labels[random.IntN(len(g.Labels))]
			}
		case !a.right() && u < fixed/(1-right):
			a.Got = a.Want
		}
		rec.Answers[i] = a
	}
	return rec
}

// compareAgain compares g with what it answers anew.
func compareAgain(t *testing.T, random *rand.Rand, g *Golden, broke, fixed float64) *Comparison {
	t.Helper()
	c, err := Compare(g, g.again(random, broke, fixed))
	require.NoError(t, err)
	return c
}

// unpaired is the one-sided z-test of two shares of right answers, as of two sets of sentences (pooled variance):
// what one would do without looking at sentences.
func unpaired(c *Comparison) float64 {
	n, pooled := float64(c.Answers), (c.Old.Accuracy+c.New.Accuracy)/2
	z := (c.Old.Accuracy - c.New.Accuracy) / math.Sqrt(2*pooled*(1-pooled)/n)
	return math.Erfc(z/math.Sqrt2) / 2
}

// undisturbed are what else is in a run: pairs with as many tests as there can be, none of which says anything.
func undisturbed(pairs, metrics int) []Judged {
	var judged []Judged
	for range pairs {
		j := Judged{Answers: &Comparison{P: 1, FallP: 1, Change: score.Change{Method: score.Bootstrap}}, Costs: &Costs{}}
		for range metrics {
			j.Costs.Metrics = append(j.Costs.Metrics, Cost{P: 1, Note: "not drawn"})
		}
		judged = append(judged, j)
	}
	return judged
}

// R: prop.test(c(390, 365), c(500, 500), alternative = "greater", correct = FALSE).
func TestUnpaired(t *testing.T) {
	c := &Comparison{Answers: 500, Old: Scores{Accuracy: 0.78}, New: Scores{Accuracy: 0.73}}
	require.InDelta(t, 0.0330193600801, unpaired(c), 1e-12)
}
