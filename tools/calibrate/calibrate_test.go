package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/energy"
)

// A plant is a machine on the clock of a synctest bubble that draws what the
// test says, and the meter at its plug.
type plant struct {
	threads int
	others  float64                      // busy share of other work
	power   func(level, float64) float64 // watts of a level and the busy share of all

	mu     sync.Mutex
	at     time.Time
	level  level
	busy   time.Duration
	joules float64
	fault  error
}

// now brings the counters up to date. The lock must be held.
func (p *plant) now() {
	d := time.Since(p.at)
	p.at = time.Now()
	u := min(1, p.others+p.level.duty*float64(p.level.threads)/float64(p.threads))
	p.busy += time.Duration(u * float64(p.threads) * float64(d))
	p.joules += p.power(p.level, u) * d.Seconds()
}

func (p *plant) load(ctx context.Context, l level) {
	p.set(l)
	<-ctx.Done()
	p.set(level{})
}

func (p *plant) set(l level) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now()
	p.level = l
}

func (p *plant) machine() machine {
	p.at = time.Now()
	return machine{"a CPU", p.threads, func(context.Context) (time.Duration, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.now()
		return p.busy, nil
	}, p.load}
}

func (p *plant) Name() string          { return "plug:test" }
func (p *plant) Error() float64        { return 0.02 }
func (p *plant) Period() time.Duration { return 100 * time.Millisecond }
func (p *plant) Read(context.Context) (energy.Energy, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now()
	return energy.Energy(math.Round(p.joules * 1e6)), p.fault
}

func curve(idle, span, exponent float64) func(level, float64) float64 {
	return func(_ level, u float64) float64 { return idle + span*math.Pow(u, exponent) }
}

// The curve of a machine of known watts is found, other work or not.
func TestCalibrate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		plant  *plant
		levels int
	}{
		{"one thread", &plant{threads: 1, power: curve(5, 10, 1.5)}, 5},
		{"two threads", &plant{threads: 2, power: curve(9, 21, 0.6)}, 6},
		{"a big server", &plant{threads: 96, power: curve(130, 420, 1)}, 13}, // 1 2 4 8 16 32 64 95, and five shares
		{"other work", &plant{threads: 8, power: curve(20, 60, 0.5), others: 0.05}, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := tt.plant
				var progress bytes.Buffer
				began := time.Now()
				c, err := calibrate(t.Context(), p.machine(), p, 20*time.Second, &progress)
				require.NoError(t, err)
				require.Equal(t, time.Duration(tt.levels)*22*time.Second, time.Since(began))
				require.Len(t, c.Points, tt.levels)
				require.Equal(t, tt.levels+1, bytes.Count(progress.Bytes(), []byte("\n")))
				for _, u := range []float64{0.05, 0.3, 0.6, 1} {
					require.InEpsilon(t, p.power(level{}, u), c.Watts(u), 1e-3, "%v", u)
				}
				require.Less(t, c.Error90, 1e-3)
				require.Equal(t, 0.02, c.MeterError)
				require.Equal(t, "2000-01-01", c.Date, "of synctest's clock")
				require.Zero(t, p.level, "the machine is left alone")
			})
		})
	}
}

// Whole threads draw more than the same time spread over all: one curve cannot
// be both, and says so. At a half of eight threads it is 60 against 40 W. A
// curve that says w is off by 60/w − 1 and 1 − 40/w there, by 20 % at least for
// one of them, whatever w is. Nine in ten of nine levels, rounded up, are all.
func TestCalibrateStatesItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &plant{threads: 8, power: func(l level, u float64) float64 {
			if l.duty == 1 {
				return 20 + 60*math.Pow(u, 0.585) // 2^−0.585 = 2/3
			}
			return 20 + 60*math.Pow(u, 1.585) // and 1/3
		}}
		c, err := calibrate(t.Context(), p.machine(), p, 10*time.Second, io.Discard)
		require.NoError(t, err)
		require.GreaterOrEqual(t, c.Error90, 0.2)
		require.Less(t, c.Error90, 1.0)
	})
}

