package breakeven

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// All kinds of zones that there are, in words and for a table.
func TestWords(t *testing.T) {
	inf := math.Inf(1)
	zones := func(args ...any) (z []Zone) { // effects, and between them the ends
		from := 1.
		for i := 0; i < len(args); i += 2 {
			to := inf
			if i+1 < len(args) {
				to = args[i+1].(float64)
			}
			z = append(z, Zone{from, to, args[i].(Effect)})
			from = to
		}
		return z
	}
	from, upTo := [2]float64{40.5, -1}, [2]float64{-40.5, 1} // 41.5 tokens
	always, never := [2]float64{-1, -1}, [2]float64{1, 1}
	const other = "; of other lengths 6 passes cannot tell"
	for _, c := range []struct {
		more            [2]float64
		zones           []Zone
		short, interval string
		verdict         string
	}{
		{from, zones(More, 34.6, Untold, 51.2, Less), "from 42", "35–52", "L costs less time than H for answers of 42 tokens or more (95 %: 35–52)"},
		{upTo, zones(Less, 34.6, Untold, 51.2, More), "up to 41", "34–51", "L costs less time than H for answers of up to 41 tokens (95 %: 34–51)"},
		{from, zones(More, 41.5, Less), "from 42", "42", "L costs less time than H for answers of 42 tokens or more (95 %: 42)"},
		{upTo, zones(Less, 41.5, More), "up to 41", "41", "L costs less time than H for answers of up to 41 tokens (95 %: 41)"},
		{from, zones(More, 41.4, Untold, 41.6, Less), "from 42", "42", "L costs less time than H for answers of 42 tokens or more (95 %: 42)"},
		{always, zones(Less), "always", "always", "L costs less time than H for answers of any length"},
		{never, zones(More), "never", "never", "L costs more time than H for answers of any length"},
		{from, zones(Untold), "from 42", "not told", "6 passes cannot tell whether L costs less time than H or more, for answers of any length"},
		{from, zones(Untold, 51.2, Less), "from 42", "≤ 52", "L costs less time than H for answers of 52 tokens or more" + other},
		{always, zones(Untold, 51.2, Less), "always", "≤ 52", "L costs less time than H for answers of 52 tokens or more" + other},
		{upTo, zones(Untold, 51.2, More), "up to 41", "≤ 51", "L costs more time than H for answers of 52 tokens or more" + other},
		{from, zones(More, 34.6, Untold), "from 42", "≥ 35", "L costs more time than H for answers of up to 34 tokens" + other},
		{never, zones(More, 34.6, Untold), "never", "≥ 35", "L costs more time than H for answers of up to 34 tokens" + other},
		{upTo, zones(Less, 34.6, Untold), "up to 41", "≥ 34", "L costs less time than H for answers of up to 34 tokens" + other},
		{always, zones(Less, 1.5, Untold), "always", "≥ 1", "L costs less time than H for answers of 1 token" + other},
		{always, zones(Untold, 34.6, Less, 51.2, Untold), "always", "≤ 35 or ≥ 51", "L costs less time than H for answers of 35 to 51 tokens" + other},
		{never, zones(Untold, 34.6, More, 35.2, Untold), "never", "≤ 34 or ≥ 36", "L costs more time than H for answers of 35 tokens" + other},
		{never, zones(Untold, 34.6, More, 34.8, Untold), "never", "≤ 34 or ≥ 35", "6 passes cannot tell whether L costs less time than H or more, for answers of any length"},
		{[2]float64{5e6, -1}, zones(More, 4e6, Untold, 6e6, Less), "from 5e+06", "4e+06–6e+06", "L costs less time than H for answers of 5e+06 tokens or more (95 %: 4e+06–6e+06)"},
		{from, nil, "from 42", "–", "by one pass, L costs less time than H for answers of 42 tokens or more; 6 passes would say how sure that is"},
		{[2]float64{0, -1}, nil, "always", "–", "by one pass, L costs less time than H for answers of any length; 6 passes would say how sure that is"},
		{[2]float64{0, 0}, nil, "never", "–", "by one pass, L costs more time than H for answers of any length; 6 passes would say how sure that is"},
	} {
		b := BreakEven{Passes: 6, PromptMore: c.more[0], AnswerMore: c.more[1], Zones: c.zones}
		require.Equal(t, c.short, b.Short(), c.verdict)
		require.Equal(t, c.interval, b.Interval(), c.verdict)
		of := Comparison{High: "H", Low: "L", Prompt: 160, Measured: 160, Time: b, Joules: b}
		require.Equal(t, "at 160 prompt tokens, "+c.verdict, of.Verdicts()[0])
		require.Equal(t, strings.NewReplacer("less time", "fewer joules", "more time", "more joules").Replace("at 160 prompt tokens, "+c.verdict), of.Verdicts()[1])
	}

	b := BreakEven{Passes: 3, PromptMore: 40.5, AnswerMore: -1, Zones: zones(Untold)}
	of := Comparison{High: "H", Low: "L", Prompt: 200, Measured: 160, Time: b, Joules: BreakEven{Missing: "no meter"}}
	require.Equal(t, []string{
		"at 200 prompt tokens (extrapolated from 160), 3 passes cannot tell (try 6) whether L costs less time than H or more, for answers of any length",
		"joules: no break-even: no meter",
	}, of.Verdicts())
	require.Equal(t, "–", of.Joules.Short())
	require.Equal(t, "–", of.Joules.Interval())
}

