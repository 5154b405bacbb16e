package energy

import (
	"context"
	"io/fs"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// steps draws power that changes at times: the i-th for the i-th second.
func steps(watts ...float64) func(time.Duration) float64 {
	return func(d time.Duration) float64 {
		sum := 0.0
		for i, w := range watts {
			sum += w * min(max(d.Seconds()-float64(i), 0), 1)
		}
		return sum
	}
}

func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": {start: 100_000, unit: 61035,
			power: steps(9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 50, 50)}})
		m, err := openRAPL(p)
		require.NoError(t, err)
		r, err := Idle(t.Context(), m, 10*time.Second)
		require.NoError(t, err)
		require.InDelta(t, 10, r.Watts, 1e-3)
		// Ten parts that are all 1 W off: √(10/9)/√10 = 1/3 W; the counter's steps are 10 W × 1 ms / 10 s = 1 mW.
		require.InDelta(t, 1./3, r.Error, 1e-3)

		_, err = Idle(t.Context(), m, 19*time.Millisecond)
		require.ErrorContains(t, err, "too short for rapl:package-0, whose counter moves every 1ms (want 20ms or more")
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err = Idle(ctx, m, 10*time.Second)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		p.fail(packageCounter, fs.ErrPermission)
		_, err = Idle(t.Context(), m, 10*time.Second)
		require.ErrorIs(t, err, fs.ErrPermission)
	})
}

func TestNet(t *testing.T) {
	used := Reading{Gross: 1000 * Joule, Duration: 10 * time.Second, Error: 0.05}
	for _, c := range []struct {
		why           string
		before, after Rest
		net, off      float64
		err           string
	}{
		{"1000 J less 20 W for 10 s; 5 % of 800 J", Rest{20, 0}, Rest{20, 0}, 800, 40, ""},
		{"two standard errors of the mean of both: 2 × √(0.3²+0.4²)/2 W for 10 s more", Rest{20, 0.3}, Rest{20, 0.4}, 800, 45, ""},
		{"within it: (24−16)/2 W for 10 s are 40 J", Rest{16, 0}, Rest{24, 0}, 800, 40, ""},
		{"beyond it", Rest{15.9, 0}, Rest{24.1, 0}, 0, 0, "at rest the machine drew 15.90 W before and 24.10 W after, which is ± 41 J of 800 J"},
		{"nothing left", Rest{100, 0}, Rest{100, 0}, 0, 0, "0 J beyond 100.00 W at rest is within ± 0 J"},
		{"less than at rest", Rest{110, 0}, Rest{110, 0}, 0, 0, "-100 J beyond 110.00 W"},
		{"lost in the noise", Rest{95, 5}, Rest{95, 5}, 0, 0, "50 J beyond 95.00 W at rest is within ± 73.2 J"}, // 2.5 + 10·√50
	} {
		net, off, err := used.Net(c.before, c.after)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.why)
			continue
		}
		require.NoError(t, err, c.why)
		require.InDelta(t, c.net, net, 1e-9, c.why)
		require.InDelta(t, c.off, off, 1e-9, c.why)
	}
}
