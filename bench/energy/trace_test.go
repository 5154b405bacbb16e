package energy

import (
	"io/fs"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// 10 W, 30 W and 20 W for a second each.
func TestTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": {start: 100_000, unit: 61035, power: steps(10, 30, 20)}})
		m, err := openRAPL(p)
		require.NoError(t, err)
		began := time.Now()
		trace, err := Follow(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(2950 * time.Millisecond)
		require.NoError(t, trace.Stop())
		at := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
		for _, c := range []struct {
			from, to int
			joules   float64
			why      string
		}{
			{0, 1000, 10, "as sampled"},
			{1000, 2000, 30, ""},
			{0, 2950, 10 + 30 + 19, "to the last reading, which Stop takes"},
			{500, 1500, 5 + 15, "across a change"},
			{1030, 1070, 30 * 0.04, "between two samples, evenly"},
			{700, 700, 0, "no time"},
		} {
			got, ok := trace.Joules(at(c.from), at(c.to))
			require.True(t, ok, c.why)
			require.InDelta(t, c.joules, got, 2e-4, "%d to %d ms: %s", c.from, c.to, c.why)
		}
		for _, outside := range [][2]int{{-1, 500}, {500, 2951}} {
			_, ok := trace.Joules(at(outside[0]), at(outside[1]))
			require.False(t, ok, "what was not seen is not known")
		}

		trace, err = Follow(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(150 * time.Millisecond)
		p.fail(packageCounter, fs.ErrPermission)
		time.Sleep(time.Second)
		require.ErrorIs(t, trace.Stop(), fs.ErrPermission)
		_, err = Follow(t.Context(), m)
		require.ErrorIs(t, err, fs.ErrPermission)
	})
}

// A plug that moves once a second is not asked ten times.
func TestTraceOfASlowMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &hourly{}
		trace, err := Follow(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(150 * time.Minute)
		require.NoError(t, trace.Stop())
		require.Equal(t, 4, m.reads, "at once, after one hour and after two, and at the end")
	})
}

type hourly struct{ scripted }

func (*hourly) Period() time.Duration { return time.Hour }
