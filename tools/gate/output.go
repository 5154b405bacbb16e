package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"

	"golang.org/x/perf/benchunit"

	"github.com/joulebench/joulebench/bench/gate"
)

// output is what there is to say.
type output struct {
	*gate.Report
	err error
	options
}

// formats are the ways to write it, by the name that -format gives.
var formats = map[string]func(io.Writer, output) error{
	"text": writeText, "markdown": writeMarkdown, "junit": writeJUnit, "json": writeJSON, "github": writeGitHub,
}

// old names what the pairs were compared with.
func (o output) old() string {
	if o.base != "" {
		return "base"
	}
	return "golden"
}

// summary is the run in a line.
func (o output) summary() string {
	n := map[gate.Verdict]int{}
	for _, j := range o.Pairs {
		n[j.Verdict()]++
	}
	return fmt.Sprintf("%d pairs: %d pass, %d regressed, %d inconclusive (%g %% of runs without a change are found regressed at most)",
		len(o.Pairs), n[gate.Pass], n[gate.Regressed], n[gate.Inconclusive], 100*o.Alpha)
}

// failing tells whether the verdict fails the build.
func (o output) failing(v gate.Verdict) bool {
	return v == gate.Regressed || v == gate.Inconclusive && !o.lenient
}

// answersHead and answersRow are the table of answers.
func (o output) answersHead() []string {
	return []string{"pair", "F1 " + o.old() + " → new", "ΔF1 (90 % interval)", "margin", "broke", "fixed", "p (mid-p)", "corrected", "verdict"}
}

func answersRow(c *gate.Comparison) []string {
	return []string{
		c.Pair.String(),
		fmt.Sprintf("%.4f → %.4f", c.Old.F1, c.New.F1),
		fmt.Sprintf("%+.4f (%+.4f to %+.4f)", c.Change.New-c.Change.Old, c.Change.Low, c.Change.High),
		fmt.Sprint(c.Margin), fmt.Sprint(c.Broke), fmt.Sprint(c.Fixed),
		fmt.Sprintf("%.3g (%.3g)", c.P, c.MidP), fmt.Sprintf("%.3g", c.Adjusted),
		decided(c.Verdict, c.Need, "sentences"),
	}
}

// costsHead and costsRow are the table of costs.
func (o output) costsHead() []string {
	return []string{"pair", "metric", o.old() + " → new", "change (90 % interval)", "samples", "p", "corrected", "verdict"}
}

func costsRow(p gate.Pair, c *gate.Cost) []string {
	return []string{
		p.String(), c.Unit,
		scaled(c.Unit, c.Old) + " → " + scaled(c.Unit, c.New),
		c.Change(), fmt.Sprintf("%d, %d", c.OldN, c.NewN),
		fmt.Sprintf("%.3g", c.P), fmt.Sprintf("%.3g", c.Adjusted),
		costVerdict(c),
	}
}

// costVerdict is the verdict of a cost, and what it would take to have one.
func costVerdict(c *gate.Cost) string { return decided(c.Verdict, c.Need, "samples a side") }

// decided is the verdict, and where it is open how many of what would probably decide.
func decided(v gate.Verdict, need int, what string) string {
	if v != gate.Inconclusive || need == 0 {
		return string(v)
	}
	return fmt.Sprintf("%s: some %d %s would decide", v, need, what)
}

// scaled is a value as benchstat prints it.
func scaled(unit string, v float64) string {
	switch {
	case math.IsNaN(v):
		return "none"
	case v == 0:
		return "0"
	}
	return benchunit.Scale(v, benchunit.ClassOf(unit))
}

// costs are the pairs whose costs count, or those of which they are advice.
func (o output) costs(advice bool) (pairs []gate.Judged) {
	for _, j := range o.Pairs {
		if j.Costs != nil && (j.Costs.Advice != "") == advice && len(j.Costs.Metrics) > 0 {
			pairs = append(pairs, j)
		}
	}
	return pairs
}

// remarks are what a reader should know besides, each once, the pairs that it is
// about counted.
func (o output) remarks() []string {
	list := append([]string(nil), o.Notes...)
	about := map[string][]string{}
	var order []string
	for _, j := range o.Pairs {
		if j.Costs == nil {
			continue
		}
		for _, s := range []string{
			prefixed("costs not comparable: ", j.Costs.NotComparable),
			prefixed("costs are advice: ", j.Costs.Advice),
			prefixed("costs that "+o.old()+" lacks: ", strings.Join(j.Costs.Lacking, ", ")),
		} {
			if s == "" {
				continue
			}
			if about[s] == nil {
				order = append(order, s)
			}
			about[s] = append(about[s], j.Pair.String())
		}
	}
	for _, s := range order {
		if n := len(about[s]); n < len(o.Pairs) {
			s += fmt.Sprintf(" (%s)", strings.Join(about[s], ", "))
		}
		list = append(list, s)
	}
	for i, s := range list {
		list[i] = strings.Join(strings.Fields(s), " ") // one line each
	}
	return list
}

// plain is text without what could play with a terminal, its lines left as they are.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
