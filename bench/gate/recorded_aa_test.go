package gate

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// testdata/aa.txt are two sides of the same commit, measured in turns by make bench BASE=HEAD: a file of recorded sittings,
// "sitting: base" with its passes and "sitting: new" with as many, the nth of one beside the nth of the other.
var recordedIn = filepath.Join("testdata", "aa.txt")

const (
	aaRecorded = "measured passes in turns, sides swapped by chance"
	aaSource   = "12 rounds of all miniatures over 100 sentences on two cores that other work shared, 2026-11-29"
)

// recordedRounds are those, by pair; base[i] and new[i] are of one pair.
func recordedRounds(t *testing.T) (base, new []*Result, units benchfmt.UnitMetadataMap, source string) {
	t.Helper()
	s, err := parseSittings(recordedIn, []byte(read(t, recordedIn)))
	require.NoError(t, err)
	require.Len(t, s.all, 2)
	require.Equal(t, []string{"base", "new"}, []string{s.all[0].id, s.all[1].id})
	base, new = s.all[0].pairs, s.all[1].pairs
	require.Len(t, new, len(base))
	for i := range base {
		require.Equal(t, base[i].Pair, new[i].Pair)
		require.Len(t, base[i].lines, len(base[0].lines), "a pass is over all pairs")
		require.Len(t, new[i].lines, len(base[0].lines), "a round has both")
	}
	n := len(base[0].lines)
	level := Alpha / 2 / float64(len(base)*len(costUnits()))
	require.Positive(t, mostRejected(n, n, level), "with %d rounds nothing could ever be found", n)
	return base, new, s.units, aaSource
}

// swapped deals the two passes of each round to the sides by chance: the pass over all pairs, as it was measured.
func swapped(random *rand.Rand, base, new []*Result) (old, other []*Result) {
	swap := make([]bool, len(base[0].lines))
	for r := range swap {
		swap[r] = random.IntN(2) == 0
	}
	for i := range base {
		o, n := *base[i], *new[i]
		o.lines, n.lines = slices.Clone(o.lines), slices.Clone(n.lines)
		for r, s := range swap {
			if s {
				o.lines[r], n.lines[r] = n.lines[r], o.lines[r]
			}
		}
		old, other = append(old, &o), append(other, &n)
	}
	return old, other
}

// recordedAA: whichever pass of a round one calls new, nothing changed, and this time the noise is no assumption. The
// runs dealt from one recording are not independent of each other, so that no allowance for chance is made.
func (p *proof) recordedAA(t *testing.T) {
	base, new, units, source := recordedRounds(t)
	judge := func(random *rand.Rand, worse float64) *Report {
		rep := &Report{Alpha: Alpha}
		old, other := swapped(random, base, new)
		for i := range old {
			is := other[i].samples(units)
			costs, err := compareCosts(old[i].samples(units), samples{is.config, units, func(unit string) []float64 {
				values := is.values(unit)
				for k := range values {
					if betterHigher(unit) {
						values[k] /= worse
					} else {
						values[k] *= worse
					}
				}
				return values
			}}, nil)
			require.NoError(t, err)
			require.Contains(t, costs.units(), "sec/op")
			rep.Pairs = append(rep.Pairs, Judged{old[i].Pair, undisturbed(1, 0)[0].Answers, costs})
		}
		rep.decide()
		return rep
	}
	now, _ := p.count(t, aaRecorded, [3]int{100, 1000, 1000}, func(random *rand.Rand) outcome {
		rep := judge(random, 1)
		return outcome{rep.Verdict(), plain(rep)}
	})
	t.Logf("%s (%s): %+v", aaRecorded, source, now)
	require.LessOrEqual(t, float64(now.regressed), Alpha*float64(now.runs), "%+v", now)
	worse := judge(rand.New(rand.NewPCG(1, 1)), 1.5)
	require.Equal(t, Regressed, worse.Verdict(), "a run that could not regress would show nothing")
}

func (c *Costs) units() []string {
	var units []string
	for _, m := range c.Metrics {
		units = append(units, m.Unit)
	}
	return units
}