func TestCalibrateFaults(t *testing.T) {
	boom := errors.New("boom")
	for _, tt := range []struct {
		name, why, want string
		plant           *plant
		duration        time.Duration
		after           func(*plant, context.CancelFunc)
	}{
		{"too short", "20 movements of 100 ms", "-duration 1.999s: want 2s or more, since meter plug:test moves every 100ms",
			&plant{threads: 2, power: curve(9, 21, 1)}, 1999 * time.Millisecond, nil},
		{"interrupted", "ctrl-C in the third level", "interrupted: nothing was written",
			&plant{threads: 2, power: curve(9, 21, 1)}, 20 * time.Second, func(_ *plant, cancel context.CancelFunc) { cancel() }},
		{"the meter fails", "in the third level", "at 50 % of all threads: energy: window of",
			&plant{threads: 2, power: curve(9, 21, 1)}, 20 * time.Second, func(p *plant, _ context.CancelFunc) { p.fault = boom }},
		{"another machine's meter", "its watts know nothing of the load", "the watts do not rise with the load",
			&plant{threads: 2, power: curve(50, 0, 1)}, 20 * time.Second, nil},
		{"a busy machine", "others take 90 %", "loads from 90 to 100 %, want a half",
			&plant{threads: 2, power: curve(9, 21, 1), others: 0.9}, 20 * time.Second, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NotEmpty(t, tt.why)
			synctest.Test(t, func(t *testing.T) {
				p := tt.plant
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				m := p.machine()
				if tt.after != nil {
					time.AfterFunc(50*time.Second, func() {
						p.mu.Lock()
						defer p.mu.Unlock()
						tt.after(p, cancel)
					})
				}
				c, err := calibrate(ctx, m, p, tt.duration, io.Discard)
				require.ErrorContains(t, err, tt.want)
				require.Nil(t, c)
				synctest.Wait()
				require.Zero(t, p.level, "the machine is left alone")
			})
		})
	}
}

func TestSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &plant{threads: 2, power: curve(9, 21, 1)}
		c, err := calibrate(t.Context(), p.machine(), p, 20*time.Second, io.Discard)
		require.NoError(t, err)
		dir := t.TempDir()
		file := filepath.Join(dir, "new", "calibration.json")
		var out bytes.Buffer
		require.NoError(t, save(c, file, &out))
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		got, err := energy.ParseCalibration(b)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(c, got, cmpopts.IgnoreUnexported(energy.Calibration{})))
		require.Equal(t, `a CPU, 2 threads, by plug:test (±2 %) on 2000-01-01

                level     busy  measured    curve     off
                 idle    0.0 %    9.00 W   9.00 W  +0.0 %
  25 % of all threads   25.0 %   14.25 W  14.25 W  +0.0 %
  50 % of all threads   50.0 %   19.50 W  19.50 W  +0.0 %
  75 % of all threads   75.0 %   24.75 W  24.75 W  +0.0 %
             1 thread   50.0 %   19.50 W  19.50 W  +0.0 %
            2 threads  100.0 %   30.00 W  30.00 W  +0.0 %

watts = 9 + 21 × load^1
off by 0.0 % in the mean and 0.0 % in nine of ten levels, those in between left out of their curve
wrote `+file+"\n", out.String())

		require.Error(t, save(c, dir, io.Discard), "a folder stands there")
		_, err = os.Stat(dir + ".part")
		require.ErrorIs(t, err, os.ErrNotExist, "no half of a file is left")
		require.ErrorContains(t, save(&energy.Calibration{}, file, io.Discard), "no calibration")
	})
}

func TestArguments(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.json")
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"the estimate measures nothing", []string{"-meter", "estimate", "-o", file}},
		{`unknown meter "watts"`, []string{"-meter", "watts", "-o", file}},
		{`what is "rapl"?`, []string{"rapl"}},
		{"invalid value", []string{"-duration", "long"}},
	} {
		require.ErrorContains(t, run(t.Context(), tt.args, io.Discard, io.Discard), tt.want)
	}
	require.NoFileExists(t, file)
}

// The load itself: it works until it is told to stop, by shares and whole.
func TestSpin(t *testing.T) {
	for _, l := range []level{{1, 0}, {2, 0.1}, {1, 1}} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		before, err := energy.BusyTime(ctx)
		require.NoError(t, err)
		go func() {
			defer close(done)
			spin(ctx, l)
		}()
		for now := before; l.duty > 0 && now == before; time.Sleep(time.Millisecond) {
			now, err = energy.BusyTime(ctx)
			require.NoError(t, err)
		}
		cancel()
		<-done
	}
	w := newWork()
	w.do()
	require.NotZero(t, w.sum)
}

func TestLevels(t *testing.T) {
	whole := func(n int) (out []int) {
		for _, l := range levels(n) {
			if l.duty == 1 {
				out = append(out, l.threads)
			}
		}
		return out
	}
	require.Equal(t, []int{1}, whole(1))
	require.Equal(t, []int{1, 2}, whole(2))
	require.Equal(t, []int{1, 2, 3}, whole(3), "three of three are all")
	require.Equal(t, []int{1, 2, 4, 7, 8}, whole(8), "all but one is what the harness gives the model")
	require.Equal(t, []int{1, 2, 4, 8, 9}, whole(9))
}

func BenchmarkWork(b *testing.B) {
	w := newWork()
	for b.Loop() {
		w.do()
	}
}
