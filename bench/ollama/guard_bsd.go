//go:build unix && !linux

package ollama

import "syscall"

// dieWithParent does nothing: only Linux ties the life of a process to that of its parent.
func dieWithParent(*syscall.SysProcAttr) {}

// adoptOrphans does nothing: launchd and init collect the runners of a killed server.
func adoptOrphans() {}
