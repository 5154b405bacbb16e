package main

import (
	"os"
	"syscall"
)

// ownGroup puts a process out of reach of Ctrl-C.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// inGroup does the same: Windows knows no group that one could join.
func inGroup(int) *syscall.SysProcAttr { return ownGroup() }

// endGroup kills the child, since it cannot be asked; the guard, which has none, can end nobody: should this program be
// killed, a pass runs on to its end.
func endGroup(_ int, child *os.Process) error {
	if child == nil {
		return nil
	}
	return child.Kill()
}
