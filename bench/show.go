package bench

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/progress"
)

// openProgress finds the terminal, and opens the log if -log names one or there is no terminal.
func (r *run) openProgress() (err error) {
	terminal, log := progress.Terminal(), fromRoot(r.options.log)
	if r.options.log == "" {
		log = ""
		if terminal == nil {
			log, err = r.standardLog()
		}
	}
	if err == nil {
		r.progress, err = progress.Open(terminal, log, r.id)
	}
	if err != nil {
		return fmt.Errorf("bench: -log: %w", err)
	}
	shown.Store(r.progress)
	return nil
}

// standardLog is the log beside the journal, or where there is none, that in the user's cache.
func (r *run) standardLog() (string, error) {
	if r.options.journal == "" {
		return progress.Cached()
	}
	file := fromRoot(r.options.journal)
	if ext := filepath.Ext(file); ext != ".log" {
		file = strings.TrimSuffix(file, ext)
	}
	return file + ".log", nil
}

// show begins to show how far the pair is, and the joules that the window has seen so far if there is one. Passes say how
// many sentences they have.
func (r *run) show(p Pair, w *energy.Window) *progress.Task {
	what := fmt.Sprintf("pair %d of %d: %s", 1+slices.Index(r.pairs, p), len(r.pairs), p)
	work := progress.Work{What: what, Unit: "sentence"}
	if r.tokens != nil {
		work.Unit = "request"
	}
	if w != nil {
		work.Also = func() string {
			if joules, ok := w.SoFar(); ok {
				return fmt.Sprintf("%.1f J so far", joules.Joules())
			}
			return ""
		}
	}
	r.task = r.progress.Start(work)
	return r.task
}
