package bench

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/internal/pty"
	"github.com/joulebench/joulebench/bench/ollama"
)

// What a person at a terminal sees of a run: the pair, the sentence, their rate, the joules so far and the time left, and
// afterwards nothing of that. What goes to standard output and error, merged as by go test, is of the benchmark format.
func TestProgress(t *testing.T) {
	// Fast machines would be done before there is a bar.
	w := watch(t, ollama.Options{}, func(*api.GenerateRequest) { time.Sleep(50 * time.Millisecond) })
	const joules = `\d+\.\d J so far, `
	for _, tt := range []struct {
		why, env, joules string
		args             []string
	}{
		{"pass after pass", "", joules, []string{"-test.benchtime=3s"}},
		{"with pauses", "", joules, []string{"-test.benchtime=3s", "-cache=cold"}},
		{"several at once", "", joules, []string{"-test.benchtime=3s", "-concurrency=4"}},
		{"a test, which measures nothing", "OLLAMA_HOST=" + w.url, "", []string{"-test.run=^TestSentiment$", "-test.bench=", "-update", "-golden=" + t.TempDir()}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			terminal, err := pty.Open()
			require.NoError(t, err)
			var out bytes.Buffer
			cmd := exec.Command(os.Args[0], few(append(tt.args, "-sample=60")...)...)
			cmd.Env = append(os.Environ(), tt.env)
			cmd.Stdout, cmd.Stderr = &out, &out
			cmd.ExtraFiles = []*os.File{terminal.Slave}
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
			require.NoError(t, cmd.Run(), "%s", &out)
			require.NoError(t, terminal.Slave.Close())
			<-terminal.Gone
			for line := range strings.Lines(out.String()) {
				require.Regexp(t, benchmarkFormat, strings.TrimSuffix(line, "\n"))
			}

			written := terminal.Written()
			require.Contains(t, written, "\npair 1 of 1: model=llama3.2-mini/precision=q8_0\r\n[", "%s", &out)
			require.Regexp(t, `\n\[[=>-]+\] sentence \d+ of \d+, [\d.]+ sentences/s, `+tt.joules+`\d+s left\r\n`, written)
			frames := regexp.MustCompile(`sentence (\d+) of (\d+),`).FindAllStringSubmatch(written, -1)
			last := frames[len(frames)-1]
			require.Equal(t, last[1], last[2], "every answer counts once")
			asked, err := strconv.Atoi(last[2])
			require.NoError(t, err)
			require.Zero(t, asked%60, "whole passes")
			shown, err := pty.Screen(written)
			require.NoError(t, err)
			require.NotContains(t, shown, "pair 1 of 1")
			require.NotContains(t, shown, "sentences/s")
			require.NotEmpty(t, shown, "notices stay")
		})
	}
}
