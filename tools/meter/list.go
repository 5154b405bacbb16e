package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
)

// row is a meter and what it read.
type row struct {
	energy.Candidate
	kind    string // "rapl"; what follows the colon of an asked-for name may hold a password
	reading energy.Reading
	err     error // of opening it, or of reading
}

// asksKernel are meters that are not in a sysfs tree, or not only there.
var asksKernel = map[string]bool{"perf": true, "estimate": true}

// open makes rows of candidates. A meter that was asked for must be there.
func open(all []energy.Candidate, o energy.Options) ([]*row, error) {
	var rows []*row
	for _, c := range all {
		r := &row{Candidate: c, err: c.Err}
		r.kind, _, _ = strings.Cut(c.Name, ":")
		if o.Sys != nil && asksKernel[r.kind] {
			r.Meter, r.err = nil, fmt.Errorf("%s: it asks this machine's kernel, and not the tree of -sys (run without -sys)", r.kind)
		}
		if o.Name != "" && r.err != nil {
			return nil, r.err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// read measures with all meters at once, for d.
func read(ctx context.Context, rows []*row, d time.Duration) error {
	windows := make([]*energy.Window, len(rows))
	for i, r := range rows {
		if r.Meter != nil {
			windows[i], r.err = energy.Start(ctx, r.Meter)
		}
	}
	if slices.ContainsFunc(windows, func(w *energy.Window) bool { return w != nil }) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	for i, w := range windows {
		if w != nil {
			rows[i].reading, rows[i].err = w.Stop()
		}
	}
	if ctx.Err() != nil {
		return errors.New("meter: interrupted, so nothing was read")
	}
	return nil
}

// list prints the table, and below it what does not fit into a cell.
func list(w io.Writer, rows []*row, d time.Duration) error {
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintf(tw, "meter\tusable\tmeasures\terror\tmoves every\tread by\tover %v\n", d)
	chosen := false
	var why, know []string
	for _, r := range rows {
		switch {
		case r.Meter != nil:
			usable := "yes"
			if !chosen && len(rows) > 1 {
				usable, chosen = "yes *", true
			}
			_, measures, _ := strings.Cut(r.Meter.Name(), ":")
			now := "no reading"
			if r.err == nil {
				now = fmt.Sprintf("%s ± %.2f", watts(r.reading.Gross, r.reading.Duration), r.reading.Error*power(r.reading.Gross, r.reading.Duration))
			} else if d < r.Meter.Period() {
				now = fmt.Sprintf("needs -for %v", r.Meter.Period())
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\t± %.3g %%\t%v\t%s\t%s\n", r.kind, usable, measures, 100*r.Meter.Error(), r.Meter.Period(), or(r.Access, "-"), now)
			if c := energy.Caveat(r.Meter); c != "" {
				know = append(know, r.kind+": "+c)
			}
		case r.err != nil:
			fmt.Fprintf(tw, "%s\tno\t-\t-\t-\t-\t-\n", r.kind)
		default:
			fmt.Fprintf(tw, "%s\tby name\t-\t-\t-\t-\t-\n", r.kind)
			know = append(know, fmt.Sprintf("%s: is tried only where it is told the rest: -meter '%s'", r.kind, r.Name))
		}
		if r.err != nil && len(rows) > 1 { // one that was asked for is an error of its own
			why = append(why, r.why())
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	switch {
	case len(rows) > 1 && chosen:
		fmt.Fprintln(w, "\n* what the benchmark takes unless -meter names another.")
		fmt.Fprintln(w, "Watts differ from meter to meter because each measures another part of the machine.")
	case len(rows) > 1:
		fmt.Fprintln(w, "\nNo meter can be read.")
	}
	section(w, "Why not, and what to do about it:", why)
	return section(w, "What to know:", know)
}

func section(w io.Writer, title string, lines []string) (err error) {
	if len(lines) > 0 {
		_, err = fmt.Fprintf(w, "\n%s\n- %s\n", title, strings.Join(lines, "\n- "))
	}
	return err
}

// why is one line, whatever the error is, and leaves out what the table says.
func (r *row) why() string {
	s := strings.ReplaceAll(r.err.Error(), "\n", "; ")
	for _, window := range []string{"energy: starting a window: ", " has no reading: "} {
		if _, inner, ok := strings.Cut(s, window); ok {
			s = inner
		}
	}
	if !strings.HasPrefix(s, r.kind+":") {
		s = r.kind + ": " + s
	}
	return s
}

func power(e energy.Energy, d time.Duration) float64 { return e.Joules() / d.Seconds() }

func watts(e energy.Energy, d time.Duration) string { return fmt.Sprintf("%.2f W", power(e, d)) }

func or(s, empty string) string {
	if s == "" {
		return empty
	}
	return s
}
