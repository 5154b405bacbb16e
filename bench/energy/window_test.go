package energy

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Over a day of a known curve the window sees its integral: 125 W × 86400 s
// = 10.8 MJ for the package and 5 W × 86400 s = 0.432 MJ for the DRAM. AMD's
// range is 65.5 kJ, so the package wraps 10.8e6 / 65.5e3 = 164.8 times, and
// the DRAM 6.6 times; Intel's is 262 kJ, in six hours (a quarter of it all)
// that is 10.3 and 0.4 times. One wrap lies between the last poll and the
// end. Each wrap and each end loses at most one unit.
func TestLongWindow(t *testing.T) {
	for _, tt := range []struct {
		name  string
		unit  int64
		days  float64
		wraps float64 // of package and DRAM together, each rounded up
	}{
		{"amd", 15258, 1, 165 + 7},
		{"intel", 61035, 0.25, 11 + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				length := time.Duration(tt.days*24)*time.Hour + 300*time.Millisecond
				// The package wraps 100 ms before the end.
				total := int64(square(length-100*time.Millisecond)*1e9) / tt.unit
				p := newPlant(t, map[string]*counter{
					"intel-rapl:0 package-0": {start: wrapUnits - total%wrapUnits, unit: tt.unit, power: square},
					"intel-rapl:0:0 dram":    {start: 77, unit: tt.unit, power: watts(5)},
				})
				m, err := openRAPL(p)
				require.NoError(t, err)
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				time.Sleep(length)
				r, err := w.Stop()
				require.NoError(t, err)
				require.Equal(t, length, r.Duration)
				require.InDelta(t, 0.05, r.Error, 1e-6, "a millisecond's period does not show")
				// 300 ms more at 200 W and 5 W.
				want := tt.days*(10.8e12+0.432e12) + 0.3*(200+5)*1e6
				require.InDelta(t, want, float64(r.Gross), (tt.wraps+4)*float64(tt.unit)/1000)
			})
		})
	}
}

// Each fault strikes in the middle of a window, some only between polls. Each
// gives its own error and no number, and the goroutine is gone (synctest
// fails a test that leaves one).
func TestWindowFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		why   string
		fault func(*plant)
		want  string
		is    error
	}{
		{name: "permission denied", why: "the file was closed again",
			fault: func(p *plant) { p.fail(packageCounter, fs.ErrPermission) },
			want:  "rapl: zone intel-rapl:0 package-0: class/powercap/intel-rapl:0/energy_uj: permission denied (Linux 5.10 closed it to users because secrets can be read from power, CVE-2020-8694; until the next boot, sudo chmod a+r /sys/class/powercap/intel-rapl*/energy_uj",
			is:    fs.ErrPermission},
		{name: "vanished", why: "a module was unloaded or a socket taken away",
			fault: func(p *plant) { p.fail(packageCounter, fs.ErrNotExist) },
			want:  "energy_uj: file does not exist (the zone has vanished", is: fs.ErrNotExist},
		{name: "no data", why: "the kernel answers ENODATA when the register can't be read",
			fault: func(p *plant) { p.fail(packageCounter, errors.New("no data available")) },
			want:  "energy_uj: no data available (run again, or with -meter estimate)"},
		{name: "short read", why: "lost digits would be a smaller number",
			fault: func(p *plant) { p.say(packageCounter, "1234") },
			want:  `energy_uj: short read: "1234" has no newline`},
		{name: "empty", why: "an empty file is not zero",
			fault: func(p *plant) { p.say(packageCounter, "") },
			want:  "energy_uj: short read"},
		{name: "garbage", why: "not a number is not zero",
			fault: func(p *plant) { p.say(packageCounter, "N/A\n") },
			want:  `energy_uj: "N/A" is not a number of microjoules`},
		{name: "above its range", why: "the range given is not the counter's",
			fault: func(p *plant) { p.say(packageCounter, "262143328851\n") },
			want:  "energy_uj: 262143328851 is above the counter's range 262143328850"},
		{name: "reset", why: "a suspend or a hypervisor sets it to 0, which looks like a wrap",
			fault: func(p *plant) { p.say(packageCounter, "1\n") },
			want:  "more than 2000 W: the counter was reset or stepped back"},
		{name: "no longer counts", why: "a second without energy is not possible",
			fault: func(p *plant) { p.say(packageCounter, "6103500\n") },
			want:  "energy_uj: has stood at 6103500 µJ for 2s: it does not count"},
	} {
		require.NotEmpty(t, tt.why, tt.name)
		for when, length := range map[string]time.Duration{"polled": 10 * time.Second, "at the end": 900 * time.Millisecond} {
			if tt.name == "no longer counts" && when == "at the end" {
				continue // too short to tell from a slow counter
			}
			t.Run(tt.name+" "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": {start: 100_000, unit: 61035, power: watts(10)}})
					m, err := openRAPL(p)
					require.NoError(t, err)
					w, err := Start(t.Context(), m)
					require.NoError(t, err)
					tt.fault(p)
					time.Sleep(length)
					r, err := w.Stop()
					require.ErrorContains(t, err, tt.want)
					if tt.is != nil {
						require.ErrorIs(t, err, tt.is)
					}
					require.Zero(t, r, "no number beside an error")
					again, err2 := w.Stop()
					require.Zero(t, again)
					require.Equal(t, err, err2)
				})
			})
		}
	}
}

