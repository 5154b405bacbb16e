package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	example  = "testdata/example.txt"           // made up
	measured = "testdata/shape-llama3.2-1b.txt" // make sweep DIM=cache SUITE=shapes MODELS=shape-llama3.2-1b, 2026-11-29, without peak-RSS-bytes
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, run(args, &out, io.Discard))
	return out.String()
}

// The README shows what the command prints, but for lines that it leaves out.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, shown, ok := strings.Cut(string(readme), "$ go run ./tools/breakeven tools/breakeven/"+measured+"\n")
	require.True(t, ok)
	shown, _, _ = strings.Cut(shown, "\n\n")
	rest := output(t, measured)
	n := 0
	for line := range strings.SplitSeq(shown, "\n") {
		if line = strings.TrimPrefix(line, "    "); line != "..." {
			_, rest, ok = strings.Cut(rest, line+"\n")
			require.True(t, ok, "printed in this order: %s", line)
			n++
		}
	}
	require.GreaterOrEqual(t, n, 6)
}

// The example was drawn around known rates, of 640 prompt tokens and 4·31 computed ones of 128 answer tokens; watts are 21, 20
// and 19 of prompts, 17, 18 and 19 of answers. f16 to q8_0, in seconds: 160/76 − 160/95 = 0.42105 of the prompt, and
// (1/28.1 − 1/16.8)·32/31 = −0.024709 of an answer token, so 1 + 17.04 tokens; and in joules 160·(20/76 − 21/95) = 6.7368 and
// (18/28.1 − 17/16.8)·32/31 = −0.38333, so 1 + 17.57. The others likewise.
func TestJSON(t *testing.T) {
	var tables []jsonTable
	require.NoError(t, json.Unmarshal([]byte(output(t, "-format", "json", example)), &tables))
	require.Len(t, tables, 1)
	require.Equal(t, []string{"meter: rapl:package-0"}, tables[0].Config)
	want := map[string][2]float64{"f16 q8_0": {18.04, 18.57}, "f16 q4_K_M": {45.69, 49.55}, "q8_0 q4_K_M": {109.7, 121.1}}
	for _, c := range tables[0].Comparisons {
		truth, ok := want[c.High+" "+c.Low]
		require.True(t, ok)
		delete(want, c.High+" "+c.Low)
		for i, b := range []jsonBreakEven{c.Time, c.Joules} {
			require.Len(t, b.Zones, 3)
			require.InEpsilon(t, truth[i], b.Estimate.From, 0.05)
			require.Nil(t, b.Estimate.To)
			require.Less(t, b.Zones[1].From, truth[i])
			require.Greater(t, *b.Zones[1].To, truth[i])
			require.Equal(t, 6, b.Passes)
			require.False(t, b.Split)
		}
		require.EqualValues(t, 160, c.Prompt)
		require.EqualValues(t, 32, c.Answer)
	}
	require.Empty(t, want)
}

func TestFormats(t *testing.T) {
	line := output(t, "-line", example)
	require.Equal(t, 1, strings.Count(line, "\n"))
	require.True(t, strings.HasPrefix(line, "break-even: shape-1b: at 160 warm prompt tokens, q4_K_M costs less time than f16 for answers of 46 "), line)

	// A fifth of the prompt: 1 + 44.69/5 = 9.94.
	scaled := output(t, example, "-prompt", "32", "-format", "markdown")
	require.Contains(t, scaled, "| shape-1b | f16 → q4_K_M | warm | ~32.0 | 32.0 | 6 | from 10 |")
	require.Contains(t, scaled, "- shape-1b, warm: at 32 prompt tokens (extrapolated from 160), q4_K_M costs less time than f16")

	// The same passes at another number of threads are a table of their own, and a model by itself is said to be so.
	data, err := os.ReadFile(example)
	require.NoError(t, err)
	other := filepath.Join(t.TempDir(), "other.txt")
	text := strings.Replace(string(data), "threads: 1", "threads: 2", 1) + "meter: x\nBenchmarkShapes/model=alone/precision=f16 1 5 prompt-tok/s\n"
	require.NoError(t, os.WriteFile(other, []byte(text), 0o644))
	for _, format := range []string{"text", "markdown"} {
		both := output(t, "-format", format, example, other)
		for _, want := range []string{"Shapes, meter: rapl:package-0, threads: 1\n", "Shapes, meter: rapl:package-0, threads: 2\n", "Shapes, meter: x, threads: 2\n", alone} {
			require.Contains(t, both, want, format)
		}
		require.Equal(t, 2, strings.Count(both, "costs less time than f16 for answers of 46 tokens or more (95 %: 45–48)"), format)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		why  string
		args []string
		want string
	}{
		{"nothing to read", nil, "breakeven: no results: name one or more files"},
		{"no such file", []string{"none.txt"}, "breakeven: open none.txt"},
		{"a typing error", []string{"-format", "txt", example}, "breakeven: -format txt: want text, json or markdown"},
		{"a prompt is not negative", []string{"-prompt", "-1", example}, "breakeven: -prompt -1: want the tokens of a prompt"},
		{"another model", []string{"-model", "shape-2b", example}, "breakeven: -model shape-2b: no two precisions of it in " + example},
		{"not results", []string{"main.go"}, "breakeven: no results in main.go"},
		{"not a flag", []string{"-x"}, "-x"},
	} {
		var out strings.Builder
		require.ErrorContains(t, run(c.args, &out, io.Discard), c.want, c.why)
		require.Empty(t, out.String(), c.why)
	}
}
