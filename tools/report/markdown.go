package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchunit"

	"github.com/joulebench/joulebench/bench/carbon"
)

// Units as benchfmt gives them: times in seconds, whatever the file's unit.
const (
	joulesUnit  = "joules/sentence"
	f1Unit      = "F1"
	latencyUnit = "p50-latency-sec"
)

// A column of the table, the same in markdown and on the page.
type column struct {
	head     string
	text     func(*row) string
	optional bool // left out where no row has it
}

// columns after model and precision.
var columns = []column{
	{"F1", (*row).f1, true},
	{"weighted F1", metric("weighted-F1", share), true},
	{"accuracy", metric("accuracy", share), true},
	{"drift", metric("drift", share), true},
	{"joules/sentence", metric(joulesUnit, significant), true},
	{"joules/op", (*row).joulesOfTwin, true},
	{"gCO2/op", (*row).grams, false},
	{"p50 latency", metric(latencyUnit, duration), false},
	{"eval tok/s", metric("eval-tok/s", significant), false},
	{"peak RSS", metric("peak-RSS-bytes", memory), false},
	{"Δ joules", (*row).joulesChange, false},
	{"Δ F1", (*row).f1Change, false},
	{"n", func(r *row) string { return strconv.Itoa(r.n()) }, false},
}

// legend explains what a head cannot.
var legend = []string{
	"Medians over n samples; Δ is against the model's highest precision. One op is one pass over the set; peak RSS is that of the runner.",
	"gCO2/op [a, b]: as far as the errors of the meter and of the grid's figure reach.",
	"F1 [a, b]: the 95 % interval by bootstrap over sentences. F1 (a to b): the smallest and largest sample, where answers were sampled. Drift: the share of answers that differ from the golden ones of the model's highest precision.",
	"~ marks a change of joules that these samples do not show (Mann–Whitney U test, p ≥ 0.05; it takes four samples of each or more).",
}

const absent = "–"

func metric(unit string, format func(float64) string) func(*row) string {
	return func(r *row) string {
		if s := r.samples[unit]; s != nil {
			return format(s.Summary.Center)
		}
		return absent
	}
}

// f1 is F1 with its 95 % interval over sentences, if the results have that, or else with its spread over samples, which
// sampled answers differ in.
func (r *row) f1() string {
	text := metric(f1Unit, share)(r)
	s, low, high := r.samples[f1Unit], r.samples["F1-low"], r.samples["F1-high"]
	switch {
	case s == nil:
	case s.assume != benchmath.AssumeExact && len(s.Values) > 1: // they are sorted
		text += fmt.Sprintf(" (%.3f to %.3f)", s.Values[0], s.Values[len(s.Values)-1])
	case low != nil && high != nil:
		text += fmt.Sprintf(" [%.3f, %.3f]", low.Summary.Center, high.Summary.Center)
	}
	return text
}

// grams are those of electricity, with the interval that the errors of meter and grid imply, if the results say enough.
func (r *row) grams() string {
	text := metric("gCO2/op", significant)(r)
	joules := r.samples["joules/op"]
	if r.samples["gCO2/op"] == nil || joules == nil {
		return text
	}
	grid, err := carbon.ParseLine(r.table.setting("grid"))
	pue, err2 := strconv.ParseFloat(r.table.setting("pue"), 64)
	meter, err3 := r.table.meterError()
	if err != nil || err2 != nil || err3 != nil {
		return text
	}
	low, high, err := grid.Interval(joules.Summary.Center, pue, meter)
	if err != nil {
		return text
	}
	return text + " [" + significant(low) + ", " + significant(high) + "]"
}

// n is the largest number of samples of a metric.
func (r *row) n() int {
	n := 0
	for _, s := range r.samples {
		n = max(n, len(s.Values))
	}
	return n
}

// pair returns the samples of unit of the base and of r, if there are both.
func (r *row) pair(unit string) (base, own *sample, ok bool) {
	if r.base == nil {
		return nil, nil, false
	}
	base, own = r.base.samples[unit], r.samples[unit]
	return base, own, base != nil && own != nil
}

