package gate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// measured is a run of mini over the sentences of updown, answered right but for some, with one pass for each of seconds.
// began names its passes: a run of "b" is of b00, b02, ..., one of "b+" of b01, b03, ..., so that these two took turns.
func measured(t *testing.T, began string, but map[string]string, seconds ...float64) *Run {
	t.Helper()
	answers := answering(updown(), but)
	scores, err := scoresOf([]string{"down", "up"}, answers)
	require.NoError(t, err)
	name, later := strings.CutSuffix(began, "+")
	var b strings.Builder
	b.WriteString("Unit F1 better=higher\nhost: h\nmeter: rapl:package-0\nthreads: 1\nset: set@1\nset-size: 20\nprompt: prompt@1\nollama: 0.17.4\nollama-cpu: haswell\n")
	rec := recordedAs("set@1", "prompt@1", "d1", answers)
	rec.Runs = nil
	for i, s := range seconds {
		fmt.Fprintf(&b, "Benchmark%s 1 %v ns/op %v F1\n", mini, s*1e9, printed(scores.F1))
		at := 2 * i
		if later {
			at++
		}
		rec.Runs = append(rec.Runs, fmt.Sprintf("%s%02d-7", name, at))
	}
	results, err := parseResults(began+".txt", []byte(b.String()))
	require.NoError(t, err)
	return &Run{results, map[Pair]*Recorded{mini: rec}}
}

// under is the run with another configuration line.
func under(run *Run, key, value string) *Run {
	run.Pairs[0].Config[key] = value
	return run
}

// goldenWith has the answers of updown and, as sittings a, b, c and so on, six passes each of so many seconds.
func goldenWith(t *testing.T, seconds ...float64) (dir string) {
	t.Helper()
	dir = t.TempDir()
	g := updownOf(mini)
	g.Margin = 0.5
	require.NoError(t, WriteGolden(dir, g))
	s := &sittings{}
	for i, x := range seconds {
		require.NoError(t, s.add(measured(t, string(rune('a'+i)), nil, repeated(x, 6)...)))
	}
	if seconds != nil {
		require.NoError(t, (&newSitting{hostFile(dir, "h", "Sentiment"), s.format()}).write())
	}
	return dir
}

// Recorded costs count sitting by sitting, however many passes a sitting has: machines differ from day to day.
func TestAgainstGoldenBySitting(t *testing.T) {
	slow := func(n int) (runs []*Run) {
		for i := range n {
			runs = append(runs, measured(t, fmt.Sprint("x", i), nil, repeated(1.5+float64(i)/10, 3)...))
		}
		return runs
	}
	for _, tt := range []struct {
		why        string
		recorded   []float64
		runs       []*Run
		cost, pair Verdict
		oldN, newN int
		p          float64 // of values that do not overlap, 1/C(n+m, n)
		advice     string
	}{
		{"five and four: 1/126 is below 2.5 %", []float64{1, 1.01, 1.02, 1.03, 1.04}, slow(4), Regressed, Regressed, 5, 4, 1.0 / 126, ""},
		{"five and two: 1/21 is not, and they count", []float64{1, 1.01, 1.02, 1.03, 1.04}, slow(2), Inconclusive, Inconclusive, 5, 2, 1.0 / 21, ""},
		{"four sittings are no basis: passes are compared, and do not count", []float64{1, 1.01, 1.02, 1.03}, slow(4), Regressed, Pass, 6, 3, 1.0 / 84,
			"sittings under these conditions are 4 in golden and 4 here; costs count from 5 and 2 on, or against a base measured in turns (make bench BASE=COMMIT)"},
		{"nor is one new sitting", []float64{1, 1.01, 1.02, 1.03, 1.04}, slow(1), Regressed, Pass, 6, 3, 1.0 / 84, "sittings under these conditions are 5 in golden and 1 here;"},
		{"sittings that are as they were", []float64{1, 1, 1, 1, 1}, []*Run{measured(t, "x", nil, 1), measured(t, "y", nil, 1)}, Pass, Pass, 5, 2, 1, ""},
	} {
		rep, err := AgainstGolden(goldenWith(t, tt.recorded...), tt.runs, Options{})
		require.NoError(t, err, tt.why)
		costs := rep.Pairs[0].Costs
		require.Len(t, costs.Metrics, 1, tt.why)
		c := costs.Metrics[0]
		require.Equal(t, [2]int{tt.oldN, tt.newN}, [2]int{c.OldN, c.NewN}, tt.why)
		require.InDelta(t, tt.p, c.P, 1e-12, tt.why)
		require.Equal(t, tt.cost, c.Verdict, tt.why)
		require.Contains(t, costs.Advice, tt.advice, tt.why)
		require.Equal(t, tt.advice == "", costs.Advice == "", tt.why)
		require.Equal(t, tt.pair, rep.Pairs[0].Verdict(), tt.why)
		require.Equal(t, tt.pair, rep.Verdict(), tt.why)
	}
	// Four sittings: what is compared are the passes of the last, which took 1.03 s.
	rep, err := AgainstGolden(goldenWith(t, 1, 1.01, 1.02, 1.03), slow(1), Options{})
	require.NoError(t, err)
	require.InDelta(t, 1.03, rep.Pairs[0].Costs.Metrics[0].Old, 1e-12)
	// Five: the median of the sittings'.
	rep, err = AgainstGolden(goldenWith(t, 1, 1.01, 1.02, 1.03, 1.04), slow(2), Options{})
	require.NoError(t, err)
	require.InDelta(t, 1.02, rep.Pairs[0].Costs.Metrics[0].Old, 1e-12)
}

