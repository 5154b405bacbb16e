package carbon

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// Embodied is what it took to make a machine and will take to dispose of it,
// spread over its life: M of the Software Carbon Intensity of ISO/IEC
// 21031:2024, SCI = (E × I + M) per R, of the Green Software Foundation. There
// E × I is [Grid.Grams], PUE included, and R is one op.
//
// It goes into gCO2e-sci/op, the sum of both, and nowhere else: gCO2/op stays
// electricity. The zero Embodied says nothing about a machine; its Grams are 0,
// and no SCI may be reported with it.
type Embodied struct {
	Kilograms float64       // CO2e of the whole machine
	Lifetime  time.Duration // for which it is expected to be in use, in whole hours
}

// A year has 365 days, as in the standard's own example: 1000 kg over four
// years is some 28 g an hour.
const (
	day  = 24 * time.Hour
	year = 365 * day
)

// longest is what a time.Duration can certainly hold.
const longest = 100 * year

var embodiedForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(kg|t|g)/([0-9]+(?:\.[0-9]+)?)(years|y|d|h)$`)

// ParseEmbodied reads CO2e over a lifetime: "300kg/4y". Masses are in kg, t
// (1000 kg) or g, lifetimes in y or years (of 365 days), d or h, rounded to
// the hour.
func ParseEmbodied(s string) (Embodied, error) {
	f := embodiedForm.FindStringSubmatch(s)
	if f == nil {
		return Embodied{}, fmt.Errorf("carbon: embodied carbon %q: want CO2e over a lifetime, such as 300kg/4y (kg, t or g over y, years, d or h)", s)
	}
	// The form leaves no error but a number out of range, which comes as +Inf.
	mass, _ := strconv.ParseFloat(f[1], 64)
	life, _ := strconv.ParseFloat(f[3], 64)
	switch f[2] {
	case "t":
		mass *= 1000
	case "g":
		mass /= 1000
	}
	hours := map[string]time.Duration{"years": year, "y": year, "d": day, "h": time.Hour}[f[4]].Hours()
	life = math.Round(life * hours)
	switch {
	case !(mass >= 0.001 && mass <= 1e9):
		return Embodied{}, fmt.Errorf("carbon: embodied carbon %q: want a mass from 1g to 1000000t", s)
	case !(life >= 1 && life <= longest.Hours()):
		return Embodied{}, fmt.Errorf("carbon: embodied carbon %q: want a lifetime from 1h to 100y", s)
	}
	return Embodied{mass, time.Duration(life) * time.Hour}, nil
}

// String is the value of the `embodied:` config line, e.g. "300kg/4y". It is
// the same for all ways to write the same thing, and ParseEmbodied reads it
// back.
func (e Embodied) String() string {
	n, unit := int64(e.Lifetime/time.Hour), "h"
	switch {
	case e.Lifetime%year == 0:
		n, unit = int64(e.Lifetime/year), "y"
	case e.Lifetime%day == 0:
		n, unit = int64(e.Lifetime/day), "d"
	}
	return strconv.FormatFloat(e.Kilograms, 'f', -1, 64) + "kg/" + strconv.FormatInt(n, 10) + unit
}

// Grams returns the gCO2e that fall on d (0 or more): M = TE × TS × RS, with
// TE the machine's total, TS the share d has of its lifetime, and RS, the share
// of the machine that is reserved, 1: a benchmark takes the whole machine. Who
// rents a part of one says what falls on that part: of 1200 kg, a quarter of
// the cores is 300kg/4y.
func (e Embodied) Grams(d time.Duration) float64 {
	if e.Lifetime <= 0 {
		return 0
	}
	return e.Kilograms * 1000 * (d.Seconds() / e.Lifetime.Seconds())
}
