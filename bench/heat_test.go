package bench

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// warming is a machine that tells its temperature, a degree more each time, and no clock.
type warming struct {
	samples int
	err     error // of the third sample
}

func (w *warming) Sample() error {
	w.samples++
	if w.samples == 3 {
		return w.err
	}
	return nil
}

func (w *warming) Clock() (float64, bool)       { return 0, false }
func (w *warming) Temperature() (float64, bool) { return 40 + float64(w.samples), true }

func TestWatchHeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watchHeat(&warming{})
		time.Sleep(3500 * time.Millisecond)
		got, err := w.stop()
		require.NoError(t, err)
		// At 0, 1, 2, 3 and 3.5 seconds.
		require.Equal(t, map[string]float64{"temperature-C": 45}, got, "a clock that is not told is not 0")

		failure := errors.New("no such sensor")
		machine := &warming{err: failure}
		w = watchHeat(machine)
		time.Sleep(time.Minute)
		got, err = w.stop()
		require.ErrorIs(t, err, failure, "the mean of the first two is not that of the passes")
		require.ErrorContains(t, err, "bench: reading clock and temperature")
		require.Nil(t, got)
		require.Equal(t, 3, machine.samples, "it gave up")
	})
}
