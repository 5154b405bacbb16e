//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// eventually is require.Eventually with a deadline that no machine misses.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, 2*time.Minute, 20*time.Millisecond, what)
}

// However the command ends in the middle of a pass, the pass is ended too, being asked, and the base's worktree is removed.
func TestEnds(t *testing.T) {
	m := newModule(t, map[string]string{"bench/does.txt": "wait"})
	for _, c := range []struct {
		signal syscall.Signal
		status int // -1: ended by the signal
		says   string
	}{
		{syscall.SIGINT, 2, "measure: interrupted in pass 1 of 10 over all pairs in order 1: base: what is done is in "},
		{syscall.SIGTERM, 2, "measure: interrupted in pass 1 of 10 over all pairs in order 1: base: what is done is in "},
		{syscall.SIGKILL, -1, ""},
		{syscall.SIGHUP, -1, ""},          // the terminal is closed
		{syscall.SIGQUIT, 2, "goroutine"}, // as a panic does, it ends without any deferred call
	} {
		t.Run(c.signal.String(), func(t *testing.T) {
			require.NoError(t, os.RemoveAll(m.log))
			cmd := exec.Command(os.Args[0], "-base", "HEAD~1")
			cmd.Env = append(os.Environ(), asCommand+"=1")
			var said bytes.Buffer
			cmd.Stderr = &said
			require.NoError(t, cmd.Start())
			eventually(t, "the base waits", func() bool { return slices.Contains(m.logged(), "waiting") })
			require.False(t, m.clean(), "there is a worktree to remove")
			require.NoError(t, cmd.Process.Signal(c.signal))
			_ = cmd.Wait()
			require.Equal(t, c.status, cmd.ProcessState.ExitCode(), said.String())
			require.Contains(t, said.String(), c.says)
			if c.says != "" && c.signal != syscall.SIGQUIT {
				require.True(t, m.clean(), "it has waited for its guard")
			}
			eventually(t, "the pass is asked to end", func() bool { return slices.Contains(m.logged(), "ended") })
			eventually(t, "the worktree is gone", m.clean)
			require.Contains(t, m.results(), "T.base.part", "what is done is kept")
		})
	}
}

// Of runs that were lost with their guard the next one removes what is left, and of nobody else.
func TestLeftovers(t *testing.T) {
	m := newModule(t, nil)
	gone := exec.Command("git", "version")
	require.NoError(t, gone.Run())
	folder := func(format string, args ...any) string { return filepath.Join(m.temp, fmt.Sprintf(format, args...)) }
	lost := folder("joulebench-base-%d-1", gone.Process.Pid)
	deleted := folder("joulebench-base-%d-2", gone.Process.Pid)
	others := []string{folder("joulebench-base-%d-3", os.Getpid()), folder("own"), folder("joulebench-base-%d", gone.Process.Pid)}
	for _, dir := range append([]string{lost, deleted}, others...) {
		m.git("worktree", "add", "--detach", dir)
	}
	require.NoError(t, os.RemoveAll(deleted))

	status, _, stderr := m.run("-count", "1", "-base", "HEAD")
	require.Equal(t, 0, status, stderr)
	left, err := worktrees(m.dir)
	require.NoError(t, err)
	require.ElementsMatch(t, append([]string{m.dir}, others...), left)
	require.NoDirExists(t, lost)
	for _, dir := range others {
		require.DirExists(t, dir)
	}
}
