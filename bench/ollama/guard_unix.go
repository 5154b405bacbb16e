//go:build unix

package ollama

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ownSession is how the guard is started: out of reach of the terminal's Ctrl-C and of its hang-up.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// ownGroup is how the server is started: it leads a process group, which its runners join and the guard is not in.
func ownGroup() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(attributes)
	return attributes
}

func terminateGroup(pid int) error { return unix.Kill(-pid, unix.SIGTERM) }

func killGroup(pid int) error { return unix.Kill(-pid, unix.SIGKILL) }

// groupAlive reports whether a process of the group is left. Those that ended are collected first, since a zombie counts as
// a member; it must not be called before the server itself has been waited for.
func groupAlive(pid int) bool {
	for {
		if reaped, err := unix.Wait4(-pid, nil, unix.WNOHANG, nil); err != nil || reaped <= 0 {
			return unix.Kill(-pid, 0) != unix.ESRCH
		}
	}
}
