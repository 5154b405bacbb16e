package gate

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const resultsHead = `Unit F1 better=higher assume=exact
Unit joules/op better=lower
set: demo@1
prompt: label@2
ollama: 0.17.4
ollama-cpu: haswell
goos: linux
`

func TestReadResults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.txt")
	require.NoError(t, os.WriteFile(file, []byte(resultsHead+`BenchmarkAsk-2 	 100	 11111 ns/op
BenchmarkSentiment/model=mini/precision=q4_K_M-2 	 1	 5123 ns/op	 0.7345 F1	 12.5 joules/op
BenchmarkSentiment/model=mini-1b/precision=f16-2 	 1	 5123 ns/op	 0 F1
BenchmarkSentiment/model=mini/precision=q4_K_M-2 	 2	 9999 ns/op	 0.7345 F1	 19.5 joules/op
BenchmarkTopics/precision=q8_0/model=mini 	 1	 1 F1
PASS
ok  	example.org/x	1.2s
`), 0o644))
	got, err := ReadResults(file)
	require.NoError(t, err)
	type summary struct {
		Pair
		f1           float64
		line, passes int
		joules       []float64
	}
	var list []summary
	for _, r := range got.Pairs {
		list = append(list, summary{r.Pair, r.F1, r.Line, r.Passes, r.values("joules/op")})
		require.Equal(t, "haswell", r.Config["ollama-cpu"])
		require.Empty(t, r.Config["meter"])
	}
	require.Equal(t, []summary{
		{Pair{"Sentiment", "mini", "q4_K_M"}, 0.7345, 9, 3, []float64{12.5, 19.5}}, // 1 pass and 2
		{Pair{"Sentiment", "mini-1b", "f16"}, 0, 10, 1, nil},
		{Pair{"Topics", "mini", "q8_0"}, 1, 12, 1, nil},
	}, list)
	require.Equal(t, -1, got.units.GetBetter("joules/op"))

	_, err = ReadResults(file + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A file that passed through Windows is no other file.
func TestReadResultsWithCarriageReturns(t *testing.T) {
	text := resultsHead + "BenchmarkSentiment/model=mini/precision=f16-2 1 5123 ns/op 0.7345 F1\nPASS\n"
	want, err := parseResults("r.txt", []byte(text))
	require.NoError(t, err)
	got, err := parseResults("r.txt", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestReadResultsRefuses(t *testing.T) {
	const good = "BenchmarkSentiment/model=mini/precision=f16-2 1 5123 ns/op 0.7345 F1\n"
	for _, tt := range []struct {
		why, text, want string
	}{
		{"an empty file", "", ":1: no benchmark line"},
		{"only config lines", resultsHead, ":1: no benchmark line"},
		{"only other benchmarks", resultsHead + "BenchmarkAsk 1 5 ns/op\n", ":1: no benchmark line"},
		{"a line cut short", resultsHead + "BenchmarkSentiment/model=mini/precision=f16-2 1 5123\n", ":8: missing units"},
		{"a line cut by somebody's log", resultsHead + "BenchmarkSentiment/model=mini/precision=f16-2 loading weights\n", ":8: parsing iteration count"},
		{"F1 cut off", resultsHead + "BenchmarkSentiment/model=mini/precision=f16-2 1 5123 ns/op\n", ":8: Sentiment/model=mini/precision=f16 has 0 metrics F1"},
		{"F1 twice, which is it?", resultsHead + strings.Replace(good, "0.7345 F1", "0.7345 F1 0.8 F1", 1), ":8: Sentiment/model=mini/precision=f16 has 2 metrics F1"},
		{"NaN", resultsHead + strings.Replace(good, "0.7345", "NaN", 1), ":8: F1 is NaN"},
		{"infinity, in whatever metric", resultsHead + strings.Replace(good, "5123", "+Inf", 1), ":8: ns/op is +Inf"},
		{"no share", resultsHead + strings.Replace(good, "0.7345", "73.45", 1), ":8: Sentiment/model=mini/precision=f16 has F1 73.45"},
		{"no share", resultsHead + strings.Replace(good, "0.7345", "-0.7345", 1), ":8: Sentiment/model=mini/precision=f16 has F1 -0.7345"},
		{"no model", resultsHead + strings.Replace(good, "/model=mini", "", 1), ":8: pair \"Sentiment/model=/precision=f16\" has no model"},
		{"no precision", resultsHead + strings.Replace(good, "/precision=f16", "", 1), "has no precision"},
		{"neither, but F1", resultsHead + "BenchmarkSentiment 1 0.5 F1\n", "has no model"},
		{"two models", resultsHead + strings.Replace(good, "/model=mini", "/model=mini/model=maxi", 1), "parts besides"},
		{"an axis we do not know", resultsHead + strings.Replace(good, "/model=mini", "/model=mini/threads=2", 1), `parts besides model= and precision=: ["/threads=2"]`},
		{"what go test appends to a duplicate", resultsHead + strings.Replace(good, "f16", "f16#01", 1), "letters, digits"},
		{"a model that is a path", resultsHead + strings.Replace(good, "mini", "..", 1), "letters, digits"},
		{"F1 disagrees", resultsHead + good + strings.Replace(good, "0.7345", "0.7346", 1), ":9: Sentiment/model=mini/precision=f16 has F1 0.7346 here and 0.7345 on line 8"},
		{"set disagrees", resultsHead + good + "set: demo@9\n" + good, ":10: Sentiment/model=mini/precision=f16 has set \"demo@9\" here and \"demo@1\" on line 8"},
		{"another server", resultsHead + good + "ollama-cpu: icelake\n" + good, ":10: Sentiment/model=mini/precision=f16 has ollama-cpu \"icelake\" here"},
		{"a flattered score", resultsHead + "unparsed: drop\n" + good, `:9: Sentiment/model=mini/precision=f16 was scored with "unparsed: drop"`},
		{"sampled answers are no golden ones", resultsHead + strings.Replace(good, "f16", "f16/seed=1", 1), `parts besides model= and precision=: ["/seed=1"]`},
		{"a shape twin", strings.Replace(resultsHead, "set: demo@1\n", "requests: 2\n", 1) + good, "is a shape twin, which gives no answers to judge"},
		{"no set", strings.Replace(resultsHead, "set: demo@1\n", "", 1) + good, ":7: Sentiment/model=mini/precision=f16 lacks the config lines"},
		{"no prompt", strings.Replace(resultsHead, "prompt: label@2\n", "", 1) + good, ":7: "},
		{"no direction", strings.Replace(resultsHead, "better=higher ", "", 1) + good, ":8: unit F1 without a direction"},
		{"a metric that nobody knows, misspelt perhaps", resultsHead + strings.Replace(good, "ns/op", "ns/op 7 joule/op", 1), ":8: unit joule/op without a direction"},
		{"the wrong direction", strings.Replace(resultsHead, "better=higher", "better=lower", 1) + good, ":8: F1 under a line that says that lower is better"},
		{"a metric twice, which is it?", resultsHead + strings.Replace(good, "ns/op", "ns/op 7 joules/op 8 joules/op", 1), ":8: Sentiment/model=mini/precision=f16 has joules/op twice"},
		{"another meter", resultsHead + good + "meter: rapl:package-0\n" + good, ":10: Sentiment/model=mini/precision=f16 has meter \"rapl:package-0\" here and \"\" on line 8"},
		{"a file cut short within a line", resultsHead + good + good[:60], ":9: cut short at \"BenchmarkSentiment"},
		{"no pass at all", resultsHead + strings.Replace(good, "-2 1 ", "-2 0 ", 1), ":8: Sentiment/model=mini/precision=f16 has 0 passes"},
		{"less than none", resultsHead + strings.Replace(good, "-2 1 ", "-2 -1 ", 1), ":8: Sentiment/model=mini/precision=f16 has -1 passes"},
		{"two directions", resultsHead + "Unit F1 better=lower\n" + good, ":8: metadata better of unit F1 already set"},
		{"a benchmark failed and left no line", resultsHead + good + "--- FAIL: BenchmarkSentiment/model=mini/precision=q8_0\n", ":9: the run failed"},
		{"the run failed", resultsHead + good + "FAIL\texample.org/x\t1.2s\n", ":9: the run failed"},
		{"the run panicked", resultsHead + good + "panic: test timed out after 2s\n", ":9: the run failed"},
		{"a line beyond all measure", resultsHead + good + "BenchmarkX " + strings.Repeat("1", 1<<17) + "\n", ":8: bufio.Scanner: token too long"},
	} {
		got, err := parseResults("r.txt", []byte(tt.text))
		require.Nil(t, got, tt.why)
		require.ErrorContains(t, err, tt.want, tt.why)
		require.ErrorContains(t, err, "r.txt:", tt.why)
	}
}

func FuzzParseResults(f *testing.F) {
	f.Add([]byte(resultsHead + "BenchmarkSentiment/model=mini/precision=f16-2 1 5123 ns/op 0.7345 F1\n"))
	f.Add([]byte("Unit F1 better=higher\nset: a\nprompt: b\nBenchmarkS/model=m/precision=p 1 NaN F1\n"))
	f.Add([]byte("BenchmarkS/model=m 1 5 ns/op 1e999 F1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		results, err := parseResults("r.txt", data)
		if err != nil {
			require.Nil(t, results)
			return
		}
		require.NotEmpty(t, results.Pairs, "nothing to gate is an error")
		seen := map[Pair]bool{}
		for _, r := range results.Pairs {
			require.NoError(t, r.check())
			require.False(t, seen[r.Pair], "one entry a pair")
			seen[r.Pair] = true
			require.True(t, r.F1 >= 0 && r.F1 <= 1 && !math.IsNaN(r.F1))
			require.NotEmpty(t, r.Config["set"])
			require.NotEmpty(t, r.Config["prompt"])
			require.NotEmpty(t, r.lines)
			require.Positive(t, r.Line)
		}
	})
}
