//go:build unix

package ollama

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/process"
	"github.com/stretchr/testify/require"
)

// endVariable tells TestLifecycleChild how to end.
const endVariable = "JOULEBENCH_TEST_END"

// traces is what a child says of its server before it ends.
type traces struct {
	PIDs     []int32 // server and runner
	Guard    int
	URL, Dir string
}

// However a test ends, its server, runner, guard, port and folder are gone soon after.
func TestLifecycle(t *testing.T) {
	location(t)
	executable, err := os.Executable()
	require.NoError(t, err)
	for _, test := range []struct {
		name, end string
		flags     []string
		strike    func(child *os.Process, left traces) error
		litters   bool // nobody is left to delete the folder
		why       string
	}{
		{name: "success", end: "close", why: "the ordinary way"},
		{name: "forgotten", end: "return", why: "a test that never calls Close"},
		{name: "failure", end: "fail", why: "t.FailNow runs no statement after it"},
		{name: "panic", end: "panic", why: "no deferred function of another goroutine runs"},
		{name: "exit", end: "exit", why: "os.Exit runs no deferred function at all"},
		{name: "timeout", end: "hang", flags: []string{"-test.timeout=2s"}, why: "the testing package panics in a goroutine of its own"},
		{name: "interrupt", end: "hang", why: "Ctrl-C reaches the whole foreground group, the guard is not in it",
			strike: func(p *os.Process, _ traces) error { return syscall.Kill(-p.Pid, syscall.SIGINT) }},
		{name: "kill", end: "hang", why: "kill -9 lets nothing run",
			strike: func(p *os.Process, _ traces) error { return p.Kill() }},
		{name: "kill of the group", end: "hang", why: "the guard is in a session of its own",
			strike: func(p *os.Process, _ traces) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }},
		{name: "guard ignores signals", end: "hang", why: "a terminal that is closed, a kill of everything by name",
			strike: func(p *os.Process, left traces) error {
				for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM} {
					if err := syscall.Kill(left.Guard, s); err != nil {
						return err
					}
				}
				return p.Kill()
			}},
		{name: "server killed", end: "hang", why: "kill -9 of the server leaves its runner computing",
			strike: func(p *os.Process, left traces) error {
				return errors.Join(syscall.Kill(int(left.PIDs[0]), syscall.SIGKILL), p.Kill())
			}},
		{name: "guard killed", end: "closed by guard's end", why: "without its guard, the server goes and the test clears up",
			strike: func(_ *os.Process, left traces) error { return syscall.Kill(left.Guard, syscall.SIGKILL) }},
		{name: "all killed", end: "hang", litters: true, why: "the kernel tells the server that its guard has died (Linux)",
			strike: func(p *os.Process, left traces) error {
				return errors.Join(syscall.Kill(left.Guard, syscall.SIGSTOP), p.Kill(), syscall.Kill(left.Guard, syscall.SIGKILL))
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.litters && runtime.GOOS != "linux" {
				t.Skip(test.why)
			}
			cmd := exec.Command(executable, append([]string{"-test.run=^TestLifecycleChild$"}, test.flags...)...)
			cmd.Env = append(os.Environ(), endVariable+"="+test.end)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			cmd.Stderr = cmd.Stdout // as go test does
			require.NoError(t, cmd.Start())
			lines := bufio.NewReader(out)
			line, err := lines.ReadBytes('\n')
			require.NoError(t, err)
			var left traces
			require.NoError(t, json.Unmarshal(line, &left), "%s", line)
			require.Len(t, left.PIDs, 2)
			if test.strike != nil {
				require.NoError(t, test.strike(cmd.Process, left), test.why)
			}
			// Ends only when nobody holds the child's output any more: a guard that did would make go test wait for it.
			_, err = io.Copy(io.Discard, lines)
			require.NoError(t, err)
			_ = cmd.Wait()

			u, err := url.Parse(left.URL)
			require.NoError(t, err)
			for _, pid := range append(left.PIDs, int32(left.Guard)) {
				soon(t, func() bool { return gone(pid) }, "process %d of %+v is left: %s", pid, left, test.why)
			}
			soon(t, func() bool {
				c, err := net.Dial("tcp", u.Host)
				if err == nil {
					_ = c.Close()
				}
				return err != nil
			}, "the port is open: %s", test.why)
			if test.litters {
				require.NoError(t, os.RemoveAll(left.Dir))
			}
			soon(t, func() bool { _, err := os.Stat(left.Dir); return errors.Is(err, os.ErrNotExist) }, "%s is left: %s", left.Dir, test.why)
		})
	}
}

// TestLifecycleChild is the test that TestLifecycle has end badly.
func TestLifecycleChild(t *testing.T) {
	end := os.Getenv(endVariable)
	if end == "" {
		t.Skip("started by TestLifecycle")
	}
	s, err := Start(t.Context(), location(t), Options{})
	require.NoError(t, err)
	name, _, err := s.Create(t.Context(), Model{Name: "random", Weights: randomWeights(t, 1), Precision: "f16"})
	require.NoError(t, err)
	_, err = s.Generate(t.Context(), short(name, 1))
	require.NoError(t, err)
	pids, err := s.PIDs()
	require.NoError(t, err)
	left := traces{PIDs: pids, Guard: s.keeper.cmd.Process.Pid, URL: s.URL(), Dir: s.keeper.dir}
	require.NoError(t, json.NewEncoder(os.Stdout).Encode(left))
	switch end {
	case "close":
		require.NoError(t, s.Close())
	case "closed by guard's end":
		<-s.keeper.done
		require.ErrorContains(t, s.Close(), "the guard of server")
	case "fail":
		t.FailNow()
	case "panic":
		panic(end)
	case "exit":
		os.Exit(3)
	case "hang":
		time.Sleep(time.Minute)
	}
}

func soon(t *testing.T, condition func() bool, format string, args ...any) {
	t.Helper()
	require.Eventually(t, condition, 10*time.Second, 10*time.Millisecond, append([]any{format}, args...)...)
}

// gone reports whether a process has ended. One that nobody has collected yet is a zombie, and has ended.
func gone(pid int32) bool {
	p := &process.Process{Pid: pid}
	status, err := p.Status()
	return err != nil || len(status) == 1 && status[0] == process.Zombie
}
