package carbon

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestInterval(t *testing.T) {
	check := func(why string, g Grid, joules, pue, meter, low, high float64) {
		t.Helper()
		g.Intensity = 100
		gotLow, gotHigh, err := g.Interval(joules, pue, meter)
		require.NoError(t, err, why)
		require.InDelta(t, low, gotLow, 1e-9, why)
		require.InDelta(t, high, gotHigh, 1e-9, why)
	}
	annual, live := Grid{Year: 2024}, Grid{Time: time.Unix(1e9, 0)}
	// One kWh is 100 g.
	check("both at their worst: 100 × 0.9 × 0.65, 100 × 1.1 × 1.35", annual, 3.6e6, 1, 0.1, 58.5, 148.5)
	check("a live grid is narrower: 100 × 0.9 × 0.85, 100 × 1.1 × 1.15", live, 3.6e6, 1, 0.1, 76.5, 126.5)
	check("the user's figure is taken as said", Grid{}, 3.6e6, 1, 0.1, 90, 110)
	check("half a kWh, and half as much again for cooling", Grid{}, 1.8e6, 1.5, 0, 75, 75)
	check("a meter that may be wrong by more than all of it: never below nothing", Grid{}, 3.6e6, 1, 1.5, 0, 250)
	check("no joules", annual, 0, 1, 0.5, 0, 0)

	for _, meter := range []float64{-0.1, math.NaN(), math.Inf(1)} {
		_, _, err := annual.Interval(1, 1, meter)
		require.ErrorContains(t, err, "the meter's relative error is")
	}
	_, _, err := annual.Interval(1, 0.5, 0.1)
	require.ErrorContains(t, err, "PUE is 0.5")
	_, _, err = annual.Interval(-1, 1, 0.1)
	require.ErrorContains(t, err, "-1 joules have no grams")
}
