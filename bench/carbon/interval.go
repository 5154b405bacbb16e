package carbon

import "fmt"

// What is known about how far a grid's intensity may lie from that of the
// electricity which was used. None of these is a promise of the source.
const (
	// No source states an error for the average of a year. Charged by it, users
	// in the United States come out up to 30 % too high or too low against
	// hourly intensities (Miller, Novan and Jenn, Hourly accounting of carbon
	// emissions from electricity consumption, as summed up in
	// github.com/grgmiller/hourly_carbon_accounting, read 2026-11-28), and in two
	// years (2022 to 2024) four of five of the table's countries moved by 17 % at
	// most. Both together, √(0.30² + 0.17²), are an assumption wherever and
	// whenever else, and for a run of a minute a low one.
	yearError = 0.35

	// The half-hours of Great Britain were forecast with a mean absolute error
	// of 7.1 % (September 2017 to March 2023,
	// nickmp.com/posts/carbon-intensity-forecast-tracking). Twice that is an
	// assumption, and so is that it holds for other live sources, and for an
	// hour that is charged by its first half.
	liveError = 0.15
)

// Error is the relative error that is assumed of g.Intensity as the intensity
// of the electricity that was used: 0.35 says that it lies within ±35 %. It is
// 0 for a grid that the user gave, which is taken as said.
//
// It is about time alone. That a source counts CO2 only, or leaves out what
// came before the power station, is in its [Grid.Source] and not in here.
func (g Grid) Error() float64 {
	switch {
	case !g.Time.IsZero():
		return liveError
	case g.Year != 0:
		return yearError
	}
	return 0
}

// Interval returns between which gCO2e an amount of joules lies if the meter
// that read them errs by up to the relative error meter and the grid by up to
// [Grid.Error]: both at their worst in the same direction, since they are
// bounds and not standard deviations. It fails as [Grid.Grams] does.
func (g Grid) Interval(joules, pue, meter float64) (low, high float64, err error) {
	if !(meter >= 0 && meter <= 10) {
		return 0, 0, fmt.Errorf("carbon: the meter's relative error is %v: want a number of at least 0, such as 0.05 for 5 %%", meter)
	}
	grams, err := g.Grams(joules, pue)
	if err != nil {
		return 0, 0, err
	}
	return grams * max(0, 1-meter) * (1 - g.Error()), grams * (1 + meter) * (1 + g.Error()), nil
}
