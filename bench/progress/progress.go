// Package progress shows how far long work is: as a bar on the terminal, as one line a minute in a log.
//
// Nothing goes to standard output or error. Those of a test binary are results, "go test" merges the two, and one stray
// line costs benchstat samples.
//
// Nothing of it is felt by what is measured. Who works adds to a counter, which is one atomic addition. All else happens
// in goroutines of their own: on a terminal twice a second, at 0.13 ms of CPU time each (BenchmarkDraw), which is 0.03 %
// of one core where a model keeps all of them busy, and less than the error of any meter; in a log once a minute.
//
// The terminal stays in its mode and its cursor in sight, however the process ends.
package progress

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
)

const (
	showAfter = time.Second            // what is done sooner is not worth a bar
	drawEvery = 500 * time.Millisecond // of the bar
	logEvery  = time.Minute
)

// A Reporter shows one piece of work at a time, see [Reporter.Start]. A nil one shows nothing. Its methods may be called
// from several goroutines at once.
type Reporter struct {
	run                  string
	terminal, log        *os.File // nil: none
	showAfter, drawEvery time.Duration
	stop, stopped        chan struct{} // of the log's goroutine

	mu   sync.Mutex // for all below
	task *Task      // of now, nil between two
	bars *mpb.Progress
	bar  *mpb.Bar // nil while none is drawn
	err  error    // of the first line that could not be written to the log
}

// Open returns a Reporter that draws on the terminal and appends to the file log, under the name of this run. Without the
// one (nil) or the other (empty) it does without. [Reporter.Close] closes both.
func Open(terminal *os.File, log, run string) (*Reporter, error) {
	r := &Reporter{run: run, terminal: terminal, showAfter: showAfter, drawEvery: drawEvery}
	if log == "" {
		return r, nil
	}
	var err error
	if r.log, err = os.OpenFile(log, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644); err != nil {
		return nil, fmt.Errorf("progress: opening the log: %w (name a file in a folder that exists and can be written to)", err)
	}
	r.stop, r.stopped = make(chan struct{}), make(chan struct{})
	go r.keepLog()
	return r, nil
}

// Close takes the bar away and closes terminal and log. It returns the first error of writing to the log.
func (r *Reporter) Close() error {
	if r == nil {
		return nil
	}
	if r.log != nil {
		close(r.stop)
		<-r.stopped
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hide()
	if r.terminal != nil {
		_ = r.terminal.Close()
	}
	if r.log == nil {
		return nil
	}
	if err := errors.Join(r.err, r.log.Close()); err != nil {
		return fmt.Errorf("progress: writing the log: %w (the results do not depend on it)", err)
	}
	return nil
}

// Terminal tells whether there is one.
func (r *Reporter) Terminal() bool { return r != nil && r.terminal != nil }

// Note prints a line for people: on the terminal, above the bar if there is one, and in the log.
func (r *Reporter) Note(line string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.terminal != nil {
		// A bar that could not be drawn takes no lines either.
		if r.bar == nil || r.above(line) != nil {
			fmt.Fprintln(r.terminal, line)
		}
	}
	r.write(line)
}

// keepLog writes where the work is once a minute.
func (r *Reporter) keepLog() {
	defer close(r.stopped)
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-tick.C:
		}
		r.mu.Lock()
		if r.task != nil {
			r.write(r.task.What + ": " + r.task.state())
		}
		r.mu.Unlock()
	}
}

// write writes a line to the log, if there is one.
func (r *Reporter) write(line string) {
	if r.log == nil {
		return
	}
	_, err := fmt.Fprintf(r.log, "%s %s %s\n", time.Now().UTC().Format(time.RFC3339), r.run, line)
	if r.err == nil {
		r.err = err
	}
}
