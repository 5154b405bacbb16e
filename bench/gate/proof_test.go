package gate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// TestProof draws runs of which it is known whether anything changed, has the gate judge them, and holds it to what it
// promises: an unchanged run is found regressed in 5 % of cases or fewer, and a change for the worse is found.
// testdata/proof.md is what it comes to.
func TestProof(t *testing.T) {
	p := readProof(t)
	t.Run("unchanged", p.unchanged)
	t.Run("recorded", p.recordedAA)
	t.Run("costs", p.costs)
	t.Run("answers", p.answers)
	if *update {
		p.write(t)
	}
	t.Run("report", p.report)
}

// costsOf draws what is compared of the costs of a pair. The pairs of a run are drawn without regard to each other:
// what they have in common makes false alarms come together, and so rarer.
type costsOf func(random *rand.Rand, units benchfmt.UnitMetadataMap, p Pair, worse float64) (old, new samples)

// inTurns are passes of one sitting.
func (s *spreads) inTurns(n int) costsOf {
	return func(random *rand.Rand, units benchfmt.UnitMetadataMap, p Pair, worse float64) (old, new samples) {
		day := s.day(random)
		return s.measure(random, p, n, day, 1).samples(units), s.measure(random, p, n, day, worse).samples(units)
	}
}

// onTwoDays are passes of two sittings, as if they were of one.
func (s *spreads) onTwoDays(n int) costsOf {
	return func(random *rand.Rand, units benchfmt.UnitMetadataMap, p Pair, worse float64) (old, new samples) {
		old = s.measure(random, p, n, s.day(random), 1).samples(units)
		return old, s.measure(random, p, n, s.day(random), worse).samples(units)
	}
}

// bySitting are as many sittings a side, each of some passes.
func (s *spreads) bySitting(sittings, n int) costsOf {
	side := func(random *rand.Rand, units benchfmt.UnitMetadataMap, p Pair, worse float64) samples {
		var results []*Result
		for range sittings {
			results = append(results, s.measure(random, p, n, s.day(random), worse))
		}
		return medians(results, units)
	}
	return func(random *rand.Rand, units benchfmt.UnitMetadataMap, p Pair, worse float64) (old, new samples) {
		return side(random, units, p, 1), side(random, units, p, worse)
	}
}

// judgeRun draws a run of all pairs, of which the first got worse, and has it judged. Of g, 2 % of the answers
// change, one half for the better. Either may be nil: nothing is known of it then.
func judgeRun(t *testing.T, random *rand.Rand, costs costsOf, worse float64, g *Golden) *Report {
	t.Helper()
	units := unitsOfCosts()
	rep := &Report{Alpha: Alpha}
	for i, pair := range simulatedPairs() {
		j := undisturbed(1, 0)[0]
		j.Pair = pair
		if g != nil {
			j.Answers = compareAgain(t, random, g, 0.01, 0.01)
		}
		if costs != nil {
			w := 1.0
			if i == 0 {
				w = worse
			}
			old, new := costs(random, units, pair, w)
			var err error
			j.Costs, err = compareCosts(old, new, nil)
			require.NoError(t, err)
			require.Len(t, j.Costs.Metrics, len(costUnits()))
		}
		rep.Pairs = append(rep.Pairs, j)
	}
	rep.decide()
	return rep
}

// plain is what each test at 5 % would say, without a correction or a minimum effect.
func plain(rep *Report) bool {
	for _, j := range rep.Pairs {
		if j.Answers.P <= 0.05 {
			return true
		}
		for _, c := range j.Costs.Metrics {
			if c.P <= 0.05 {
				return true
			}
		}
	}
	return false
}

// Scenarios without any change; the last is what the gate does not do.
const (
	aaTurns    = "15 pairs, 10 passes a side in turns, 300 sentences, labels balanced"
	aaSittings = "15 pairs, 8 sittings of 5 passes a side, 300 sentences, labels 54/31/15 %"
	aaBalanced = "15 pairs, 5,842 sentences, labels balanced"
	aaStudy    = "15 pairs, 5,842 sentences, labels 54/31/15 %"
	aaTwoDays  = "15 pairs, 10 passes a side of two sittings taken for one"
)

func (p *proof) unchanged(t *testing.T) {
	count := func(scenario string, runs [3]int, costs costsOf, g *Golden) (now, reported tally) {
		return p.count(t, scenario, runs, func(random *rand.Rand) outcome {
			rep := judgeRun(t, random, costs, 1, g)
			return outcome{rep.Verdict(), plain(rep)}
		})
	}
	small := answers78(300, balanced)
	for _, tt := range []struct {
		scenario string
		runs     [3]int
		costs    costsOf
		g        *Golden
	}{
		{aaTurns, [3]int{50, 600, 5000}, p.spreads.inTurns(10), small},
		{aaSittings, [3]int{10, 100, 2000}, p.spreads.bySitting(8, 5), answers78(300, study)},
		{aaBalanced, [3]int{0, 2, 60}, nil, answers78(5842, balanced)},
		{aaStudy, [3]int{0, 2, 60}, nil, answers78(5842, study)},
	} {
		now, reported := count(tt.scenario, tt.runs, tt.costs, tt.g)
		for _, c := range []tally{now, reported} {
			t.Logf("%s: %+v", tt.scenario, c)
			require.LessOrEqual(t, c.regressed, atMost(c.runs, Alpha, 0.001), "%s: %+v", tt.scenario, c)
		}
	}
	now, _ := count(aaTwoDays, [3]int{20, 100, 2000}, p.spreads.onTwoDays(10), nil)
	require.Greater(t, now.regressed, atMost(now.runs, Alpha, 0.001), "else there were no need of sittings: %+v", now)
}
