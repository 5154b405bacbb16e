//go:build unix

package main

import (
	"os"
	"syscall"
)

// ownGroup has a process lead a process group.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// inGroup has a process join the group of leader before its program starts.
func inGroup(leader int) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pgid: leader}
}

// endGroup asks all processes of the group to end.
func endGroup(leader int, _ *os.Process) error { return syscall.Kill(-leader, syscall.SIGTERM) }
