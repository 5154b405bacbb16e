// Package carbon turns joules into grams of CO2 equivalent, by the intensity of
// a named grid in a named year or hour from a named source: the average of a
// year from a table in the package, the present hour from a live [Source], or a
// figure of the user's own.
//
// It does not guess where the machine stands and never puts one grid in the
// place of another: a live source that cannot be read is an error. A gram from
// [Grid.Grams] is a gram of electricity; what it took to make the machine is an
// [Embodied], and goes into a metric of its own.
package carbon

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// World is the code of the default grid, the average of the whole world.
const World = "WORLD"

// A Grid is where the electricity comes from, and what that emits.
type Grid struct {
	Code      string    // ISO 3166-1 alpha-3, World, a region of the table, a zone of the live source, or the name that the user gave
	Name      string    // in English
	Year      int       // that Intensity is the average of; 0 if there is none
	Time      time.Time // that Intensity is of, in UTC: when the period of a live source began; zero if there is none
	Intensity float64   // gCO2e/kWh, more than 0
	CO2Only   bool      // Intensity counts CO2 and no other greenhouse gas
	Source    string    // who says so, and how
}

// Now returns g, so that a Grid is a [Source] that never changes.
func (g Grid) Now(context.Context) (Grid, error) { return g, nil }

// joulesPerKWh is exact.
const joulesPerKWh = 3.6e6

// Grams returns the gCO2e of an amount of joules (0 or more) used in a place
// with a power usage effectiveness pue: the facility's energy over the
// machine's, at least 1, and 1 where only the machine counts. It fails on any
// other value, infinities included. Grams(0, pue) checks pue alone.
func (g Grid) Grams(joules, pue float64) (float64, error) {
	if !(pue >= 1 && pue <= math.MaxFloat64) {
		return 0, fmt.Errorf("carbon: PUE is %v: want a number of at least 1 (1 = nothing but the machine, 1.5 = a usual data centre)", pue)
	}
	if !(joules >= 0 && joules <= math.MaxFloat64) {
		return 0, fmt.Errorf("carbon: %v joules have no grams: want a finite number of at least 0", joules)
	}
	grams := joules / joulesPerKWh * g.Intensity * pue
	if grams > math.MaxFloat64 {
		return 0, fmt.Errorf("carbon: %v joules at PUE %v and %v gCO2e/kWh are more grams than a number holds", joules, pue, g.Intensity)
	}
	return grams, nil
}

// Caveat returns what must be said beside the grams of g where they are first
// seen, or "".
func (g Grid) Caveat() string {
	var s []string
	if g.Code == World && g.Source != userSource {
		s = append(s, "the average of the whole world, which no socket delivers: name your own grid, such as -grid FRA (go run ./tools/grid lists them)")
	}
	if g.CO2Only {
		s = append(s, "CO2 of generation alone, so lower than grids that count all gases of a whole life cycle, and not to be compared with them")
	}
	if !g.Time.IsZero() {
		s = append(s, "of this hour, so that results of another hour stand under another line (go run ./tools/grid -recompute GRID puts them under one)")
	}
	return strings.Join(s, "; ")
}

// minute is how the time of a live grid is written.
const minute = "2006-01-02T15:04Z"

// String is the value of the `grid:` config line, e.g.
// "FRA 2024 40.48 gCO2e/kWh (Ember via OWID)" or
// "GB 2026-11-28T23:30Z 187 gCO2/kWh (Carbon Intensity API, forecast, direct)".
//
// benchstat compares only what stands under the same lines, and the grid of a
// live source is another one every hour: its grams must not be averaged with
// those of the hour before, so its time is part of the line, and results of
// different hours fall into different tables. Within an hour the line stays as
// it is from process to process, since all of them take the hour's grid from
// the same cache. To compare passes over several hours, put one grid under all
// of them (tools/grid -recompute): joules do not depend on it.
func (g Grid) String() string {
	s := g.Code
	if g.Year != 0 {
		s += " " + strconv.Itoa(g.Year)
	}
	if !g.Time.IsZero() {
		s += " " + g.Time.UTC().Format(minute)
	}
	unit := "gCO2e/kWh"
	if g.CO2Only {
		unit = "gCO2/kWh"
	}
	return s + " " + strconv.FormatFloat(g.Intensity, 'f', -1, 64) + " " + unit + " (" + g.Source + ")"
}
