package gate

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/score"
)

// found is what was found of a pair: the p-values of its answers (the second one, of a fall, only if it is not 0), which
// cannot be shown to be within the margin, and those of its costs, which got worse by half or, if p is 1, stayed.
func found(p, fall float64, costs ...float64) Judged {
	c := &Comparison{P: p, FallP: fall, Margin: 0.01, Change: score.Change{Low: -0.5, High: 0.5}, Answers: 100}
	if fall != 0 {
		c.Change.Method = score.Bootstrap
	}
	j := Judged{Answers: c, Costs: &Costs{}}
	for _, p := range costs {
		cost := Cost{P: p, Ratio: 1.5, Low: 1.4, High: 1.6, Better: -1, better: []float64{1, 1}, worse: []float64{1.5, 1.5}}
		if p == 1 {
			cost.Ratio, cost.Low, cost.High = 1, 0.99, 1.01
		}
		j.Costs.Metrics = append(j.Costs.Metrics, cost)
	}
	return j
}

func TestReportDecides(t *testing.T) {
	const P, R, I = Pass, Regressed, Inconclusive
	for _, tt := range []struct {
		why      string
		pairs    []Judged
		answers  []Verdict
		adjusted []float64
		costs    [][]Verdict
		run      Verdict
	}{
		{"one test, at half of 5 %", []Judged{found(0.025, 0)}, []Verdict{R}, []float64{0.025}, [][]Verdict{nil}, R},
		{"a little more", []Judged{found(0.026, 0)}, []Verdict{I}, []float64{0.026}, [][]Verdict{nil}, I},
		// 0.01·3 is above 2.5 %, and so are the others.
		{"three pairs", []Judged{found(0.01, 0), found(0.3, 0), found(0.2, 0)}, []Verdict{I, I, I}, []float64{0.03, 0.4, 0.4}, [][]Verdict{nil, nil, nil}, I},
		// 0.008·3 = 0.024, 0.012·2 = 0.024, 0.02·1 = 0.02, which is no less than those before it.
		{"Holm's steps, not Bonferroni's", []Judged{found(0.012, 0), found(0.02, 0), found(0.008, 0)}, []Verdict{R, R, R}, []float64{0.024, 0.024, 0.024}, [][]Verdict{nil, nil, nil}, R},
		// 0.001/0.1 = 0.01, twice; then 0.2.
		{"a fall gets a tenth of its pair's level", []Judged{found(0.9, 0.001), found(0.2, 0)}, []Verdict{R, I}, []float64{0.02, 0.2}, [][]Verdict{nil, nil}, R},
		// 0.0108/0.9 = 0.012, twice.
		{"and McNemar's test nine", []Judged{found(0.0108, 0.9), found(0.2, 0)}, []Verdict{R, I}, []float64{0.024, 0.2}, [][]Verdict{nil, nil}, R},
		// Answers: 0.02·1. Costs: 0.02·2 is above 2.5 %. Were they one family, 0.02·3 would be above it, too.
		{"answers and costs are two families", []Judged{found(0.02, 0, 0.02, 1)}, []Verdict{R}, []float64{0.02}, [][]Verdict{{I, P}}, R},
		{"costs of all pairs are one", []Judged{found(0.02, 0, 0.012), found(0.02, 0, 0.013)}, []Verdict{I, I}, []float64{0.04, 0.04}, [][]Verdict{{R}, {R}}, R},
		{"so that one more", []Judged{found(0.02, 0, 0.012), found(0.02, 0, 0.013), found(1, 0, 1)}, []Verdict{I, I, I}, []float64{0.06, 0.06, 1}, [][]Verdict{{I}, {I}, {P}}, I},
	} {
		rep := &Report{Pairs: tt.pairs, Alpha: Alpha}
		rep.decide()
		for i, j := range rep.Pairs {
			require.Equal(t, tt.answers[i], j.Answers.Verdict, "%s: pair %d", tt.why, i)
			require.InDelta(t, tt.adjusted[i], j.Answers.Adjusted, 1e-12, "%s: pair %d", tt.why, i)
			var costs []Verdict
			for _, c := range j.Costs.Metrics {
				costs = append(costs, c.Verdict)
			}
			require.Equal(t, tt.costs[i], costs, "%s: pair %d", tt.why, i)
		}
		require.Equal(t, tt.run, rep.Verdict(), tt.why)
	}
}

// What passes needs no correction, and what is within the margin passes, worse or not.
func TestReportPasses(t *testing.T) {
	within := found(0.0001, 0)
	was, is := 0.75, 0.73 // whose difference is a little more than 0.02 in binary
	within.Answers.Margin, within.Answers.Change.Low = 0.02, is-was
	rep := &Report{Pairs: []Judged{within, found(0.0001, 0)}, Alpha: Alpha}
	rep.decide()
	require.Equal(t, Pass, rep.Pairs[0].Verdict(), "to the dot")
	require.Equal(t, Regressed, rep.Pairs[1].Verdict())
	require.Equal(t, Regressed, rep.Verdict(), "the worst of all")
}

func TestJudgedVerdict(t *testing.T) {
	cost := func(v ...Verdict) *Costs {
		c := &Costs{}
		for _, v := range v {
			c.Metrics = append(c.Metrics, Cost{Verdict: v})
		}
		return c
	}
	advice := func(c *Costs) *Costs {
		c.Advice = "of another day"
		return c
	}
	for _, tt := range []struct {
		answers Verdict
		costs   *Costs
		want    Verdict
		why     string
	}{
		{Pass, nil, Pass, "there are no costs"},
		{Pass, cost(Pass, Pass), Pass, ""},
		{Pass, cost(Pass, Regressed), Regressed, ""},
		{Regressed, cost(Pass), Regressed, ""},
		{Inconclusive, cost(Regressed), Regressed, "regressed is worse than inconclusive"},
		{Pass, cost(Inconclusive, Pass), Inconclusive, ""},
		{Pass, cost(), Pass, ""},
		{Pass, advice(cost(Regressed)), Pass, "advice does not count"},
		{Pass, &Costs{NotComparable: "meter a → b"}, Inconclusive, "what could not be compared was not shown to be no worse"},
		{Pass, advice(&Costs{NotComparable: "meter a → b"}), Pass, "unless it would not have counted"},
		{"", nil, Inconclusive, "what nobody decided is no pass"},
	} {
		j := Judged{Answers: &Comparison{Verdict: tt.answers}, Costs: tt.costs}
		require.Equal(t, tt.want, j.Verdict(), fmt.Sprintf("%s: %+v", tt.why, tt))
	}
}
