package gate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/score"
)

// updown is a golden file of 20 sentences: u0 to u9 are up, d0 to d9 are down,
// and all answers are right, so F1 is 1.
func updown() *Golden {
	g := &Golden{Pair: mini, Set: "set@1", Prompt: "prompt@1", Digest: "d1", Labels: []string{"down", "up"}, Margin: 0.06, Reason: "on trial"}
	for i := range 10 {
		g.Answers = append(g.Answers, Answer{fmt.Sprint("u", i), "up", "up", fmt.Sprint("Up ", i)})
	}
	for i := range 10 {
		g.Answers = append(g.Answers, Answer{fmt.Sprint("d", i), "down", "down", fmt.Sprint("Down ", i)})
	}
	return g
}

// answering is what g answered but for the given sentences, without the texts,
// as from a journal.
func answering(g *Golden, but map[string]string) []Answer {
	var got []Answer
	for _, a := range g.Answers {
		a.Text = ""
		if b, ok := but[a.ID]; ok {
			a.Got = b
		}
		got = append(got, a)
	}
	return got
}

// recordedAs is what a journal holds of these answers.
func recordedAs(set, prompt, digest string, answers []Answer) *Recorded {
	return &Recorded{Set: set, Prompt: prompt, Digest: digest, Answers: answers, Runs: []string{"r1"}}
}

// flipped answers the first broke ups as down and the first fixed downs, which are wrong in golden, as they should be.
func flipped(broke int) map[string]string {
	but := map[string]string{}
	for i := range broke {
		but[fmt.Sprint("u", i)] = "down"
	}
	return but
}

func TestCompareVerdict(t *testing.T) {
	// One up answered as down:
	//	up    TP 9  FN 1 FP 0   F1 = 18/19
	//	down  TP 10 FN 0 FP 1   F1 = 20/21
	// macro-F1 = (378 + 380)/(2·399) = 379/399, a fall of 20/399 = 0.0501: twenty times that, 1.0025, is the leverage of
	// the golden answers. Where nothing changes, Tango's bound of 20 sentences is z²/(20+z²) = 0.1192 with z = 1.6449, so
	// the interval ends at 0.1195.
	for _, tt := range []struct {
		why          string
		margin       float64
		old, new     map[string]string
		want         Verdict
		broke, fixed int
		p, mid       float64
	}{
		{"the same answers", 0.12, nil, nil, Pass, 0, 0, 1, 0.5},
		{"the same answers of so few sentences cannot show so little", 0.119, nil, nil, Inconclusive, 0, 0, 1, 0.5},
		{"one that broke, within a margin that it takes", 0.25, nil, flipped(1), Pass, 1, 0, 0.5, 0.25},
		{"one that broke, beyond what 20 sentences can show", 0.12, nil, flipped(1), Inconclusive, 1, 0, 0.5, 0.25},
		{"five: 1/2⁵ is above 2.5 %", 0.12, nil, flipped(5), Inconclusive, 5, 0, 1.0 / 32, 1.0 / 64},
		{"six: 1/2⁶ is below", 0.12, nil, flipped(6), Regressed, 6, 0, 1.0 / 64, 1.0 / 128},
		{"six are worse, and no worse than somebody said they may be", 0.6, nil, flipped(6), Pass, 6, 0, 1.0 / 64, 1.0 / 128},
		{"better than golden", 0.12, flipped(6), nil, Pass, 0, 6, 1, 127.0 / 128},
		{"one against the other: symmetric, so F1 stands", 0.25, flipped(1), map[string]string{"u4": "down"}, Pass, 1, 1, 0.75, 0.5},
		{"unparsed answers are wrong", 0.12, nil, map[string]string{"u0": score.Unparsed, "u1": score.Unparsed, "u2": score.Unparsed, "d0": score.Unparsed, "d1": score.Unparsed, "d2": score.Unparsed}, Regressed, 6, 0, 1.0 / 64, 1.0 / 128},
		{"wrong to wrong is no McNemar flip", 0.25, flipped(1), map[string]string{"u0": score.Unparsed}, Pass, 0, 0, 1, 0.5},
	} {
		g := updown()
		g.Margin = tt.margin
		for i, a := range answering(g, tt.old) {
			g.Answers[i].Got = a.Got
		}
		c, err := Compare(g, recordedAs("set@1", "prompt@1", "d1", answering(updown(), tt.new)))
		require.NoError(t, err, tt.why)
		require.Empty(t, c.Verdict, "open until it is decided")
		c.DecideAlone(Alpha, 1)
		require.Equal(t, tt.want, c.Verdict, tt.why)
		require.Equal(t, [2]int{tt.broke, tt.fixed}, [2]int{c.Broke, c.Fixed}, tt.why)
		require.InDelta(t, tt.p, c.P, 1e-12, tt.why)
		require.InDelta(t, tt.mid, c.MidP, 1e-12, tt.why)
		require.InDelta(t, tt.p, c.Adjusted, 1e-12, "one test, nothing to correct for")
	}

	c, err := Compare(updown(), recordedAs("set@1", "prompt@1", "d1", answering(updown(), flipped(6))))
	require.NoError(t, err)
	require.InDelta(t, 0.7, c.New.Accuracy, 1e-12)
	require.Equal(t, 20, c.Answers)
	c.DecideAlone(Alpha, 2)
	require.Equal(t, Inconclusive, c.Verdict, "two pairs: 1/64 counts twice")
	require.InDelta(t, 1.0/32, c.Adjusted, 1e-12)
}

