package progress

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// Bytes is the unit of downloads; every other unit is the name of one of the things that are counted.
const Bytes = "byte"

// Work is what takes long.
type Work struct {
	What  string // as people call it: "pulling llama3.2:1b"
	Unit  string // what is counted: "sentence", or Bytes
	Total int64  // how many there are; 0 if nobody knows
	From  int64  // how many were there before, such as of a broken download: they tell nothing of the rate
	// Also says more, if it is not nil, such as the joules so far; empty if it has nothing to say. It is called from other
	// goroutines, also from several at once, and must not call the Reporter.
	Also func() string
}

// A Task is work that is shown. A nil one counts nothing. Its methods may be called from several goroutines at once.
type Task struct {
	Work
	reporter    *Reporter
	began       time.Time
	show        *time.Timer
	done, total atomic.Int64
}

// Start begins to show the work, in the place of any other, until [Task.Done]. A bar appears after a second.
func (r *Reporter) Start(w Work) *Task {
	if r == nil {
		return nil
	}
	t := &Task{Work: w, reporter: r, began: time.Now()}
	t.done.Store(w.From)
	t.total.Store(w.Total)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hide()
	r.task = t
	if r.terminal != nil {
		t.show = time.AfterFunc(r.showAfter, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.task == t {
				r.draw(t)
			}
		})
	}
	return t
}

// Add counts n more as done.
func (t *Task) Add(n int64) {
	if t != nil {
		t.done.Add(n)
	}
}

// Set says how many are done.
func (t *Task) Set(n int64) {
	if t != nil {
		t.done.Store(n)
	}
}

// More says that there are n more to do.
func (t *Task) More(n int64) {
	if t != nil {
		t.total.Add(n)
	}
}

// Done ends the showing; once is enough.
func (t *Task) Done() {
	if t == nil {
		return
	}
	t.reporter.mu.Lock()
	defer t.reporter.mu.Unlock()
	if t.reporter.task == t {
		t.reporter.hide()
	}
}

// state is where the work is: "sentence 120 of 300, 41.3 sentences/s, 57.2 J so far, 4s left".
func (t *Task) state() string {
	done, total := t.done.Load(), t.total.Load()
	rate := float64(done-t.From) / time.Since(t.began).Seconds()
	parts := []string{t.Unit + " " + fmt.Sprint(done)}
	if t.Unit == Bytes {
		parts[0] = size(float64(done))
	}
	if total > 0 && t.Unit == Bytes {
		parts[0] += " of " + size(float64(total))
	} else if total > 0 {
		parts[0] += fmt.Sprintf(" of %d", total)
	}
	if done > t.From {
		if t.Unit == Bytes {
			parts = append(parts, size(rate)+"/s")
		} else {
			parts = append(parts, number(rate)+" "+t.Unit+"s/s")
		}
	}
	if t.Also != nil {
		if also := t.Also(); also != "" {
			parts = append(parts, also)
		}
	}
	if done > t.From && total >= done {
		parts = append(parts, duration(float64(total-done)/rate)+" left")
	}
	return strings.Join(parts, ", ")
}

// number writes three digits, or all before the point.
func number(v float64) string {
	if v >= 999.5 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// size is a number of bytes in decimal units.
func size(bytes float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	for bytes >= 999.5 && len(units) > 1 {
		bytes, units = bytes/1000, units[1:]
	}
	return number(bytes) + " " + units[0]
}

// duration is to the second, and beyond an hour to the minute.
func duration(seconds float64) string {
	if seconds > 1e6 {
		return "days"
	}
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	if d < time.Hour {
		return d.String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}