// joulesOfTwin are those of a pass of a shape twin, which is asked about no sentences.
func (r *row) joulesOfTwin() string {
	if r.samples[joulesUnit] != nil {
		return absent
	}
	return metric("joules/op", significant)(r)
}

func (r *row) joulesChange() string {
	base, own, ok := r.pair(joulesUnit)
	if !ok {
		base, own, ok = r.pair("joules/op")
	}
	if !ok || base.Summary.Center == 0 {
		return absent
	}
	text := fmt.Sprintf("%+.1f%%", 100*(own.Summary.Center/base.Summary.Center-1))
	if c := own.assume.Compare(base.Sample, own.Sample); c.P > c.Alpha {
		text += " ~"
	}
	return text
}

func (r *row) f1Change() string {
	base, own, ok := r.pair(f1Unit)
	if !ok {
		return absent
	}
	return fmt.Sprintf("%+.4f", own.Summary.Center-base.Summary.Center)
}

// share formats a number between 0 and 1 with the digits that package testing prints.
func share(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }

// significant formats v with four significant digits and no exponent.
func significant(v float64) string {
	decimals := 0
	if v != 0 {
		decimals = max(0, 3-int(math.Floor(math.Log10(math.Abs(v)))))
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// duration formats seconds, memory bytes.
func duration(v float64) string { return spaced(benchunit.Scale(v, benchunit.Decimal)) + "s" }
func memory(v float64) string   { return spaced(benchunit.Scale(v, benchunit.Binary)) + "B" }

// spaced sets the unit's prefix off from the number.
func spaced(scaled string) string {
	number := strings.TrimRight(scaled, "nµmkKMGTi")
	return number + " " + scaled[len(number):]
}

// columns are those that say something of these rows.
func (t *table) columns() []column {
	return slices.DeleteFunc(slices.Clone(columns), func(c column) bool {
		return c.optional && !slices.ContainsFunc(t.Rows, func(r *row) bool { return c.text(r) != absent })
	})
}

// heads and cells make up the table.
func (t *table) heads() []string {
	heads := []string{"model", "precision"}
	for _, c := range t.columns() {
		heads = append(heads, c.head)
	}
	return heads
}

func (t *table) cells() [][]string {
	var cells [][]string
	for _, r := range t.Rows {
		line := []string{r.Model, r.Precision}
		for _, c := range t.columns() {
			line = append(line, c.text(r))
		}
		cells = append(cells, line)
	}
	return cells
}

// writeMarkdown writes the tables, aligned so that they read as well unrendered.
func writeMarkdown(w io.Writer, tables []*table) error {
	var b strings.Builder
	for i, t := range tables {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s\n\n", t.Name)
		var others []string
		for _, s := range t.Config {
			if text := s.Key + ": " + s.Value; slices.Contains(origin, s.Key) {
				fmt.Fprintf(&b, "- %s\n", text)
			} else {
				others = append(others, text)
			}
		}
		fmt.Fprintf(&b, "- %s\n\n", strings.Join(others, "; "))
		writeGrid(&b, t.heads(), t.cells())
		for _, note := range t.Notes {
			fmt.Fprintf(&b, "\n%s\n", note)
		}
	}
	for _, text := range legend {
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeGrid aligns the first two columns left and the numbers right.
func writeGrid(b *strings.Builder, heads []string, lines [][]string) {
	width := make([]int, len(heads))
	for _, line := range append(lines, heads) {
		for i, cell := range line {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	put := func(line []string) {
		for i, cell := range line {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i < 2 {
				cell += pad
			} else {
				cell = pad + cell
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	put(heads)
	for i := range heads {
		rule := strings.Repeat("-", width[i]+1)
		if i < 2 {
			b.WriteString("|" + rule + "-")
		} else {
			b.WriteString("|" + rule + ":")
		}
	}
	b.WriteString("|\n")
	for _, line := range lines {
		put(line)
	}
}
