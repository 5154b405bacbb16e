package bench

import (
	"fmt"
	"os"
	"sync/atomic"

	"github.com/joulebench/joulebench/bench/progress"
)

// shown is the open run's, through which lines for people go: it alone can print them without tearing its bar. It is no
// part of the run because a process has one terminal, and because lines are told before there is a run.
var shown atomic.Pointer[progress.Reporter]

// tell writes a line for people: to the terminal if there is one, else to the log, and to standard error where that is
// not merged with the results. "go test" merges the two, and a stray line among results costs benchstat samples: there it
// stays silent, and the config lines say what matters.
func tell(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	r := shown.Load()
	if r == nil {
		r, _ = progress.Open(progress.Terminal(), "", "")
		defer r.Close()
	}
	r.Note(line)
	if !r.Terminal() && !merged() {
		fmt.Fprintln(os.Stderr, line)
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