func TestAgainstGoldenOtherConditions(t *testing.T) {
	recorded := []float64{1, 1, 1, 1, 1}
	two := func() []*Run {
		return []*Run{under(measured(t, "x", nil, 1.5), "threads", "2"), under(measured(t, "y", nil, 1.5), "threads", "2")}
	}
	rep, err := AgainstGolden(goldenWith(t, recorded...), two(), Options{})
	require.NoError(t, err)
	costs := rep.Pairs[0].Costs
	require.Equal(t, "threads 1 → 2", costs.NotComparable)
	require.Contains(t, costs.Advice, "sittings under these conditions are 0 in golden")
	require.Empty(t, costs.Metrics)
	require.Equal(t, Pass, rep.Verdict(), "the answers are the same")

	rep, err = AgainstGolden(goldenWith(t, recorded...), two(), Options{Across: []string{"threads"}})
	require.NoError(t, err)
	require.Empty(t, rep.Pairs[0].Costs.NotComparable+rep.Pairs[0].Costs.Advice)
	require.Equal(t, Inconclusive, rep.Verdict(), "5 and 2 sittings that do not overlap: 1/21 is above 2.5 %")

	rep, err = AgainstGolden(goldenWith(t), two(), Options{})
	require.NoError(t, err)
	require.Nil(t, rep.Pairs[0].Costs, "nothing recorded")

	dir := goldenWith(t, recorded...)
	require.NoError(t, os.WriteFile(hostFile(dir, "h", "Sentiment"), []byte("lines: 1\n"), 0o644))
	rep, err = AgainstGolden(dir, two(), Options{})
	require.ErrorContains(t, err, filepath.Join("hosts", "h", "Sentiment.txt")+":1: ")
	require.Len(t, rep.Pairs, 1, "the answers are judged nevertheless")
}

// What was just recorded is no basis for itself.
func TestAgainstGoldenWithoutItself(t *testing.T) {
	rep, err := AgainstGolden(goldenWith(t, 1), []*Run{measured(t, "a", nil, repeated(1, 6)...)}, Options{})
	require.NoError(t, err)
	require.Nil(t, rep.Pairs[0].Costs)
	rep, err = AgainstGolden(goldenWith(t, 1, 2, 3), []*Run{measured(t, "c", nil, repeated(3, 6)...)}, Options{})
	require.NoError(t, err)
	require.InDelta(t, 2, rep.Pairs[0].Costs.Metrics[0].Old, 1e-12, "that of the sitting before")
}

// Two hosts of which the folder has one name share a file, and nothing else.
func TestAgainstGoldenHostsThatShareAFile(t *testing.T) {
	dir := goldenWith(t, 1, 1, 1, 1, 1)
	rep, err := AgainstGolden(dir, []*Run{under(measured(t, "x", nil, 2), "host", "(h)"), under(measured(t, "y", nil, 2), "host", "(h)")}, Options{})
	require.NoError(t, err)
	require.Equal(t, "host h → (h)", rep.Pairs[0].Costs.NotComparable)
	require.Equal(t, Pass, rep.Verdict())

	// Where capitals are the same to the file system, they may be different hosts, too.
	require.NoError(t, os.Rename(filepath.Join(dir, "hosts", "h"), filepath.Join(dir, "hosts", "H")))
	_, err = readSittings(hostFile(dir, "H", "Sentiment"))
	require.NoError(t, err)
}

