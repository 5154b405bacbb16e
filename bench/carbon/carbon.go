// Package carbon turns joules into grams of CO2 equivalent, by the average
// intensity of a named grid in a named year from a named source.
//
// It does not guess where the machine stands, does not fetch anything, and
// counts no embodied carbon: a gram here is a gram of electricity.
package carbon

import (
	"fmt"
	"math"
	"strconv"
)

// World is the code of the default grid, the average of the whole world.
const World = "WORLD"

// A Grid is where the electricity comes from.
type Grid struct {
	Code      string  // ISO 3166-1 alpha-3, World, XKX for Kosovo, or the name that the user gave
	Name      string  // in English
	Year      int     // that Intensity is the average of; 0 if the user gave it
	Intensity float64 // gCO2e/kWh, more than 0
	Source    string  // who says so
}

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
	return joules / joulesPerKWh * g.Intensity * pue, nil
}

// String is the value of the `grid:` config line, e.g.
// "FRA 2024 40.48 gCO2e/kWh (Ember via OWID)".
func (g Grid) String() string {
	s := g.Code
	if g.Year != 0 {
		s += " " + strconv.Itoa(g.Year)
	}
	return s + " " + strconv.FormatFloat(g.Intensity, 'f', -1, 64) + " gCO2e/kWh (" + g.Source + ")"
}
