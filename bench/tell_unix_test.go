//go:build unix

package bench

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Without a terminal, the choice of the meter and its reason go to the log, which is beside the journal unless -log says
// otherwise, and to standard error where that is a file of its own.
func TestTell(t *testing.T) {
	needServer(t)
	var out, notices bytes.Buffer
	dir := t.TempDir()
	run := func(stderr *bytes.Buffer, args ...string) {
		cmd := exec.Command(os.Args[0], few(append(args, "-sample=6", "-meter=estimate", "-journal="+filepath.Join(dir, "a.jsonl"))...)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // which leaves the terminal
		cmd.Stdout, cmd.Stderr = &out, stderr
		require.NoError(t, cmd.Run(), "%s%s", &out, &notices)
	}
	run(&notices)
	require.Contains(t, notices.String(), "joulebench: meter estimate:cpu-time: asked for by name; CPU ")
	require.Contains(t, notices.String(), "joulebench: grid WORLD 2024")
	require.NotContains(t, out.String(), "joulebench: meter")
	require.Contains(t, out.String(), "\nBenchmarkSentiment/")
	const logged = `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \d{8}T\d{6}\.\d{3}Z-\d+ joulebench: .*`
	log, err := os.ReadFile(filepath.Join(dir, "a.log"))
	require.NoError(t, err)
	require.Regexp(t, logged+`\n.* joulebench: meter estimate:cpu-time`, string(log))

	out.Reset()
	run(&out, "-log="+filepath.Join(dir, "other.log"))
	for line := range strings.Lines(out.String()) {
		require.Regexp(t, benchmarkFormat, strings.TrimSuffix(line, "\n"), "as under go test")
	}
	other, err := os.ReadFile(filepath.Join(dir, "other.log"))
	require.NoError(t, err)
	require.Regexp(t, logged, string(other))
	again, err := os.ReadFile(filepath.Join(dir, "a.log"))
	require.NoError(t, err)
	require.Equal(t, string(log), string(again))
}
