package energy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestIntegral(t *testing.T) {
	var i integral
	began := time.Now()
	for _, r := range []struct {
		at   time.Duration
		w    int64
		want Energy
		why  string
	}{
		{0, 10e6, 0, "the first reading opens the count"},
		{time.Second, 10e6, 10 * Joule, "10 W for 1 s"},
		{3 * time.Second, 20e6, 40 * Joule, "a ramp from 10 to 20 W: 15 W for 2 s"},
		{3*time.Second + time.Millisecond, 0, 40*Joule + 10_000, "20 to 0 W: 10 W for 1 ms"},
		{24 * time.Hour, 0, 40*Joule + 10_000, "nothing for a day"},
		{48 * time.Hour, 2e9, 86_400_040*Joule + 10_000, "to 2 kW within another: 1 kW × 86,400 s"},
	} {
		require.Equal(t, r.want, i.add(began.Add(r.at), r.w), r.why)
	}
}