// A model that gives up a rare label may be right as often as before: McNemar's test sees nothing, and macro-F1 falls.
func TestCompareSeesARareLabelGivenUp(t *testing.T) {
	// Old: the 20 rare ones all right, 20 of 280 common ones taken for rare.
	//	rare   TP 20  FP 20 FN 0   F1 = 40/60
	//	common TP 260 FP 0  FN 20  F1 = 520/540
	// New: always common.
	//	rare   F1 = 0
	//	common TP 280 FP 20 FN 0   F1 = 560/580
	// 20 broke and 20 were fixed; macro-F1 went from 0.8148 to 0.4828.
	g := &Golden{Pair: mini, Set: "set@1", Prompt: "prompt@1", Digest: "d1", Labels: []string{"common", "rare"}, Margin: 0.1, Reason: "on trial"}
	var new []Answer
	for i := range 300 {
		a := Answer{fmt.Sprint(i), "common", "common", ""}
		if i < 40 {
			a.Got = "rare"
		}
		if i < 20 {
			a.Want = "rare"
		}
		g.Answers = append(g.Answers, a)
		a.Got = "common"
		new = append(new, a)
	}
	c, err := Compare(g, recordedAs("set@1", "prompt@1", "d1", new))
	require.NoError(t, err)
	require.Equal(t, [2]int{20, 20}, [2]int{c.Broke, c.Fixed})
	require.InDelta(t, 0.5627, c.P, 1e-4, "binomial(40, 1/2) of 20 or more")
	require.InDelta(t, 0.8148, c.Old.F1, 1e-4)
	require.InDelta(t, 0.4828, c.New.F1, 1e-4)
	c.DecideAlone(Alpha, 15)
	require.Equal(t, Regressed, c.Verdict)
	require.InDelta(t, 150.0/10001, c.Adjusted, 1e-12, "none of 10,000 draws, at a tenth of the level of each of 15 pairs")
	require.Contains(t, c.String(), "one-sided p = 0.563 (mid-p 0.5), of F1 having fallen by no more than the margin 0.0001, corrected 0.015\n", "the test that decides is there to read")
}

