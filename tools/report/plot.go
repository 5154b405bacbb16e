package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/joulebench/joulebench/bench/score"
)

// Size and margins of the plot, in its own units.
const (
	plotWidth, plotHeight                    = 720, 400
	plotLeft, plotRight, plotTop, plotBottom = 62, 24, 16, 52
)

// A plot is joules per sentence against F1, laid out: the template only draws.
type plot struct {
	Width, Height            int
	Left, Right, Top, Bottom float64 // the frame
	X, Y                     []tick
	LogX                     bool
	Series                   []series
	Bars                     string // what the error bars mean
}

type tick struct {
	At   float64
	Text string
}

// A series is one model: its marks, joined from the highest precision down.
type series struct {
	Class, Model, Path string
	Marks              []mark
}

type mark struct {
	X, Y, X0, X1, Y0, Y1 float64 // place and ends of the error bars
	Shape                string  // path around 0,0
	Label, Title         string
	LabelX, LabelY       float64
	Anchor               string
}

// shapes tell precisions apart without colour: disc, square, diamond, triangles, cross.
var shapes = [...]string{
	"M-5.5,0a5.5,5.5 0 1,0 11,0a5.5,5.5 0 1,0 -11,0z",
	"M-5,-5h10v10h-10z",
	"M0,-7L7,0L0,7L-7,0z",
	"M0,-7L6.5,5H-6.5z",
	"M0,7L6.5,-5H-6.5z",
	"M-6,-2h4v-4h4v4h4v4h-4v4h-4v-4h-4z",
}

const colours = 6 // classes c0... of the page's style

// A span is a value with the ends of its error bar.
type span struct{ lo, mid, hi float64 }

// joules spans all samples, widened by the error that the meter states.
func (t *table) joules(s *sample) span {
	e, _ := t.meterError() // checked by newTable
	return span{s.Values[0] * (1 - e), s.Summary.Center, s.Values[len(s.Values)-1] * (1 + e)}
}

// f1 is as uncertain as the accuracy over a set of this size: macro-F1 has no
// closed interval of its own, and the format does not hold the confusion matrix.
func (t *table) f1(r *row) span {
	f1 := r.samples[f1Unit].Summary.Center
	n, err := strconv.Atoi(t.setting("set-size"))
	a := r.samples["accuracy"]
	if err != nil || n < 1 || a == nil {
		return span{f1, f1, f1}
	}
	lo, hi := score.Wilson(a.Summary.Center, n)
	return span{max(0, f1-(a.Summary.Center-lo)), f1, min(1, f1+(hi-a.Summary.Center))}
}

