package ollama

import (
	"os/exec"
	"strconv"
	"syscall"
)

// ownSession is how the guard is started: a process group of its own is out of reach of Ctrl-C.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func ownGroup() *syscall.SysProcAttr { return ownSession() }

// adoptOrphans does nothing: killGroup takes the runners with the server, while it still is their parent.
func adoptOrphans() {}

// terminateGroup kills as well: a server without a console cannot be asked to end.
func terminateGroup(pid int) error { return killGroup(pid) }

func killGroup(pid int) error {
	return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}

// groupAlive is asked after the server has ended; taskkill /T ended its runners before it.
func groupAlive(int) bool { return false }
