package bench

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/process"
	"github.com/stretchr/testify/require"
)

// Without a server a test is skipped with the command that provides one; in CI it fails, and so does a benchmark, which
// somebody asked for.
func TestWithoutServer(t *testing.T) {
	empty := t.TempDir()
	for _, c := range []struct {
		why    string
		args   []string
		ci     string
		status int
		want   string
	}{
		{"go test ./... on a fresh machine", []string{"-test.run=^TestSentiment$", "-test.v"}, "", 0, "SKIP"},
		{"a skipped test looks like a passed one to CI", []string{"-test.run=^TestSentiment$"}, "true", 1, "FAIL"},
		{"a benchmark was asked for", []string{"-test.run=^$", "-test.bench=."}, "", 2, "no server"},
	} {
		cmd := exec.Command(os.Args[0], c.args...)
		cmd.Env = append(os.Environ(), "CI="+c.ci, "OLLAMA_HOST=", "PATH="+empty, "HOME="+empty, "XDG_CACHE_HOME="+empty, "LocalAppData="+empty)
		out, _ := cmd.CombinedOutput()
		require.Equal(t, c.status, cmd.ProcessState.ExitCode(), "%s: %s", c.why, out)
		require.Contains(t, string(out), c.want, c.why)
		require.Contains(t, string(out), "make server", c.why)
	}
}

// A server that dies in the middle of a pass fails the pass with its cause; nothing of the pass counts.
func TestServerKilledInMidPass(t *testing.T) {
	needServer(t)
	s := Suite{File: "../fixtures/suites/miniature.json"}
	r, err := open(&s, flags(t, "-models=llama3.2-mini", "-precisions=f16"))
	require.NoError(t, err)
	require.NoError(t, r.start(t.Context()))
	defer r.close()
	q, err := r.use(t.Context(), r.pairs[0])
	require.NoError(t, err)
	pids, err := r.server.PIDs()
	require.NoError(t, err)
	go func() {
		time.Sleep(100 * time.Millisecond)
		p, err := process.NewProcess(pids[0])
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Error(err)
		}
	}()
	var got tally
	err = r.pass(t.Context(), q, &got, nil)
	require.ErrorContains(t, err, "sentence jb-", "the error names where the pass stopped")
	require.ErrorContains(t, err, "the server ended", "and why")
	require.Empty(t, got.answers[len(got.answers)-1].Got)
	require.Zero(t, got.scores.Total(), "half a pass has no score")
	require.NoError(t, r.close(), "a server that is gone can still be cleared away")
}
