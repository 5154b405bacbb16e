package progress

import (
	"fmt"
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// barWidth is how many columns of its row the bar itself takes, or fewer where the words need them.
const barWidth = 20

// draw begins to draw the bar: what is done in one row, how far it is in the next. There is an mpb.Progress for each,
// since one that draws nothing would still wake up twice a second.
//
// The counts are read when the bar is drawn: adding to mpb's own takes a message to another goroutine each time.
func (r *Reporter) draw(t *Task) {
	r.bars = mpb.New(mpb.WithOutput(r.terminal), mpb.WithRefreshRate(r.drawEvery))
	filler := mpb.BarStyle().Build()
	r.bar, _ = r.bars.Add(0, mpb.BarFillerFunc(func(w io.Writer, s decor.Statistics) error {
		s.Current, s.Total = t.done.Load(), t.total.Load()
		return filler.Fill(w, s)
	}),
		mpb.BarTopExtender(mpb.BarFillerFunc(func(w io.Writer, s decor.Statistics) error {
			_, err := fmt.Fprintln(w, cut(t.What, s.AvailableWidth))
			return err
		})),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + t.state() })),
		mpb.BarFillerTrim(), mpb.BarWidth(barWidth),
	)
}

// above has a line printed above the bar when that is next drawn.
func (r *Reporter) above(line string) error {
	_, err := fmt.Fprintln(r.bars, line)
	return err
}

// hide takes away the bar, if there is one, and ends the task.
func (r *Reporter) hide() {
	if r.task != nil && r.task.show != nil {
		r.task.show.Stop()
	}
	if r.bar != nil {
		r.bar.Abort(true)
		r.bars.Wait()
	}
	r.task, r.bars, r.bar = nil, nil, nil
}

// cut shortens a text to a number of columns: a row that wraps is two to the terminal, and one to who clears it.
func cut(text string, columns int) string {
	if runes := []rune(text); len(runes) > columns {
		return string(runes[:columns])
	}
	return text
}
