//go:build unix

package progress

import (
	"os"
	"os/signal"
	"syscall"
)

// Terminal opens the terminal from which this process was started, wherever its standard output and error go. It is nil
// if there is none.
//
// Where somebody has set "stty tostop", a process in the background that writes to its terminal is stopped, unless it
// ignores the signal for that. "make bench" runs passes in a process group of their own, which is the background, and
// they would never end: so it is ignored.
func Terminal() *os.File {
	f, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil {
		return nil
	}
	signal.Ignore(syscall.SIGTTOU)
	return f
}