func TestCompareRefuses(t *testing.T) {
	all := answering(updown(), nil)
	for _, tt := range []struct {
		why                 string
		set, prompt, digest string
		got                 []Answer
		want                []string
	}{
		{"another set", "set@2", "prompt@1", "d1", all, []string{"not comparable", `set "set@1" → "set@2"`, "`make golden`"}},
		{"another prompt", "set@1", "prompt@2", "d1", all, []string{"not comparable", `prompt "prompt@1" → "prompt@2"`}},
		{"all at once are all named", "s", "p", "d", all, []string{`"s"`, `"p"`}},
		{"no set is another set", "", "prompt@1", "d1", all, []string{`set "set@1" → ""`}},
		{"no answers", "set@1", "prompt@1", "d1", nil, []string{"sentences without an answer: 20 [\"u0\"", "..."}},
		{"a missing sentence", "set@1", "prompt@1", "d1", all[1:], []string{`sentences without an answer: 1 ["u0"]`}},
		{"an additional sentence", "set@1", "prompt@1", "d1", append(all[:20:20], Answer{"x", "up", "up", ""}), []string{`sentences that the golden file lacks: 1 ["x"]`}},
		{"additional ones are named in order", "set@1", "prompt@1", "d1", append(all[:20:20], Answer{"z", "up", "up", ""}, Answer{"y", "up", "up", ""}, Answer{"x", "up", "up", ""}), []string{`3 ["x" "y" "z"]`}},
		{"a sentence twice", "set@1", "prompt@1", "d1", append(all[:20:20], all[0]), []string{`sentences answered more than once in a pass: 1 ["u0"]`}},
		{"one for another", "set@1", "prompt@1", "d1", append(all[:19:19], Answer{"x", "up", "up", ""}), []string{`["d9"]`, `["x"]`}},
		{"another label", "set@1", "prompt@1", "d1", append(all[:19:19], Answer{"d9", "up", "up", ""}), []string{`"d9" has the label "down" there, "up" here`}},
		{"an answer that is no label", "set@1", "prompt@1", "d1", append(all[:19:19], Answer{"d9", "down", "Down", ""}), []string{"new answers", `"Down"`}},
	} {
		c, err := Compare(updown(), recordedAs(tt.set, tt.prompt, tt.digest, tt.got))
		require.Nil(t, c, "no verdict: %s", tt.why)
		for _, want := range append(tt.want, mini.String()) {
			require.ErrorContains(t, err, want, tt.why)
		}
	}
}

// What may differ, and is said.
func TestCompareNotes(t *testing.T) {
	got := recordedAs("set@1", "prompt@2", "d2", answering(updown(), nil))
	got.Unsteady, got.Runs = 3, []string{"r1", "r2"}
	c, err := Compare(updown(), got, "prompt")
	require.NoError(t, err)
	require.Equal(t, []string{"other weights: d1 → d2", "3 sentences were answered otherwise in a later one of 2 passes; the first counts"}, c.Notes)
}