// plot lays out the pairs that have joules and F1; nil if there are none.
func (t *table) plot() *plot {
	var rows []*row
	var xs, ys []span
	for _, r := range t.Rows {
		if j := r.samples[joulesUnit]; j != nil && r.samples[f1Unit] != nil && j.Summary.Center > 0 {
			rows, xs, ys = append(rows, r), append(xs, t.joules(j)), append(ys, t.f1(r))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	p := &plot{Width: plotWidth, Height: plotHeight,
		Left: plotLeft, Right: plotWidth - plotRight, Top: plotTop, Bottom: plotHeight - plotBottom}
	lo, hi := bounds(xs)
	p.LogX = lo > 0 && hi/lo > 12
	x := newAxis(lo, hi, p.LogX, p.Left, p.Right)
	lo, hi = bounds(ys)
	y := newAxis(lo, hi, false, p.Bottom, p.Top)
	y.lo, y.hi = max(y.lo, 0), min(y.hi, 1)
	p.X, p.Y = x.ticks(), y.ticks()

	p.Bars = "Bars across: range of the samples, widened by the meter's stated error of " + t.setting("meter-error") + ", which all pairs share."
	if t.setting("set-size") != "" {
		p.Bars += " Bars upward: as wide as the 95 % Wilson interval of the accuracy over " + t.setting("set-size") +
			" sentences. All pairs answer the same sentences, so a difference between two may be surer than their bars suggest: the gate tests it sentence by sentence."
	}

	var precisions []string
	for _, r := range rows {
		if !slices.Contains(precisions, r.Precision) {
			precisions = append(precisions, r.Precision)
		}
	}
	slices.SortStableFunc(precisions, comparePrecision)
	for i, r := range rows {
		if len(p.Series) == 0 || p.Series[len(p.Series)-1].Model != r.Model {
			p.Series = append(p.Series, series{Class: fmt.Sprintf("c%d", len(p.Series)%colours), Model: r.Model})
		}
		s := &p.Series[len(p.Series)-1]
		s.Marks = append(s.Marks, mark{
			X: x.at(xs[i].mid), X0: x.at(xs[i].lo), X1: x.at(xs[i].hi),
			Y: y.at(ys[i].mid), Y0: y.at(ys[i].lo), Y1: y.at(ys[i].hi),
			Shape: shapes[slices.Index(precisions, r.Precision)%len(shapes)], Label: r.Precision,
			Title: fmt.Sprintf("%s at %s: F1 %s, %s joules/sentence", r.Model, r.Precision, share(ys[i].mid), significant(xs[i].mid)),
		})
	}
	p.label()
	for i, s := range p.Series {
		var path []string
		for _, m := range s.Marks {
			path = append(path, fmt.Sprintf("%.1f,%.1f", m.X, m.Y))
		}
		p.Series[i].Path = strings.Join(path, " ")
	}
	return p
}

// label puts each mark's name in the first of eight places around it that is
// free of other marks and names, and inside the frame.
func (p *plot) label() {
	type box struct{ x0, y0, x1, y1 float64 }
	var taken []box
	for _, s := range p.Series {
		for _, m := range s.Marks {
			taken = append(taken, box{m.X - 7, m.Y - 7, m.X + 7, m.Y + 7})
		}
	}
	for _, s := range p.Series {
		for i := range s.Marks {
			m := &s.Marks[i]
			width := 7.2 * float64(len(m.Label))
			for try, at := range [...]struct{ dx, dy float64 }{{9, -9}, {9, 18}, {-9, -9}, {-9, 18}, {9, -24}, {9, 33}, {-9, -24}, {-9, 33}} {
				left := m.X + at.dx
				m.Anchor = "start"
				if at.dx < 0 {
					left, m.Anchor = left-width, "end"
				}
				b := box{left, m.Y + at.dy - 11, left + width, m.Y + at.dy + 3}
				clash := slices.ContainsFunc(taken, func(o box) bool { return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 })
				inside := b.x0 >= p.Left && b.x1 <= p.Right && b.y0 >= p.Top && b.y1 <= p.Bottom
				if inside && !clash || try == 7 {
					m.LabelX, m.LabelY = m.X+at.dx, m.Y+at.dy
					taken = append(taken, b)
					break
				}
			}
		}
	}
}

func bounds(all []span) (lo, hi float64) {
	lo, hi = all[0].lo, all[0].hi
	for _, s := range all {
		lo, hi = min(lo, s.lo), max(hi, s.hi)
	}
	return lo, hi
}

// An axis maps values from lo to hi onto the plot, by their logarithm if log.
type axis struct {
	lo, hi, from, to float64
	log              bool
}

// newAxis leaves some room on both sides of what it has to show.
func newAxis(lo, hi float64, log bool, from, to float64) axis {
	if log {
		return axis{lo / 1.3, hi * 1.3, from, to, log}
	}
	room := (hi - lo) * 0.08
	if room == 0 {
		room = max(math.Abs(hi)*0.1, 0.01)
	}
	return axis{lo - room, hi + room, from, to, log}
}

// at rounds to a tenth: the page stays small and the same on every machine.
func (a axis) at(v float64) float64 {
	lo, hi := a.lo, a.hi
	if a.log {
		v, lo, hi = math.Log(v), math.Log(lo), math.Log(hi)
	}
	return math.Round(10*(a.from+(a.to-a.from)*(v-lo)/(hi-lo))) / 10
}

// ticks returns round values within the axis: 1, 2 or 5 times a power of ten.
func (a axis) ticks() []tick {
	var ticks []tick
	add := func(v float64, decimals int) {
		if v >= a.lo && v <= a.hi {
			ticks = append(ticks, tick{a.at(v), strconv.FormatFloat(v, 'f', max(0, decimals), 64)})
		}
	}
	if a.log {
		for e := int(math.Floor(math.Log10(a.lo))); e <= int(math.Ceil(math.Log10(a.hi))); e++ {
			for _, m := range []float64{1, 2, 5} {
				add(m*math.Pow10(e), -e)
			}
		}
		return ticks
	}
	e := int(math.Floor(math.Log10((a.hi - a.lo) / 4)))
	step := math.Pow10(e)
	for _, m := range []float64{1, 2, 5, 10} {
		if step = m * math.Pow10(e); (a.hi-a.lo)/step <= 7 {
			break
		}
	}
	for i := math.Ceil(a.lo / step); i*step <= a.hi; i++ {
		add(i*step, -e)
	}
	return ticks
}
