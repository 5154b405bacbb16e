package carbon

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGrams(t *testing.T) {
	g := Grid{Intensity: 40.48}
	check := func(why string, joules, pue, want float64, fails string) {
		t.Helper()
		got, err := g.Grams(joules, pue)
		if fails != "" {
			require.ErrorContains(t, err, fails, why)
			require.Zero(t, got, why)
			return
		}
		require.NoError(t, err, why)
		require.InDelta(t, want, got, 1e-12, why)
	}
	check("one kWh is 3.6 MJ", 3.6e6, 1, 40.48, "")
	check("half of it in a data centre of PUE 1.5: 40.48 × 0.5 × 1.5", 1.8e6, 1.5, 30.36, "")
	check("no joules, no grams", 0, 1, 0, "")
	check("a facility cannot use less than its machine", 1, 0.99, 0, "PUE is 0.99")
	check("a forgotten PUE is not 1", 1, 0, 0, "PUE is 0")
	check("not a number", 1, math.NaN(), 0, "PUE is NaN")
	check("infinite", 1, math.Inf(1), 0, "PUE is +Inf")
	check("negative energy", -1, 1, 0, "-1 joules have no grams")
	check("no energy at all", math.NaN(), 1, 0, "NaN joules")
	check("infinite energy", math.Inf(1), 1, 0, "+Inf joules")
	check("finite energy, infinite grams", math.MaxFloat64, 1e9, 0, "more grams than a number holds")
}

func TestString(t *testing.T) {
	fra, err := Lookup("FRA")
	require.NoError(t, err)
	require.Equal(t, "FRA 2024 40.48 gCO2e/kWh (Ember via OWID)", fra.String())
	mine, err := Lookup("my site=123")
	require.NoError(t, err)
	require.Equal(t, "my site 123 gCO2e/kWh (given by user)", mine.String())
}

func TestCaveat(t *testing.T) {
	check := func(spec, want string) {
		t.Helper()
		g, err := Lookup(spec)
		require.NoError(t, err)
		if want == "" {
			require.Empty(t, g.Caveat())
			return
		}
		require.Contains(t, g.Caveat(), want)
	}
	check(World, "which no socket delivers")
	check("FRA", "")
	check("my site=1", "")
	check("WORLD=1", "") // a figure of the user's own
	live := Grid{Code: "FR", Time: time.Unix(1e9, 0)}
	require.Contains(t, live.Caveat(), "of this hour")
	require.NotContains(t, live.Caveat(), "CO2 of generation")
	live.CO2Only = true
	require.Contains(t, live.Caveat(), "CO2 of generation alone")
}
