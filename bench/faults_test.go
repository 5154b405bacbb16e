package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/process"
	"github.com/stretchr/testify/require"
)

// Whatever happens to a pair, it fails with its cause, the others are measured, the exit status tells, and nothing of the
// pair is among the results.
func TestFaults(t *testing.T) {
	needServer(t)
	for _, c := range []struct {
		why   string
		harm  func(t *testing.T, server *process.Process) // in the middle of the first pair's pass
		cause string
	}{
		{"the server is killed", func(t *testing.T, server *process.Process) {
			require.NoError(t, server.Kill())
		}, "the server ended (signal: killed)"},
		{"the runner is killed, and the server starts another by itself", func(t *testing.T, server *process.Process) {
			runners, err := server.Children()
			require.NoError(t, err)
			require.Len(t, runners, 1)
			require.NoError(t, runners[0].Kill())
		}, ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			answers := filepath.Join(t.TempDir(), "answers.jsonl")
			cmd := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x",
				"-models=llama3.2-mini", "-precisions=f16,q8_0,q4_K_M", "-prompt=reason", "-sample=60", "-journal="+answers)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			require.NoError(t, cmd.Start())
			require.Eventually(t, func() bool {
				text, _ := os.ReadFile(answers)
				return bytes.Count(text, []byte("\n")) >= 10 // of 60 answers
			}, time.Minute, 5*time.Millisecond)
			c.harm(t, serverOf(t, cmd.Process.Pid))
			_ = cmd.Wait()
			require.Equal(t, 1, cmd.ProcessState.ExitCode(), out.String())
			said := out.String()
			require.Contains(t, said, "--- FAIL: BenchmarkSentiment/model=llama3.2-mini/precision=f16")
			if c.cause != "" {
				require.Contains(t, said, c.cause)
			} else {
				require.True(t, strings.Contains(said, "its runner failed") || strings.Contains(said, "loaded again in mid-pass"),
					"within an answer, or between two: %s", said)
			}
			measured := map[string]bool{}
			for line := range strings.Lines(said) {
				if name, _, ok := strings.Cut(line, " "); ok && strings.HasPrefix(line, "Benchmark") && strings.Contains(line, "joules/op") {
					measured[name[strings.LastIndex(name, "=")+1:strings.LastIndex(name, "-")]] = true
				}
			}
			require.Equal(t, map[string]bool{"q8_0": true, "q4_K_M": true}, measured, said)
		})
	}
}

// A model that crashes its runner as it is loaded, the first one of the table: the server's log says why, and the rest of the
// table is measured.
func TestCrashOnLoad(t *testing.T) {
	needServer(t)
	weights, err := os.ReadFile("../fixtures/models/llama3.2-mini.gguf")
	require.NoError(t, err)
	for i := len(weights) / 2; i < len(weights); i++ {
		weights[i] = 0xff // halves that are no numbers: none of the logits is one
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.gguf"), weights, 0o644))
	good, err := filepath.Abs("../fixtures/models/qwen2-mini.gguf")
	require.NoError(t, err)
	set, err := filepath.Abs("../fixtures/sets/joulebench-finance-dev.jsonl")
	require.NoError(t, err)
	table, err := json.Marshal(map[string]any{
		"name": "Sentiment", "set": set, "labels": []string{"negative", "neutral", "positive"}, "idle": "0s",
		"models": []map[string]any{
			{"name": "bad", "weights": "bad.gguf", "template": "{{ .Prompt }}", "precisions": []string{"f16"}},
			{"name": "good", "weights": good, "template": "{{ .Prompt }}", "precisions": []string{"f16"}},
		},
	})
	require.NoError(t, err)
	suite := filepath.Join(dir, "suite.json")
	require.NoError(t, os.WriteFile(suite, table, 0o644))
	cmd := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x", "-sample=30", "-suite="+suite)
	out, _ := cmd.CombinedOutput()
	require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s", out)
	require.Contains(t, string(out), "--- FAIL: BenchmarkSentiment/model=bad/precision=f16")
	require.NotContains(t, string(out), "r15    0x", "registers tell nobody anything")
	require.Contains(t, string(out), "Assertion `found' failed")
	require.Regexp(t, `(?m)^BenchmarkSentiment/model=good/precision=f16\S*\s.* joules/op`, string(out))
	require.NotRegexp(t, `(?m)^BenchmarkSentiment/model=bad\S*\s.* joules/op`, string(out))
}

// serverOf finds the Ollama server that a test binary has started, through its guard.
func serverOf(t *testing.T, pid int) *process.Process {
	p, err := process.NewProcess(int32(pid))
	require.NoError(t, err)
	for range 2 {
		children, err := p.Children()
		require.NoError(t, err)
		require.Len(t, children, 1)
		p = children[0]
	}
	return p
}
