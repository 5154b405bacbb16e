package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// A progress shows stages and their times: on a terminal one line that renews
// itself, elsewhere (a CI log) a plain line now and then.
type progress struct {
	w     io.Writer
	tty   bool
	every time.Duration
}

func newProgress(w io.Writer) progress {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return progress{w, true, time.Second}
		}
	}
	return progress{w, false, 30 * time.Second}
}

// stage runs f, which may call note to say how far it is.
func (p progress) stage(name string, f func(note func(string)) error) error {
	var mu sync.Mutex
	var state string
	note := func(s string) { mu.Lock(); defer mu.Unlock(); state = s }
	begin := time.Now()
	show := func() {
		mu.Lock()
		defer mu.Unlock()
		if p.tty {
			fmt.Fprint(p.w, "\r\x1b[K"+line(name, begin, state))
		} else {
			fmt.Fprintln(p.w, line(name, begin, state)+" ...")
		}
	}

	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(p.every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				show()
			case <-stop:
				return
			}
		}
	}()
	if p.tty {
		show()
	}
	err := f(note)
	close(stop)
	<-stopped
	if p.tty {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	if err == nil {
		fmt.Fprintln(p.w, line(name, begin, state))
	}
	return err
}

func line(name string, begin time.Time, state string) string {
	return strings.TrimRight(fmt.Sprintf("  %-24s %6s  %s", name, time.Since(begin).Round(time.Second), state), " ")
}

// A lineWriter hands every whole line written to it to f, without its end.
type lineWriter struct {
	f    func(line string)
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		w.rest = rest
		w.f(string(bytes.TrimSuffix(line, []byte("\r"))))
	}
}
