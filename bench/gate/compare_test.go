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

func TestCompareVerdict(t *testing.T) {
	// One up answered as down:
	//	up    TP 9  FN 1 FP 0   F1 = 18/19
	//	down  TP 10 FN 0 FP 1   F1 = 20/21
	// macro-F1 = (378 + 380)/(2·399) = 379/399, a fall of 20/399 = 0.0501.
	const fall = 20.0 / 399
	one := map[string]string{"u3": "down"}
	for _, tt := range []struct {
		why          string
		margin       float64
		old, new     map[string]string
		want         Verdict
		broke, fixed int
		p, mid       float64
	}{
		{"the same answers", 0, nil, nil, Pass, 0, 0, 1, 0.5},
		{"a fall within the margin", 0.06, nil, one, Pass, 1, 0, 0.5, 0.25},
		{"a fall of the margin, whatever binary fractions say", fall, nil, one, Pass, 1, 0, 0.5, 0.25},
		{"a fall beyond the margin", 0.05, nil, one, Regressed, 1, 0, 0.5, 0.25},
		{"a margin of 0 lets nothing fall", 0, nil, one, Regressed, 1, 0, 0.5, 0.25},
		{"better than golden", 0, one, nil, Pass, 0, 1, 1, 0.75},
		{"one against the other: symmetric, so F1 stands", 0, one, map[string]string{"u4": "down"}, Pass, 1, 1, 0.75, 0.5},
		// 1/2⁵, of which mid-p takes half.
		{"unparsed answers are wrong", 0.06, nil, map[string]string{"u0": score.Unparsed, "u1": score.Unparsed, "u2": score.Unparsed, "d0": score.Unparsed, "d1": score.Unparsed}, Regressed, 5, 0, 1.0 / 32, 1.0 / 64},
		// FP of down goes: 18/19 and 10/10, a rise.
		{"wrong to wrong is no McNemar flip", 0, one, map[string]string{"u3": score.Unparsed}, Pass, 0, 0, 1, 0.5},
	} {
		g := updown()
		g.Margin = tt.margin
		for i, a := range answering(g, tt.old) {
			g.Answers[i].Got = a.Got
		}
		c, err := Compare(g, "set@1", "prompt@1", "d1", answering(updown(), tt.new))
		require.NoError(t, err, tt.why)
		require.Equal(t, tt.want, c.Verdict, tt.why)
		require.Equal(t, [2]int{tt.broke, tt.fixed}, [2]int{c.Broke, c.Fixed}, tt.why)
		require.InDelta(t, tt.p, c.P, 1e-12, tt.why)
		require.InDelta(t, tt.mid, c.MidP, 1e-12, tt.why)
	}

	c, err := Compare(updown(), "set@1", "prompt@1", "d1", answering(updown(), one))
	require.NoError(t, err)
	require.InDelta(t, 1-fall, c.New.F1, 1e-12)
	require.InDelta(t, 0.95, c.New.Accuracy, 1e-12)
	require.Equal(t, 20, c.Answers)
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
		{"other weights", "set@1", "prompt@1", "d2", all, []string{"not comparable", `weights "d1" → "d2"`}},
		{"all at once are all named", "s", "p", "d", all, []string{`"s"`, `"p"`, `"d"`}},
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
		c, err := Compare(updown(), tt.set, tt.prompt, tt.digest, tt.got)
		require.Nil(t, c, "no verdict: %s", tt.why)
		for _, want := range append(tt.want, mini.String()) {
			require.ErrorContains(t, err, want, tt.why)
		}
	}
}

func TestComparisonString(t *testing.T) {
	g := updown()
	g.Answers[0].Got = "down" // u0, wrong from the start
	g.Answers[1].Got = "down" // u1, too
	g.Answers[3].Text = "\x1b[2JUp"
	c, err := Compare(g, "set@1", "prompt@1", "d1", answering(updown(), map[string]string{
		"u0": score.Unparsed, "u3": "down", "d5": score.Unparsed,
	}))
	require.NoError(t, err)
	// Golden: up TP 8 FN 2, down TP 10 FP 2: (16/18 + 20/22)/2 = 0.8990.
	// New: up TP 8 FN 2, down TP 9 FN 1 FP 1: (16/18 + 18/20)/2 = 0.8944.
	want := `Sentiment/model=mini/precision=q4_K_M: pass: F1 0.8990 → 0.8944 (-0.0045; margin 0.06: on trial), accuracy 0.9000 → 0.8500
  4 of 20 answers changed: 2 right → wrong, 1 wrong → right, 1 wrong → wrong; McNemar one-sided p = 0.5 (mid-p 0.312)
  u3 is up: up → down: "\x1b[2JUp"
  d5 is down: down → unparsed: "Down 5"
  u0 is up: down → unparsed: "Up 0"
  u1 is up: down → up: "Up 1"
`
	if diff := cmp.Diff(want, c.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	but := map[string]string{}
	for i := range 10 {
		but[fmt.Sprint("u", i)] = "down"
	}
	but["d0"], but["d1"] = "up", "up"
	c, err = Compare(updown(), "set@1", "prompt@1", "d1", answering(updown(), but))
	require.NoError(t, err)
	require.Contains(t, c.String(), "u9 is up")
	require.NotContains(t, c.String(), "d0 is down", "ten are shown")
	require.True(t, strings.HasSuffix(c.String(), "  and 2 more\n"), "the rest is counted")
}

func TestDefaultMargin(t *testing.T) {
	for _, tt := range []struct {
		n    int
		want float64
		why  string
	}{
		{100, 0.05, "5 of 5 flips: 1/32"},
		{200, 0.025, "5 of 5 flips"},
		{300, 0.0167, "5/300 = 0.01666…, rounded up so that five flips pass"},
		{500, 0.01, "5 of 5 flips: one point"},
		{1000, 0.008, "of 10: 9 broke 11/1024 ≤ 5 %, 8 broke 56/1024 > 5 %: net 9−1"},
		{50, 0.1, "5/50"},
		{49, 0.1, "5/49 = 0.102 is more than the gate ever lets pass by default"},
		{1, 0.1, "any flip regresses"},
		{0, 0.1, "no sentence is no reason to panic"},
	} {
		got, reason := DefaultMargin(tt.n)
		require.Equal(t, tt.want, got, "%d sentences: %s", tt.n, tt.why)
		require.Contains(t, reason, fmt.Sprint(tt.n, " sentences"))
	}
	// The test itself is the oracle: the net loss is called, one less is not.
	for _, n := range []int{600, 1517, 5842, 20000} {
		margin, _ := DefaultMargin(n)
		flips := (n + 99) / 100
		net := int(margin * float64(n))
		broke := (flips + net) / 2
		require.Equal(t, flips, 2*broke-net, "%d sentences: a net loss of %d among %d flips", n, net, flips)
		p, _ := score.McNemar(broke, flips-broke)
		require.LessOrEqual(t, p, 0.05, "%d sentences", n)
		p, _ = score.McNemar(broke-1, flips-broke+1)
		require.Greater(t, p, 0.05, "%d sentences", n)
	}
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
