//go:build unix

package bench

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Without a terminal, the choice of the meter and its reason go to standard error where that is a file of its own.
func TestTell(t *testing.T) {
	needServer(t)
	var out, notices bytes.Buffer
	run := func(stderr *bytes.Buffer) {
		cmd := exec.Command(os.Args[0], few("-sample=6", "-meter=estimate")...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // which leaves the terminal
		cmd.Stdout, cmd.Stderr = &out, stderr
		require.NoError(t, cmd.Run(), "%s%s", &out, &notices)
	}
	run(&notices)
	require.Contains(t, notices.String(), "joulebench: meter estimate:cpu-time: asked for by name; CPU ")
	require.Contains(t, notices.String(), "joulebench: grid WORLD 2024")
	require.NotContains(t, out.String(), "joulebench: meter")
	require.Contains(t, out.String(), "\nBenchmarkSentiment/")

	out.Reset()
	run(&out)
	require.NotContains(t, out.String(), "joulebench: meter", "as under go test")
}