func TestLine(t *testing.T) {
	b := BreakEven{Passes: 6, PromptMore: 40.5, AnswerMore: -1, Zones: []Zone{{1, 35, More}, {35, 52, Untold}, {52, math.Inf(1), Less}}}
	other := BreakEven{Passes: 6, PromptMore: 1, AnswerMore: 1, Zones: []Zone{{1, math.Inf(1), More}}}
	none := BreakEven{Missing: "why"}
	row := func(model, high, low, cache string, time, joules BreakEven) Comparison {
		return Comparison{Model: model, High: high, Low: low, Cache: cache, Prompt: 160, Measured: 160, Time: time, Joules: joules}
	}
	split := b
	split.Split = true
	long := strings.Repeat("long", 10)
	const told = "break-even: m: at 160 warm prompt tokens, q4_K_M costs less time than f16 for answers of 42 tokens or more (95 %: 35–52)"
	for _, c := range []struct {
		why  string
		rows []Comparison
		want string
	}{
		{"one precision", nil, "break-even: nothing to compare: no model was measured at two precisions"},
		{"joules of the phases are more than time", []Comparison{row("m", "f16", "q4_K_M", "warm", b, b)}, told + "; joules: from 42 (35–52)"},
		{"joules split by time are not", []Comparison{row("m", "f16", "q4_K_M", "warm", b, split)}, told},
		{"the highest against the lowest, of the first cache", []Comparison{row("m", "f16", "q8_0", "warm", other, none), row("m", "f16", "q4_K_M", "warm", b, none),
			row("m", "q8_0", "q4_K_M", "warm", other, none), row("m", "f16", "q4_K_M", "cold", other, none), row("n", "f16", "q4_K_M", "warm", other, none),
			row("o", "f16", "q8_0", "warm", other, none), row("o", "f16", "q4_0", "warm", b, none)}, told + "; 2 of 3 models alike"},
		{"no room for joules", []Comparison{row("m", "f16", "q4_K_M", "warm", b, b), row("n", "f16", "q8_0", "warm", b, b)}, told + "; 2 of 2 models alike"},
		{"no room for anything", []Comparison{row(long, "f16", "q4_K_M", "warm", b, b), row("n", "f16", "q8_0", "warm", b, b)},
			strings.Replace(told, "m:", long+":", 1)},
		{"no room at all", []Comparison{row(long+long+long+long, "f16", "q4_K_M", "warm", b, b)}, "break-even: " + long + long + long + long[:27] + "…"},
		{"not measured", []Comparison{row("m", "f16", "q4_K_M", "warm", none, none)}, "break-even: m: why"},
		{"one pass", []Comparison{row("m", "f16", "q4_K_M", "", BreakEven{Passes: 1, PromptMore: -1}, none)},
			"break-even: m: at 160 prompt tokens, by one pass, q4_K_M costs less time than f16 for answers of any length; 6 passes would say how sure that is"},
	} {
		got := Line([]Table{{}, {Comparisons: c.rows}, {Comparisons: []Comparison{row("x", "f16", "q4_0", "", b, b)}}}[:2])
		require.Equal(t, c.want, got, c.why)
		require.LessOrEqual(t, utf8.RuneCountInString(got), columns, fmt.Sprint(c.why))
	}
	require.Equal(t, "break-even: nothing to compare: no model was measured at two precisions", Line(nil))
}