func TestAgainstBase(t *testing.T) {
	fast, slow := around(1, 6), around(1.1, 6)
	for _, tt := range []struct {
		why       string
		base, new *Run
		want      Verdict
		cost      Verdict
		advice    string
	}{
		// 1/C(12,6) = 1/924
		{"in turns, a tenth slower", measured(t, "b", nil, fast...), measured(t, "b+", nil, slow...), Regressed, Regressed, ""},
		{"in turns, the same", measured(t, "b", nil, fast...), measured(t, "b+", nil, fast...), Pass, Pass, ""},
		{"one after the other", measured(t, "b", nil, fast...), measured(t, "c", nil, slow...), Pass, Regressed, "base and new were not measured in turns"},
		{"a pass too few, so that the last has no partner", measured(t, "b", nil, fast...), measured(t, "b+", nil, slow[:5]...), Pass, Regressed, "base and new were not measured in turns"},
		{"answers are paired by sentence, whenever they were given", measured(t, "b", nil, fast...), measured(t, "c", flipped(10), fast...), Regressed, Pass, "base and new were not measured in turns"},
	} {
		rep, err := AgainstBase(t.TempDir(), tt.base, tt.new, Options{})
		require.NoError(t, err, tt.why)
		require.Equal(t, tt.want, rep.Verdict(), tt.why)
		require.Equal(t, tt.cost, rep.Pairs[0].Costs.Metrics[0].Verdict, tt.why)
		require.Contains(t, rep.Pairs[0].Costs.Advice, tt.advice, tt.why)
		require.Equal(t, tt.advice == "", rep.Pairs[0].Costs.Advice == "", tt.why)
	}
}

func TestAgainstBaseMargin(t *testing.T) {
	judge := func(dir string) *Comparison {
		rep, err := AgainstBase(dir, measured(t, "b", nil, 1), measured(t, "b+", nil, 1), Options{})
		require.NoError(t, err)
		return rep.Pairs[0].Answers
	}
	c := judge(t.TempDir())
	byItself, reason := DefaultMargin([]string{"down", "up"}, updown().Answers)
	require.Equal(t, byItself, c.Margin, "nothing is recorded")
	require.Equal(t, reason, c.Reason)

	for _, tt := range []struct {
		why    string
		set    string
		margin float64
		reason string
		want   float64
	}{
		{"what somebody set holds", "set@1", 0.3, "on trial", 0.3},
		{"for another set too", "set@2", 0.3, "on trial", 0.3},
		{"a default is that of the set", "set@1", 0.004, byDefault + "5842 sentences", 0.004},
		{"and of no other: 20 sentences could not show what 5842 can", "set@2", 0.004, byDefault + "5842 sentences", byItself},
	} {
		dir := t.TempDir()
		g := updownOf(mini)
		g.Set, g.Margin, g.Reason = tt.set, tt.margin, tt.reason
		require.NoError(t, WriteGolden(dir, g))
		require.Equal(t, tt.want, judge(dir).Margin, tt.why)
	}
}

// A label that the set does not have and the base never gave is an answer of the suite's nevertheless, and wrong.
func TestAgainstBaseNewLabel(t *testing.T) {
	base, new := measured(t, "b", nil, 1), measured(t, "b+", nil, 1)
	for i := range 8 {
		new.Answers[mini].Answers[i].Got = "sideways"
	}
	rep, err := AgainstBase(t.TempDir(), base, new, Options{})
	require.NoError(t, err)
	require.Equal(t, Regressed, rep.Verdict(), "8 broke: 1/2⁸ = 0.004")
}

func TestNotInTurns(t *testing.T) {
	for _, tt := range []struct {
		why      string
		old, new []string
		inTurns  bool
	}{
		{"first base, then new, each time", []string{"1", "3"}, []string{"2", "4"}, true},
		{"each pass the other way round, so that neither is always the warmer", []string{"1", "4"}, []string{"2", "3"}, true},
		{"base first, new afterwards", []string{"1", "2"}, []string{"3", "4"}, false},
		{"new first", []string{"3", "4"}, []string{"1", "2"}, false},
		{"one without a partner", []string{"1", "3", "5"}, []string{"2", "4"}, false},
		{"two of the same in the middle", []string{"1", "4", "5"}, []string{"2", "3", "6"}, true},
		{"one of each", []string{"1"}, []string{"2"}, true},
	} {
		require.Equal(t, tt.inTurns, notInTurns(tt.old, tt.new) == "", tt.why)
	}
}
