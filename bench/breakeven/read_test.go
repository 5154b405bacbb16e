package breakeven

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// A pass of 4 answers to prompts of 100 tokens, 11 tokens each: 10 computed after the first, 40 in a pass.
//
//	f16:    a prompt takes 100 ÷ 100 tok/s = 1 s; an answer token 1 ÷ 10 tok/s = 0.1 s
//	q4_K_M: a prompt takes 100 ÷ 50 tok/s = 2 s;  an answer token 1 ÷ 20 tok/s = 0.05 s
//
// So it breaks even at 1 + (2−1)/(0.1−0.05) = 21 tokens. By phase, a prompt takes 400/4 = 100 J and 500/4 = 125 J, an
// answer token 80/40 = 2 J and 40/40 = 1 J: 1 + 25/1 = 26 tokens.
const (
	counts = " 400 prompt-tokens/op 44 eval-tokens/op"
	f16    = "BenchmarkS/model=m/precision=f16-2 1 100 prompt-tok/s 10 eval-tok/s" + counts
	q4     = "BenchmarkS/model=m/precision=q4_K_M-2 1 50 prompt-tok/s 20 eval-tok/s" + counts
	phases = " 400 joules-prompt/op 80 joules-eval/op"
	fewer  = " 500 joules-prompt/op 40 joules-eval/op"
)

func parse(t *testing.T, o Options, lines ...string) []Table {
	t.Helper()
	tables, err := read(benchfmt.NewReader(strings.NewReader(strings.Join(lines, "\n")+"\n"), "a.txt"), o)
	require.NoError(t, err)
	return tables
}

func TestCosts(t *testing.T) {
	const at = 21
	for _, c := range []struct {
		why          string
		o            Options
		lines        []string
		time, joules float64 // 0: there is none
		note         string
	}{
		{"the first answer token is free", Options{}, []string{"requests: 4", f16 + phases, q4 + fewer}, at, 26, ""},
		{"a set has one answer a sentence", Options{}, []string{"set-size: 4", f16 + phases, q4 + fewer}, at, 26, ""},
		// 10 W: 80 J in 4 + 4 s, and 100 J in 8 + 2 s.
		{"joules of the whole are split by time, and say what the seconds say", Options{}, []string{"requests: 4", f16 + " 80 joules/op", q4 + " 100 joules/op"}, at, at, "joules split by time"},
		// 0.1 J and 0.275 J a prompt token, as if at 10 W and 13.75 W: 10 J and 27.5 J, and 1 J and 0.6875 J an answer token.
		{"but for the watts", Options{}, []string{"requests: 4", f16 + " 80 joules/op", q4 + " 137.5 joules/op"}, at, 1 + 17.5/(1-0.6875), "joules split by time"},
		{"phases of one precision only cannot be compared", Options{}, []string{"requests: 4", f16 + " 80 joules/op" + phases, q4 + " 100 joules/op"}, at, at, "joules split by time"},
		{"half the prompt, half of what it costs more", Options{Prompt: 50}, []string{"requests: 4", f16 + phases, q4 + fewer}, 11, 1 + 12.5, ""},
		{"without counts there are still the rates", Options{Prompt: 100}, []string{"set-size: 4", strings.TrimSuffix(f16, counts), strings.TrimSuffix(q4, counts)}, at, 0, ""},
		{"nor is the prompt's length known", Options{}, []string{"set-size: 4", strings.TrimSuffix(f16, counts), strings.TrimSuffix(q4, counts)}, 0, 0, ""},
		{"nor is it without the number of answers", Options{}, []string{f16 + phases, q4 + fewer}, 0, 0, ""},
		{"several at once overlap", Options{}, []string{"requests: 4", "concurrency: 8", f16 + phases, q4 + fewer}, at, 26, "of 8 answers at once"},
	} {
		tables := parse(t, c.o, c.lines...)
		require.Len(t, tables, 1, c.why)
		require.Len(t, tables[0].Comparisons, 1, c.why)
		got := tables[0].Comparisons[0]
		for _, b := range []struct {
			BreakEven
			want float64
		}{{got.Time, c.time}, {got.Joules, c.joules}} {
			if b.want == 0 {
				require.NotEmpty(t, b.Missing, c.why)
				continue
			}
			require.Empty(t, b.Missing, c.why)
			require.InDelta(t, b.want, b.Estimate().From, 1e-9, c.why)
			require.Nil(t, b.Zones, "one pass")
		}
		require.Contains(t, strings.Join(got.Notes, ";"), c.note, c.why)
		require.Equal(t, c.note == "", got.Notes == nil, c.why)
	}
}

func TestMissing(t *testing.T) {
	const bare = "BenchmarkS/model=m/precision="
	for _, c := range []struct{ lines, want string }{
		{bare + "f16 1 1 F1\n" + q4, "what a prompt token takes was not measured at f16"},
		{f16 + "\n" + bare + "q4_K_M 1 5 prompt-tok/s", "what an answer token takes was not measured at q4_K_M (one-token answers"},
		{"requests: 4\n" + strings.Replace(f16, " 10 eval-tok/s", "", 1) + "\n" + q4, "what an answer token takes was not measured at f16 (one-token answers"},
		{f16 + "\n" + q4, "how long the prompts were is not known"},
		// Of two passes in turns, each has it of one precision.
		{"requests: 4\n" + f16 + "\n" + bare + "q4_K_M 1 1 F1\n" + bare + "f16 1 1 F1\n" + q4, "no pass has it of both precisions"},
	} {
		got := parse(t, Options{}, c.lines)[0].Comparisons[0]
		require.Contains(t, got.Time.Missing, c.want)
		require.NotEmpty(t, got.Joules.Missing)
	}
}

