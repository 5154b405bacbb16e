package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress shows a bar on a terminal, and elsewhere a line every now and then.
type progress struct {
	w        io.Writer
	terminal bool
	start    time.Time
	shown    time.Time
	loss     float64 // smoothed
}

const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 15 * time.Second
	barWidth  = 30
)

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, start: time.Now()}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// step tells that done of all steps are done, the last with this loss.
func (p *progress) step(done, all int, loss float64) {
	if p.loss += (loss - p.loss) / 20; done <= 20 {
		p.loss = loss
	}
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	now := time.Now()
	if done < all && now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	spent := now.Sub(p.start)
	left := (spent / time.Duration(done) * time.Duration(all-done)).Round(time.Second)
	state := fmt.Sprintf("step %d of %d, loss %.4f, %v left", done, all, p.loss, left)
	if !p.terminal {
		fmt.Fprintf(p.w, "miniature: %s\n", state)
		return
	}
	full := barWidth * done / all
	fmt.Fprintf(p.w, "\r\033[K[%s%s] %s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), state)
	if done == all {
		fmt.Fprintln(p.w)
	}
}