// A fault that is over before the end still spoils the window: a wrap may
// have been missed meanwhile.
func TestWindowRemembersAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": {start: 100_000, unit: 61035, power: watts(10)}})
		m, err := openRAPL(p)
		require.NoError(t, err)
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		p.fail(packageCounter, fs.ErrPermission)
		time.Sleep(1500 * time.Millisecond)
		p.fail(packageCounter, nil)
		time.Sleep(10 * time.Second)
		_, err = w.Stop()
		require.ErrorIs(t, err, fs.ErrPermission)

		w, err = Start(t.Context(), m)
		require.NoError(t, err, "the next window is good again")
		time.Sleep(2 * time.Second)
		r, err := w.Stop()
		require.NoError(t, err)
		require.InDelta(t, 20e6, float64(r.Gross), 130)
	})
}

// What lies in pauses is left out of energy and time: 300 W for 2 s between parts at 10 W.
func TestWindowPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		power := func(d time.Duration) float64 {
			in := min(max(d.Seconds()-10, 0), 2)
			return 10*(d.Seconds()-in) + 300*in
		}
		p := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": {start: 100_000, unit: 61035, power: power}})
		m, err := openRAPL(p)
		require.NoError(t, err)
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		require.NoError(t, w.Pause())
		time.Sleep(2 * time.Second)
		require.NoError(t, w.Resume())
		time.Sleep(5 * time.Second)
		require.NoError(t, w.Pause())
		time.Sleep(time.Minute)
		r, err := w.Stop()
		require.NoError(t, err)
		require.Equal(t, 15*time.Second, r.Duration)
		require.InDelta(t, 150e6, float64(r.Gross), 250, "four readings of at most 61 µJ each")

		w, err = Start(t.Context(), m)
		require.NoError(t, err)
		p.fail(packageCounter, fs.ErrPermission)
		require.ErrorIs(t, w.Pause(), fs.ErrPermission)
		require.ErrorIs(t, w.Resume(), fs.ErrPermission)
		_, err = w.Stop()
		require.ErrorIs(t, err, fs.ErrPermission, "an edge that was not read is no edge")
	})
}

func TestWindowContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{}
		ctx, cancel := context.WithCancel(t.Context())
		w, err := Start(ctx, m)
		require.NoError(t, err)
		time.Sleep(2500 * time.Millisecond)
		cancel()
		synctest.Wait()
		reads := m.reads
		require.Equal(t, 3, reads, "at the start, after one second and after two")
		time.Sleep(time.Minute)
		require.Equal(t, reads, m.reads, "nobody polls after a cancel")
		r, err := w.Stop()
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, r)

		_, err = Start(ctx, m)
		require.ErrorIs(t, err, context.Canceled)
	})
}

// A machine that stood still may have missed a wrap.
func TestWindowGap(t *testing.T) {
	for name, stuck := range map[string]time.Duration{"29 s pass": 29 * time.Second, "31 s do not": 31 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &scripted{read: func(n int) {
					if n == 3 {
						time.Sleep(stuck)
					}
				}}
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				time.Sleep(2*time.Second + stuck + 500*time.Millisecond)
				_, err = w.Stop()
				if stuck < maxGap {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, "meter scripted was not read for 3")
				}
			})
		})
	}
}

// Both ends of a window are off by up to a period: 10 % more over ten of them.
func TestShortWindow(t *testing.T) {
	for _, tt := range []struct {
		why   string
		d     time.Duration
		parts int // of d each
		want  float64
	}{
		{"200 periods: 5 % + 0.5 %", 1000 * time.Second, 1, 0.055},
		{"20 periods: 5 % + 5 %", 100 * time.Second, 1, 0.10},
		{"2 periods: 5 % + 50 %", 10 * time.Second, 1, 0.55},
		{"one period: 5 % + 100 %", 5 * time.Second, 1, 1.05},
		{"less is refused", 4999 * time.Millisecond, 1, 0},
		{"4 parts of 25 s: 5 % + 5 % × √4", 25 * time.Second, 4, 0.15},
		{"4 parts of 2 s make a period and more: 5 % + 5/8 × √4", 2 * time.Second, 4, 1.3},
	} {
		t.Run(tt.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, err := Start(t.Context(), &scripted{period: 5 * time.Second, err: 0.05})
				require.NoError(t, err)
				for i := range tt.parts {
					if i > 0 {
						require.NoError(t, w.Pause())
						time.Sleep(7 * time.Second)
						require.NoError(t, w.Resume())
					}
					time.Sleep(tt.d)
				}
				r, err := w.Stop()
				if tt.want == 0 {
					require.ErrorContains(t, err, "window of 4.999s has no reading: meter scripted moves only every 5s or so: a shorter window is chance")
					require.Zero(t, r)
					return
				}
				require.NoError(t, err)
				require.InDelta(t, tt.want, r.Error, 1e-12)
				require.InDelta(t, float64(tt.parts)*tt.d.Seconds(), r.Gross.Joules(), 1e-9)
			})
		})
	}
}

