package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// guardVariable in its environment makes this program a guard; its value is the root of the repository of which the guard
// keeps a worktree, or empty.
const guardVariable = "JOULEBENCH_MEASURE_GUARD"

// patience is how long a program that is asked to end may take.
const patience = 10 * time.Second

// A keeper is this program's end of its guard. The guard is a process that leads the group of all that this one starts,
// and waits until the pipe to this one closes, which it does however this one ends: by itself, killed, or in a panic. Then
// it ends the group and removes the worktree. There is no other way in which either is done.
type keeper struct {
	cmd  *exec.Cmd
	pipe io.Closer
	dir  string // made for the worktree, empty; "" without one
}

// startGuard starts a guard that keeps a worktree of the repository of root if worktree is set.
func startGuard(root string, worktree bool) (*keeper, error) {
	if !worktree {
		root = ""
	}
	executable, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("measure: start a guard: %w", err)
	}
	cmd := exec.Command(executable)
	cmd.Env = append(os.Environ(), guardVariable+"="+root)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = ownGroup() // out of reach of Ctrl-C
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("measure: start a guard: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("measure: start a guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("measure: start a guard: %w", err)
	}
	k := &keeper{cmd: cmd, pipe: pipe}
	dir, err := bufio.NewReader(out).ReadString('\n') // from here on it is deaf to what ends its group
	if err != nil {
		return nil, errors.Join(fmt.Errorf("measure: start a guard: %w", err), k.close())
	}
	k.dir = strings.TrimSuffix(dir, "\n")
	return k, nil
}

// command is exec.CommandContext for what must not outlive this program: it joins the guard's group, and is asked to end
// before it is killed.
func (k *keeper) command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = inGroup(k.cmd.Process.Pid)
	cmd.Cancel = func() error { return endGroup(k.cmd.Process.Pid, cmd.Process) }
	cmd.WaitDelay = patience
	return cmd
}

// close has the guard clear away, and waits until it has.
func (k *keeper) close() error {
	_ = k.pipe.Close()
	if err := k.cmd.Wait(); err != nil {
		return fmt.Errorf("measure: the guard: %w (git worktree list shows what may be left; the next run removes it)", err)
	}
	return nil
}

// guard is what the guard process does. It returns the exit status.
func guard(root string) int {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	dir := ""
	if root != "" {
		var err error
		if dir, err = makeFolder(); err != nil {
			fmt.Fprintf(os.Stderr, "measure: a folder for the base: %v\n", err)
			return statusError
		}
	}
	fmt.Println(dir)
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = endGroup(os.Getpid(), nil) // this one ignores it; where nobody else is left there is nothing to end
	if dir == "" {
		return statusPass
	}
	// Whoever is just ending may still hold or write the folder.
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		err := removeWorktree(root, dir)
		if err == nil {
			return statusPass
		}
		if time.Now().After(deadline) {
			fmt.Fprintf(os.Stderr, "measure: removing the base's worktree: %v\n", err)
			return statusError
		}
	}
}
