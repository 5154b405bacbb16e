package bench

import (
	"fmt"
	"os"
)

// tell writes a line for people: to the terminal if there is one, else to standard error where that is not merged with the
// results. "go test" merges the two, and a stray line among results costs benchstat samples: there it stays silent, and the
// config lines say what matters.
func tell(format string, args ...any) {
	tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	switch {
	case err == nil:
		defer tty.Close()
		fmt.Fprintf(tty, format+"\n", args...)
	case !merged():
		fmt.Fprintf(os.Stderr, format+"\n", args...)
	}
}

// merged reports whether standard output and error are one file, or may be.
func merged() bool {
	out, err := os.Stdout.Stat()
	if err != nil {
		return true
	}
	other, err := os.Stderr.Stat()
	return err != nil || os.SameFile(out, other)
}
