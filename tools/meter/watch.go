package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
)

const tick = time.Second

// watched is a meter and its latest readings.
type watched struct {
	*row
	samples []sample // enough to span a period, oldest first
	first   sample
}

type sample struct {
	at time.Time
	e  energy.Energy
}

// watch reads all meters once a tick, for d or, if that is 0, until ctx is done.
func (t tool) watch(ctx context.Context, rows []*row, d time.Duration) error {
	var on []*watched
	for _, r := range rows {
		if r.Meter != nil {
			on = append(on, &watched{row: r})
		} else if r.err != nil {
			fmt.Fprintln(t.stderr, "not watched: "+r.why())
		}
	}
	began := time.Now()
	next := time.NewTicker(tick)
	defer next.Stop()
	drawn := 0 // lines, to be drawn over
	for {
		var lost []string
		still := on[:0]
		for _, m := range on {
			if err := m.read(ctx); err == nil {
				still = append(still, m)
			} else if ctx.Err() != nil {
				return nil
			} else if len(rows) == 1 {
				return err // it was asked for
			} else {
				m.err = err
				lost = append(lost, "no longer watched: "+m.why()+"\n")
			}
		}
		on = still
		var b bytes.Buffer
		if drawn > 0 {
			fmt.Fprintf(&b, "\x1b[%dA\x1b[J", drawn) // up, and clear to the end of the screen
		}
		b.WriteString(strings.Join(lost, ""))
		if len(on) > 0 {
			drawn = t.draw(&b, on, time.Since(began))
		}
		if _, err := b.WriteTo(t.stdout); err != nil {
			return err
		}
		if len(on) == 0 {
			return errors.New("meter: there is no meter to watch (without -watch the reasons are listed)")
		}
		if d > 0 && time.Since(began) > d-tick/2 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
	}
}

// draw writes a table, and returns its lines, on a terminal; one line elsewhere.
func (t tool) draw(b *bytes.Buffer, on []*watched, since time.Duration) int {
	since = since.Round(time.Second)
	if !t.terminal {
		fmt.Fprint(b, since)
		for _, m := range on {
			fmt.Fprintf(b, "  %s %s", m.kind, m.now())
		}
		b.WriteByte('\n')
		return 0
	}
	tw := tabwriter.NewWriter(b, 12, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "meter\tnow\tmean\tjoules in %v\n", since)
	for _, m := range on {
		last := m.samples[len(m.samples)-1]
		mean := "-"
		if d := last.at.Sub(m.first.at); d >= m.span() {
			mean = watts(last.e-m.first.e, d)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%.1f\n", m.kind, m.now(), mean, (last.e - m.first.e).Joules())
	}
	tw.Flush()
	return len(on) + 1
}

// span is the shortest time over which a difference is more than chance. Ticks
// come a little early and late.
func (m *watched) span() time.Duration { return max(tick*9/10, m.Meter.Period()) }

func (m *watched) read(ctx context.Context) error {
	e, err := m.Meter.Read(ctx)
	if err != nil {
		return err
	}
	s := sample{time.Now(), e}
	if m.samples == nil {
		m.first = s
	}
	m.samples = append(m.samples, s)
	for len(m.samples) > 2 && s.at.Sub(m.samples[1].at) >= m.span() {
		m.samples = m.samples[1:]
	}
	return nil
}

// now is the power over the last span, "-" until there is one.
func (m *watched) now() string {
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	if d := last.at.Sub(first.at); d >= m.span() {
		return watts(last.e-first.e, d)
	}
	return "-"
}
