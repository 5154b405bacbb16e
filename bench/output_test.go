package bench

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/host"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
)

// self runs this test binary as "go test" would and returns what it prints.
func self(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func needServer(t *testing.T) {
	t.Helper()
	if _, err := ollama.Find(); errors.Is(err, ollama.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
}

// benchmarkFormat is what each line of the output is like.
var benchmarkFormat = regexp.MustCompile(`^(Unit \S+ better=|[a-z][a-z-]*: |BenchmarkSentiment/|PASS$)`)

// The contract of the output: benchmark format and nothing else, that benchstat reads without a warning.
func TestOutput(t *testing.T) {
	needServer(t)
	machine, err := host.StartHeat()
	require.NoError(t, err)
	// By -order 1 alone q4_K_M would come before f16, and have nothing to measure label-KL from.
	out := self(t, "-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x", "-test.count=6",
		"-set=../fixtures/sets/joulebench-finance-dev.jsonl", "-models=llama3.2-mini", "-precisions=f16,q4_K_M", "-grid=FRA", "-probabilities", "-sample=40", "-order=1")

	for line := range strings.Lines(out) {
		require.Regexp(t, benchmarkFormat, strings.TrimSuffix(line, "\n"), "a line that is not of the format costs benchstat samples")
	}
	unasked := []string{"gCO2e-sci/op", "eval-B/s", "joules-load/op", "joules-prompt/op", "joules-eval/op", "net-joules/op", "net-error", "idle-watts", "idle-change-watts", "unstable", "quoted", "drift", "batch-dependent", "without-probabilities"}
	require.NoError(t, machine.Sample()) // busy enough by now
	if _, ok := machine.Clock(); !ok {
		unasked = append(unasked, "clock-MHz")
	}
	if _, ok := machine.Temperature(); !ok {
		unasked = append(unasked, "temperature-C")
	}
	results := 0
	reader := benchfmt.NewReader(strings.NewReader(out), "out")
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Fatal(rec)
		case *benchfmt.Result:
			results++
			for _, key := range []string{"set", "set-form", "set-ceiling", "set-majority", "prompt", "protocol", "unparsed", "label-kl-from", "ollama", "ollama-cpu", "meter", "meter-error", "grid", "pue", "threads", "concurrency", "cache", "host"} {
				require.NotEmpty(t, rec.GetConfig(key), "no number without its origin: %s", key)
			}
			have := map[string]bool{}
			for _, v := range rec.Values {
				have[v.Unit], have[v.OrigUnit] = true, true // p50-latency-ns is read as p50-latency-sec
			}
			for _, u := range units {
				asked := !slices.Contains(unasked, u.name)
				if u.name == "label-KL" {
					asked = strings.Contains(rec.Name.String(), "q4_K_M") // held against f16
				}
				require.Equal(t, asked, have[u.name], u.name)
			}
			joules, _ := rec.Value("joules/op")
			require.Positive(t, joules)
		}
	}
	require.NoError(t, reader.Err())
	require.Equal(t, 12, results, "two pairs, six times")
	require.Contains(t, out, "grid: FRA ")

	file := filepath.Join(t.TempDir(), "results.txt")
	require.NoError(t, os.WriteFile(file, []byte(out), 0o644))
	cmd := exec.Command("go", "tool", "benchstat", "-row", "/model", "-col", "/precision", file)
	var table, warnings bytes.Buffer
	cmd.Stdout, cmd.Stderr = &table, &warnings
	require.NoError(t, cmd.Run(), "%s", &warnings)
	require.Empty(t, warnings.String(), "benchstat warns")
	for _, want := range []string{"llama3.2-mini", "q4_K_M", "joules/op", "F1"} {
		require.Contains(t, table.String(), want)
	}
	require.NotContains(t, table.String(), "need >=")
}

// A prompt that asks for a reason says how many answers quote the sentence, and is another prompt to benchstat.
func TestReasons(t *testing.T) {
	needServer(t)
	set, answers := "../fixtures/sets/joulebench-finance-dev.jsonl", filepath.Join(t.TempDir(), "answers.jsonl")
	out := self(t, "-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x", "-prompt=reason",
		"-set="+set, "-models=mistral-mini", "-precisions=q8_0", "-journal="+answers)
	require.Contains(t, out, "\nprompt: reason@")
	require.Contains(t, out, "\nmax-tokens: 256\n")
	m := regexp.MustCompile(`\s(\d\S*) quoted\s`).FindStringSubmatch(out)
	require.NotNil(t, m, out)
	quoted, err := strconv.ParseFloat(m[1], 64)
	require.NoError(t, err)

	s, err := dataset.Open(set)
	require.NoError(t, err)
	records, err := journal.ReadFile(answers)
	require.NoError(t, err)
	require.Len(t, records, len(s.Examples))
	want, reasons := 0.0, 0
	for i, r := range records {
		_, reason, _ := strings.Cut(r.Answer, ":")
		if reason != "" {
			reasons++
		}
		if classify.Quoted(reason, s.Examples[i].Text) {
			want++
		}
	}
	require.InDelta(t, want/float64(len(records)), quoted, 1e-4)
	require.Greater(t, reasons, 90, "the miniature was trained to give reasons")
}

// Without -bench nothing is measured, so nothing is claimed; -list must not wait for a server.
func TestNothingIsPrintedUnasked(t *testing.T) {
	for _, args := range [][]string{{"-test.list=."}, {"-test.run=^$"}, {"-test.run=^$", "-test.bench=^BenchmarkNone$"}} {
		out := self(t, args...)
		require.NotContains(t, out, "Unit ", "%v", args)
		require.NotContains(t, out, "meter:", "%v", args)
	}
}