func TestComparisonString(t *testing.T) {
	g := updown()
	g.Answers[0].Got = "down" // u0, wrong from the start
	g.Answers[1].Got = "down" // u1, too
	g.Answers[3].Text = "\x1b[2JUp"
	c, err := Compare(g, recordedAs("set@1", "prompt@1", "d2", answering(updown(), map[string]string{
		"u0": score.Unparsed, "u3": "down", "d5": score.Unparsed,
	})))
	require.NoError(t, err)
	c.DecideAlone(Alpha, 1)
	// Golden: up TP 8 FN 2, down TP 10 FP 2: (16/18 + 20/22)/2 = 0.8990.
	// New: up TP 8 FN 2, down TP 9 FN 1 FP 1: (16/18 + 18/20)/2 = 0.8944.
	// The interval, half of which is 0.2030 = 1.645 standard errors of 20 sentences, is held by the tests of package
	// score: (2.926·0.552/(0.06−0.0045))² = 849 sentences. McNemar: 2 or 3 of 3 are 4/8, and mid-p (1 + 3/2)/8.
	want := `Sentiment/model=mini/precision=q4_K_M: inconclusive: F1 0.8990 → 0.8944 (-0.0045, 90 % interval -0.2076 to +0.1985; margin 0.06: on trial), accuracy 0.9000 → 0.8500
  4 of 20 answers changed: 2 right → wrong, 1 wrong → right, 1 wrong → wrong; McNemar one-sided p = 0.5 (mid-p 0.312), corrected 0.5
  neither shown to be worse nor to be within the margin: some 849 sentences would decide it
  other weights: d1 → d2
  u3 is up: up → down: "\x1b[2JUp"
  d5 is down: down → unparsed: "Down 5"
  u0 is up: down → unparsed: "Up 0"
  u1 is up: down → up: "Up 1"
`
	if diff := cmp.Diff(want, c.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	but := flipped(10)
	but["d0"], but["d1"] = "up", "up"
	c, err = Compare(updown(), recordedAs("set@1", "prompt@1", "d1", answering(updown(), but)))
	require.NoError(t, err)
	require.Contains(t, c.String(), "u9 is up")
	require.NotContains(t, c.String(), "d0 is down", "ten are shown")
	require.True(t, strings.HasSuffix(c.String(), "  and 2 more\n"), "the rest is counted")
}

// right are n right answers, with labels taking turns.
func right(n int) []Answer {
	labels := []string{"down", "level", "up"}
	var answers []Answer
	for i := range n {
		answers = append(answers, Answer{fmt.Sprint(i), labels[i%3], labels[i%3], ""})
	}
	return answers
}

func TestDefaultMargin(t *testing.T) {
	labels := []string{"down", "level", "up"}
	for _, tt := range []struct {
		n             int
		flips, losses int
		why           string
	}{
		{3, 1, 1, "even so few get one"},
		{300, 3, 3, "at most 2 of 3 are losses in 7/8 of cases, which is not 9 in 10"},
		{1000, 10, 7, "at most 7 of 10: 968/1024; at most 6: 848/1024"},
		{5842, 59, 34, "mean 29.5, standard deviation 3.84: 1.28 of these above"},
	} {
		margin, reason := DefaultMargin(labels, right(tt.n))
		require.Contains(t, reason, fmt.Sprintf("default for %d sentences: less could not be told from what another build of the server may flip (%d, of them %d for the worse)", tt.n, tt.flips, tt.losses), tt.why)
		low, _ := score.Tango(tt.losses, tt.flips-tt.losses, tt.n, 0.9)
		require.Greater(t, margin, -low, "%d sentences", tt.n)
		// What it is for: so many flips pass, and a few more losses do not.
		g := &Golden{Pair: mini, Labels: labels, Margin: margin, Reason: reason, Answers: right(tt.n)}
		if tt.n < 300 {
			continue
		}
		require.Less(t, margin, -1.1*low, "%d sentences: balanced labels, all right, have a leverage little above 1", tt.n)
		verdict := func(losses int) Verdict {
			got := right(tt.n)
			for i := range losses {
				got[i].Got = labels[(i+1)%3]
			}
			c, err := Compare(g, recordedAs("", "", "", got))
			require.NoError(t, err)
			c.DecideAlone(Alpha, 1)
			return c.Verdict
		}
		require.Equal(t, Pass, verdict(2*tt.losses-tt.flips), "%d sentences: as large a net loss", tt.n)
		require.NotEqual(t, Pass, verdict(2*tt.losses), "%d sentences: twice the losses", tt.n)
	}
	margin, _ := DefaultMargin(labels, right(1))
	require.Less(t, margin, 1.0, "a margin of 1 would let everything pass")
	margin, reason := DefaultMargin(labels, nil)
	require.Zero(t, margin, "no sentence is no reason to panic")
	require.Empty(t, reason)
}

func TestPrintedAsTestingPrints(t *testing.T) {
	for _, x := range []float64{0, 1, 0.5, 0.87345, 0.99994, 0.999951, 0.0999949, 0.099996, 0.01234567, 0.00999949, 0.0012345, 0.00099994, 0.00012345678, 1e-7, 1e-9, 32.0 / 45} {
		line := testing.BenchmarkResult{N: 1, Extra: map[string]float64{"F1": x}}.String()
		var n int
		var want float64
		_, err := fmt.Sscan(strings.ReplaceAll(line, "F1", ""), &n, &want)
		require.NoError(t, err, line)
		require.Equal(t, want, printed(x), "%v", x)
	}
}