// What may be compared is: each two precisions from the highest down, warm and cold apart, and nothing across configurations.
func TestRead(t *testing.T) {
	q8 := strings.Replace(q4, "q4_K_M", "q8_0", 1)
	n := strings.Replace(f16, "=m", "=n", 1)
	got := parse(t, Options{}, "requests: 4", "host: a", "meter: x", "cache: cold", n, q4, "cache: warm", f16, q8, q4, "cache: cold", q8, "BenchmarkOther 1 2 ns/op",
		"host: b", f16, "host: a", "BenchmarkS/model=m/precision=f16/threads=2-2 1 9 prompt-tok/s", "host: b", q8)
	type row struct{ Model, High, Low, Cache string }
	var rows [][]row
	var configs [][]string
	for _, table := range got {
		require.Equal(t, "S", table.Name)
		configs = append(configs, table.Config)
		of := []row{}
		for _, c := range table.Comparisons {
			of = append(of, row{c.Model, c.High, c.Low, c.Cache})
		}
		rows = append(rows, of)
	}
	require.Empty(t, cmp.Diff([][]row{
		{{"m", "q8_0", "q4_K_M", "cold"}, {"m", "f16", "q8_0", "warm"}, {"m", "f16", "q4_K_M", "warm"}, {"m", "q8_0", "q4_K_M", "warm"}},
		{{"m", "f16", "q8_0", "cold"}},
		{},
	}, rows))
	require.Empty(t, cmp.Diff([][]string{{"host: a", "meter: x"}, {"host: b", "meter: x"}, {"host: a", "meter: x", "threads=2"}}, configs))

	for _, c := range []struct{ text, want string }{
		{"requests: 4\n" + f16 + " NaN joules/op", "a.txt:2: joules/op = NaN is no measurement"},
		{"requests: 4\n" + f16 + " -1 joules/op", "a.txt:2: joules/op = -1 is no measurement"},
		{f16 + " Inf joules-eval/op", "a.txt:1: joules-eval/op = +Inf is no measurement"},
		{"set-size: 0\n" + f16, `a.txt:2: set-size: want how many answers a pass has, got "0"`},
		{"requests: many\n" + f16, `a.txt:2: requests: want how many answers a pass has, got "many"`},
		{"BenchmarkS/model=m/precision=f16-2 1 9", "a.txt:1: "},
	} {
		_, err := read(benchfmt.NewReader(strings.NewReader(c.text+"\n"), "a.txt"), Options{})
		require.ErrorContains(t, err, c.want)
	}
	_, err := Read([]string{"testdata/none.txt"}, Options{})
	require.ErrorContains(t, err, "breakeven: open testdata/none.txt")
	_, err = Read([]string{"read_test.go"}, Options{})
	require.ErrorContains(t, err, "breakeven: no results in read_test.go")
}

// Passes are held against each other where they took turns, in whatever order within a pass; else each precision by itself.
func TestTurns(t *testing.T) {
	// Both precisions of a pass take longer by the same share, 1 or 2 times: what they differ by is told better in turns.
	slow := func(line string) string {
		return strings.NewReplacer("100 prompt-tok/s 10 eval-tok/s", "50 prompt-tok/s 5 eval-tok/s", "50 prompt-tok/s 20 eval-tok/s", "25 prompt-tok/s 10 eval-tok/s").Replace(line)
	}
	require.NotEqual(t, f16, slow(f16))
	width := func(lines ...string) (float64, Comparison) {
		c := parse(t, Options{}, append([]string{"requests: 4"}, lines...)...)[0].Comparisons[0]
		return c.Time.Zones[len(c.Time.Zones)-1].From, c
	}
	// D = 1 − 0.05·x, and twice that: of two passes the crossing is the same in each, so it is told in a point.
	inTurns, c := width(f16, q4, slow(q4), slow(f16))
	require.InDelta(t, 1+1/0.05, inTurns, 1e-6)
	require.Empty(t, c.Notes)
	require.Equal(t, 2, c.Time.Passes)

	notInTurns, c := width(f16, slow(f16), q4, slow(q4))
	require.Equal(t, 1., notInTurns, "nothing is told")
	require.Contains(t, c.Notes[0], "did not take turns")
	_, c = width(f16, q4, slow(f16), slow(q4), f16)
	require.Contains(t, c.Notes[0], "did not take turns", "one pass lacks a precision: which?")
	require.Equal(t, 2, c.Time.Passes)

	// The second pass was resumed and has no costs of q4_K_M: it does not count.
	_, c = width(f16, q4, f16, "BenchmarkS/model=m/precision=q4_K_M-2 1 0.5 F1", slow(q4), slow(f16))
	require.Equal(t, 2, c.Time.Passes)
	require.Empty(t, c.Notes)
}

// Whatever a file holds, it is an error or has words.
func FuzzRead(f *testing.F) {
	f.Add("requests: 4\n" + f16 + phases + "\n" + q4 + fewer + "\n" + q4 + "\n" + f16 + "\n")
	f.Add("set-size: 3\ncache: cold\n" + f16 + "\ncache: warm\n" + q4 + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		tables, err := read(benchfmt.NewReader(strings.NewReader(text), "a.txt"), Options{})
		if err != nil {
			return
		}
		line := Line(tables)
		require.True(t, strings.HasPrefix(line, "break-even: "), line)
		require.LessOrEqual(t, len([]rune(line)), columns)
		for _, table := range tables {
			for _, c := range table.Comparisons {
				for _, b := range []BreakEven{c.Time, c.Joules} {
					require.NotContains(t, fmt.Sprint(c.Verdicts(), b.Short(), b.Interval()), "NaN")
					require.Equal(t, b.Missing == "", b.Passes > 0)
					require.False(t, math.IsInf(b.PromptMore, 0))
				}
			}
		}
	})
}
