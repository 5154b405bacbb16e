package bench

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAtRest(t *testing.T) {
	for _, c := range []struct {
		why  string
		args []string
		idle string // of the suite
		took time.Duration
		err  string
	}{
		{"as the suite says", nil, "30s", 30 * time.Second, ""},
		{"not at all", nil, "0s", 0, ""},
		{"not at all, by flag", []string{"-idle=0s"}, "30s", 0, ""},
		{"as long as a slow meter needs", nil, "10s", 20 * time.Second, ""},
		{"who asks for less is told", []string{"-idle=10s"}, "30s", 0, "too short for one watt, whose counter moves every 1s (want 20s or more"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := &run{suite: &Suite{Idle: c.idle}, options: flags(t, c.args...), meter: slow{oneWatt{time.Now()}}}
			began := time.Now()
			rest, err := r.atRest(t.Context())
			require.Equal(t, c.took, time.Since(began), c.why)
			if c.err != "" {
				require.ErrorContains(t, err, c.err, c.why)
				return
			}
			require.NoError(t, err, c.why)
			if c.took == 0 {
				require.Nil(t, rest, c.why)
				return
			}
			require.InDelta(t, 1, rest.Watts, 1e-6, c.why)
			again, err := r.atRest(t.Context())
			require.NoError(t, err)
			require.Same(t, rest, again, "what was measured after one pair is what stands before the next")
			require.Equal(t, c.took, time.Since(began), c.why)
		})
	}
}
