package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/score"
)

// BenchmarkVerdict is the whole command over the study's set: 15 pairs × 5,842 sentences × 10 passes, 5 % of whose answers
// flip either way. The journal is of half a gigabyte.
func BenchmarkVerdict(b *testing.B) {
	const sentences, passes = 5842, 10
	dir := b.TempDir()
	binary := filepath.Join(dir, "gate")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(b, err, "%s", out)
	labels := []string{"negative", "neutral", "positive"}
	random := rand.New(rand.NewPCG(1, 0))
	answers, err := journal.Append(filepath.Join(dir, "results.jsonl"))
	require.NoError(b, err)
	var results strings.Builder
	results.WriteString("Unit F1 better=higher assume=exact\nset: study@1\nset-size: 5842\nprompt: label@1\nhost: h\nmeter: rapl:package-0\nollama: 0.17.4\nollama-cpu: haswell\n")
	for m := range 5 {
		for _, precision := range []string{"f16", "q8_0", "q4_K_M"} {
			p := gate.Pair{Suite: "Sentiment", Model: fmt.Sprint("model-", m), Precision: precision}
			g := &gate.Golden{Pair: p, Set: "study@1", Prompt: "label@1", Digest: "0123456789ab", Ollama: "0.17.4", CPU: "haswell", Labels: labels}
			now := make([]string, sentences)
			for i := range sentences {
				a := gate.Answer{ID: fmt.Sprint(i), Want: labels[i*i%3], Got: labels[random.IntN(3)], Text: strings.Repeat("text ", 20)}
				if now[i] = a.Got; random.Float64() < 0.05 {
					now[i] = labels[random.IntN(3)]
				}
				g.Answers = append(g.Answers, a)
			}
			require.NoError(b, gate.WriteGolden(filepath.Join(dir, "golden"), g))
			for pass := range passes {
				r := journal.Record{
					Suite: p.Suite, Model: p.Model, Precision: p.Precision, Set: g.Set, Prompt: g.Prompt, Digest: g.Digest,
					Run: fmt.Sprintf("20261129T10%02d00.000Z-7", pass), Pass: 1, LatencyNS: 123456789, PromptTokens: 80, PromptNS: 12345678, EvalTokens: 3, EvalNS: 1234567, LoadNS: 123456,
					Options: []byte(`{"num_ctx":2048,"num_predict":8,"num_thread":1,"repeat_penalty":1,"seed":1,"temperature":0,"cache":"warm","concurrency":1,"protocol":"greedy"}`),
				}
				for i, a := range g.Answers {
					r.ID, r.Want, r.Got, r.Answer = a.ID, a.Want, now[i], " "+now[i]
					require.NoError(b, answers.Write(r))
				}
				fmt.Fprintf(&results, "Benchmark%s 1 %d ns/op %.4f F1\n", p, 5e9+random.IntN(1e8), macroF1(labels, g.Answers, now))
			}
		}
	}
	require.NoError(b, answers.Close())
	require.NoError(b, os.WriteFile(filepath.Join(dir, "results.txt"), []byte(results.String()), 0o644))
	peak := int64(0)
	for b.Loop() {
		cmd := exec.Command(binary, "-golden", filepath.Join(dir, "golden"), filepath.Join(dir, "results.txt"))
		out, _ := cmd.CombinedOutput()
		require.NotEqual(b, statusError, cmd.ProcessState.ExitCode(), "%s", out)
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss<<10)
		}
	}
	b.ReportMetric(float64(peak), "peak-RSS-bytes")
}

// macroF1 is that of the new answers.
func macroF1(labels []string, old []gate.Answer, now []string) float64 {
	c := score.NewConfusion(labels)
	for i, a := range old {
		if err := c.Add(a.Want, now[i]); err != nil {
			panic(err)
		}
	}
	return c.MacroF1()
}
