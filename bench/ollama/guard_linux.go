package ollama

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// dieWithParent has the server asked to end should the guard itself be killed: prctl(2), PR_SET_PDEATHSIG. SIGTERM and not
// SIGKILL, which would leave the runners.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGTERM }

// adoptOrphans makes the guard the parent of runners whose server was killed, so that it can wait for their end: prctl(2),
// PR_SET_CHILD_SUBREAPER. Without it, the init of a container may never collect them.
func adoptOrphans() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }
