package carbon

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseLine reads the value of a `grid:` config line, as [Grid.String] writes
// it. The line has no Name; Code stands for it.
func ParseLine(line string) (Grid, error) {
	bad := func(why string) (Grid, error) {
		return Grid{}, fmt.Errorf("carbon: grid line %q: %s: want such as \"FRA 2024 40.48 gCO2e/kWh (Ember via OWID)\"", line, why)
	}
	var g Grid
	// From the right: only the user's names may hold anything.
	i := strings.LastIndex(line, "/kWh (")
	if i < 0 || !strings.HasSuffix(line, ")") {
		return bad("no unit and source at its end")
	}
	g.Source = line[i+len("/kWh (") : len(line)-1]
	f := strings.Split(line[:i], " ")
	n := len(f) - 1
	switch {
	case n < 2:
		return bad("no name, number and unit")
	case f[n] == "gCO2":
		g.CO2Only = true
	case f[n] != "gCO2e":
		return bad(strconv.Quote(f[n]+"/kWh") + " is no unit of intensity")
	}
	var err error
	if g.Intensity, err = strconv.ParseFloat(f[n-1], 64); err != nil || !(g.Intensity > 0 && g.Intensity <= math.MaxFloat64) {
		return bad(strconv.Quote(f[n-1]) + " is no intensity above 0")
	}
	name := f[:n-1]
	// A name that the user gave may end in what looks like a year.
	if last := len(name) - 1; last > 0 && g.Source != userSource {
		if t, err := time.Parse(minute, name[last]); err == nil {
			g.Time, name = t, name[:last]
		} else if y, err := strconv.Atoi(name[last]); err == nil && len(name[last]) == 4 && y > 0 {
			g.Year, name = y, name[:last]
		}
	}
	g.Code = strings.Join(name, " ")
	if g.Code == "" {
		return bad("no name")
	}
	g.Name = g.Code
	return g, nil
}