// What a window of 1 W has seen so far: a joule a second up to the latest reading, and nothing of pauses.
func TestWindowSoFar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{}
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		check := func(want float64, seen bool, why string) {
			t.Helper()
			synctest.Wait()
			e, ok := w.SoFar()
			require.Equal(t, seen, ok, why)
			require.InDelta(t, want, e.Joules(), 1e-9, why)
		}
		check(0, false, "the first reading says nothing yet")
		time.Sleep(2500 * time.Millisecond)
		check(2, true, "polled after 2 s")
		require.NoError(t, w.Pause())
		check(2.5, true, "a pause is a reading as well")
		time.Sleep(3 * time.Second)
		check(2.5, true, "polls go on in a pause, and do not count")
		require.NoError(t, w.Resume())
		w.saw(Energy(5.2e6))
		check(2.5, true, "a poll from before it that came late")
		time.Sleep(2200 * time.Millisecond)
		check(2.5+1.5, true, "resumed at 5.5 s, polled at 7 s")
		require.Equal(t, 1+7+2, m.reads, "the start, polls and ends of the pause: nothing more is read")
		r, err := w.Stop()
		require.NoError(t, err)
		require.InDelta(t, 2.5+2.2, r.Gross.Joules(), 1e-9)
	})
}

// A meter that as a whole stands still, whatever it is.
func TestWindowStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := Start(t.Context(), &scripted{still: true})
		require.NoError(t, err)
		time.Sleep(1100 * time.Millisecond)
		_, err = w.Stop()
		require.ErrorContains(t, err, "meter scripted counted 0 µJ in 1.1s and stands at 0: it does not count")
	})
}

// The lid is closed for a time that the monotonic clock does not see. Only
// what happens between Start and Stop counts.
func TestWindowSuspend(t *testing.T) {
	for _, tt := range []struct {
		why  string
		at   time.Duration
		long time.Duration
		want string
	}{
		{"not at all", 0, 0, ""},
		{"two clocks drift", time.Second, 150 * time.Millisecond, ""},
		{"an hour, seen by the next poll", 1500 * time.Millisecond, time.Hour, "the machine was suspended for 1h0m0s"},
		{"seconds, after the last poll", 9500 * time.Millisecond, 3 * time.Second, "the machine was suspended for 3s"},
		{"a wall clock set back is none", time.Second, -time.Hour, ""},
	} {
		t.Run(tt.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				asleep := func() time.Duration {
					s := 42 * time.Hour // before
					if time.Since(began) > tt.at {
						s += tt.long
					}
					return s
				}
				w, err := start(t.Context(), &scripted{}, asleep)
				require.NoError(t, err)
				time.Sleep(9700 * time.Millisecond)
				r, err := w.Stop()
				if tt.want == "" {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, tt.want)
				require.Zero(t, r)
			})
		})
	}
}

// The clocks of this machine: nothing is suspended between two readings.
func TestSuspended(t *testing.T) {
	before := suspended()
	require.InDelta(t, float64(before), float64(suspended()), float64(maxSlept))
}

// scripted is a meter of 1 W whose readings a test can hold up.
type scripted struct {
	mu     sync.Mutex
	began  time.Time
	reads  int
	read   func(n int)
	period time.Duration
	err    float64
	still  bool
}

func (m *scripted) Name() string          { return "scripted" }
func (m *scripted) Error() float64        { return m.err }
func (m *scripted) Period() time.Duration { return m.period }
func (m *scripted) Read(ctx context.Context) (Energy, error) {
	m.mu.Lock()
	if m.began.IsZero() {
		m.began = time.Now()
	}
	m.reads++
	n := m.reads
	m.mu.Unlock()
	if m.read != nil {
		m.read(n)
	}
	if m.still {
		return 0, nil
	}
	return Energy(time.Since(m.began).Microseconds()), ctx.Err()
}

// BenchmarkWindow is all that a window costs beside its polls: two readings
// and a goroutine.
func BenchmarkWindow(b *testing.B) {
	m, err := openRAPL(onDisk(b))
	if err != nil {
		b.Skip(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		w, err := Start(b.Context(), unhurried{m})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.Stop(); err != nil {
			b.Fatal(err)
		}
	}
}

// unhurried is a meter that a window of no length can be had of.
type unhurried struct{ Meter }

func (unhurried) Period() time.Duration { return 0 }
