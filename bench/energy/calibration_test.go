package energy

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

// curve makes the calibration of a machine that follows its curve exactly.
func curve(t testing.TB, idle, span, exponent float64) *Calibration {
	c := &Calibration{Version: 1, CPU: "AMD EPYC", Threads: 2, Meter: "shelly:plug", MeterError: 0.02, Date: "2026-11-28"}
	for _, load := range []float64{0.01, 0.25, 0.5, 0.75, 1} {
		c.Points = append(c.Points, Point{fmt.Sprintf("%.0f %%", 100*load), load, idle + span*math.Pow(load, exponent)})
	}
	require.NoError(t, c.Fit())
	return c
}

// What follows a curve is found again, whichever way it bends.
func TestFit(t *testing.T) {
	for _, exponent := range []float64{0.2, 0.5, 1, 1.85, 3} {
		c := curve(t, 12, 48, exponent)
		require.InDelta(t, 12, c.Idle, 1e-6)
		require.InDelta(t, 48, c.Span, 1e-6)
		require.Equal(t, exponent, c.Exponent)
		require.Less(t, c.Error90, 1e-9)
		require.LessOrEqual(t, c.MeanError, c.Error90)
		require.InDelta(t, 60, c.Watts(1), 1e-6)
		require.Equal(t, c.Watts(1), c.Watts(1.5), "a tick too many is no more load than all")
		require.Equal(t, c.Watts(0), c.Watts(-0.1))
	}
}

// The line through these meets no load at −5 W, which nothing draws.
func TestFitNegativeIdle(t *testing.T) {
	c := Calibration{}
	for _, load := range []float64{0.1, 0.3, 0.5, 0.7, 1} {
		c.Points = append(c.Points, Point{"a level", load, -5 + 60*load})
	}
	require.NoError(t, c.Fit())
	require.GreaterOrEqual(t, c.Watts(0), 0.0)
}

// One point of five is off by a tenth. Held against the curve through the other
// four, which it does not touch, 66 W are 10 % more than 60 W. Its neighbour, a
// quarter of the way up, is held against a curve that it bends, and may be off by
// a little more. Nine in ten of five, rounded up, are all five.
func TestFitError(t *testing.T) {
	c := curve(t, 20, 80, 1)
	c.Points[2].Watts *= 1.1
	require.NoError(t, c.Fit())
	require.GreaterOrEqual(t, c.Error90, 0.1-1e-6)
	require.Less(t, c.Error90, 0.15)
	require.Greater(t, c.MeanError, 0.02)
	require.Less(t, c.MeanError, 0.1)
	again := *c
	require.NoError(t, again.Fit())
	require.Equal(t, c.MeanError, again.MeanError, "the sum begins anew")
}

// Watts that fall with the load, or stay, are none of this machine's; a
// fit must not bend them up.
func TestFitErrors(t *testing.T) {
	point := func(load, watts float64) Point { return Point{"a level", load, watts} }
	for _, tt := range []struct {
		why, want string
		points    []Point
	}{
		{"three coefficients through four points leave no error to see", "4 points, want 5 or more", make([]Point, 4)},
		{"another job held the machine at 60 % or more", "loads from 60 to 100 %, want a half",
			[]Point{point(0.6, 50), point(0.7, 60), point(0.8, 70), point(0.9, 80), point(1, 90)}},
		{"the plug of the machine beside it", "the watts do not rise with the load",
			[]Point{point(0, 50), point(0.25, 50), point(0.5, 50), point(0.75, 50), point(1, 50)}},
		{"the same, cooling down", "the watts do not rise with the load",
			[]Point{point(0, 50), point(0.25, 49), point(0.5, 48), point(0.75, 47), point(1, 46)}},
	} {
		c := Calibration{Points: tt.points}
		require.ErrorContains(t, c.Fit(), tt.want, tt.why)
	}
}

func TestCalibrationRoundTrip(t *testing.T) {
	c := curve(t, 12.345678901234, 48, 0.35)
	b, err := c.Encode()
	require.NoError(t, err)
	got, err := ParseCalibration(b)
	require.NoError(t, err)
	require.Len(t, got.hash, 8)
	require.Empty(t, cmp.Diff(c, got, cmpopts.IgnoreUnexported(Calibration{})))
}

func TestParseCalibrationErrors(t *testing.T) {
	b, err := curve(t, 12, 48, 0.5).Encode()
	require.NoError(t, err)
	good := string(b)
	for _, tt := range []struct{ why, old, new, want string }{
		{"empty", good, "", "not a calibration: EOF"},
		{"cut short by a full disk", good[len(good)/2:], "", "not a calibration: unexpected EOF"},
		{"another file", good, "[1]\n", "not a calibration"},
		{"of a version to come", `"joulebench-calibration": 1`, `"joulebench-calibration": 2`, "joulebench-calibration is 2, want 1 to 1"},
		{"a field of a version to come", `"threads"`, `"sockets": 1, "threads"`, `unknown field "sockets"`},
		{"no threads", `"threads": 2`, `"threads": 0`, "threads is 0, want 1 to 100000"},
		{"no CPU", `"AMD EPYC"`, `""`, "cpu or meter is missing"},
		{"not a date", "2026-11-28", "yesterday", "parsing time"},
		{"power that falls", `"span-watts": `, `"span-watts": -`, "span-watts is -48"},
		{"a number that JSON has not", `"exponent": 0.5`, `"exponent": NaN`, "not a calibration"},
		{"an exponent that was not tried", `"exponent": 0.5`, `"exponent": 99`, "exponent is 99, want 0.2 to 3"},
		{"a load above all", `"load": 1,`, `"load": 1.5,`, "a load is 1.5, want 0 to 1"},
		{"a field missing whose zero is possible", "\t\"meter-error\": 0.02,\n", "", "it was changed after it had been written"},
		{"a coefficient edited by hand", `"exponent": 0.5`, `"exponent": 0.50`, "it was changed after it had been written"},
		{"more behind it", good, good + "{}\n", "it was changed after it had been written"},
	} {
		require.Contains(t, good, tt.old, tt.why)
		c, err := ParseCalibration([]byte(strings.Replace(good, tt.old, tt.new, 1)))
		require.ErrorContains(t, err, tt.want, tt.why)
		require.Nil(t, c, tt.why)
	}
	_, err = (&Calibration{}).Encode()
	require.ErrorContains(t, err, "energy: calibration: joulebench-calibration is 0")
}

func FuzzParseCalibration(f *testing.F) {
	b, err := curve(f, 12, 48, 0.5).Encode()
	require.NoError(f, err)
	f.Add(b)
	f.Add(bytes.Replace(b, []byte("0.5"), []byte("1e308"), 1))
	f.Add([]byte(`{"joulebench-calibration": 1, "points": null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCalibration(b)
		if err != nil {
			return
		}
		if again, err := c.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("ParseCalibration(%q) encodes as %q, %v", b, again, err)
		}
		if lo, hi := c.Watts(0), c.Watts(1); !(lo >= 0 && hi > lo) || math.IsInf(hi, 0) {
			t.Errorf("ParseCalibration(%q): %v to %v W", b, lo, hi)
		}
	})
}

// save writes a calibration where a test can name it.
func save(t testing.TB, c *Calibration) string {
	b, err := c.Encode()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "calibration.json")
	require.NoError(t, os.WriteFile(file, b, 0o666))
	return file
}

// A machine that draws 20 W and 60 W·√load: a minute idle, a minute with one of
// two threads busy, one with both. 60 s × (20 + 62.43 + 80) W = 9745.6 J, where
// the line of its ends would give 60 × (20 + 50 + 80) J. One poll of each
// minute straddles its end, and sees half of the step: less than 30 J.
func TestCalibrated(t *testing.T) {
	file := save(t, curve(t, 20, 60, 0.5))
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		busy := func() (int64, error) {
			s := time.Since(began).Seconds()
			return 5e9 + int64(1e6*(max(0, min(s-60, 60))+2*max(0, s-120))), nil
		}
		m, reason, err := open(Options{Name: "estimate", Calibration: file}, fakeMachine{milan, busy})
		require.NoError(t, err)
		require.Regexp(t, "^estimate:calibrated@[0-9a-f]{8}$", m.Name())
		require.InDelta(t, 0.02, m.Error(), 1e-9, "the fit has none, the plug 2 %")
		require.Contains(t, reason, "by the curve of "+file+" that shelly:plug measured on 2026-11-28, 20.0 W idle to 80.0 W busy, true to ±2 %")
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(3 * time.Minute)
		r, err := w.Stop()
		require.NoError(t, err)
		require.InDelta(t, 60*(20+20+60*math.Sqrt(0.5)+80), r.Gross.Joules(), 30)
		require.InDelta(t, m.Error()+0.01/180, r.Error, 1e-9, "and a tick of three minutes")
	})
}

// By a curve that rises late, all of the power is in the busy half of a second;
// what was told then cannot be taken back when the other half was idle.
func TestCalibratedNeverFalls(t *testing.T) {
	file := save(t, curve(t, 1, 99, 3))
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		busy := func() (int64, error) { return 1 + 2*min(time.Since(began).Microseconds(), 500_000), nil }
		m, err := openEstimate(fakeMachine{milan, busy}, file)
		require.NoError(t, err)
		var last Energy
		for range 30 {
			time.Sleep(100 * time.Millisecond)
			e, err := m.Read(t.Context())
			require.NoError(t, err)
			require.GreaterOrEqual(t, e, last)
			last = e
		}
		// After half a second 50 J were told. The first second ends with its
		// mean load of 0.5: 1 + 99/8 = 13.4 J, then 1 J each; less than 50.
		require.Equal(t, 50*Joule, last)
		time.Sleep(time.Minute)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.InDelta(t, 13.375+2+60, e.Joules(), 1e-3)
	})
}

func TestCalibrationFaults(t *testing.T) {
	pc := fakeMachine{milan, func() (int64, error) { return 1, nil }}
	c := curve(t, 12, 48, 0.5)
	file := save(t, c)

	other := *c
	other.Threads = 8
	elsewhere := save(t, &other)
	m, reason, err := open(Options{Name: "estimate", Calibration: elsewhere}, pc)
	require.NoError(t, err)
	require.Equal(t, "estimate:cpu-time", m.Name())
	require.Contains(t, reason, elsewhere+` is not used: it is of "AMD EPYC" with 8 threads, this is "AMD EPYC" with 2`)

	require.NoError(t, os.Truncate(file, 100))
	_, _, err = open(Options{Name: "estimate", Calibration: file}, pc)
	require.ErrorContains(t, err, "calibration: "+file+": not a calibration")
	require.ErrorContains(t, err, "(remove the file, or make it anew: go run ./tools/calibrate)")
	none, _ := archive(t, "testdata/no-powercap.txtar")
	_, _, err = open(Options{Sys: none, Calibration: file}, pc)
	require.ErrorContains(t, err, file, "nor is it passed over when no meter was named")

	_, _, err = open(Options{Name: "estimate", Calibration: file + "x"}, pc)
	require.ErrorIs(t, err, os.ErrNotExist)

	config := t.TempDir()
	for _, name := range []string{"XDG_CONFIG_HOME", "HOME", "AppData"} {
		t.Setenv(name, config)
	}
	require.Empty(t, defaultCalibration(), "there is none")
	want, err := CalibrationFile()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(want, config), want)
	require.NoError(t, os.MkdirAll(filepath.Dir(want), 0o777))
	require.NoError(t, os.WriteFile(want, nil, 0o666))
	require.Equal(t, want, defaultCalibration())
	_, _, err = Open(Options{Name: "estimate"})
	require.ErrorContains(t, err, want+": not a calibration: EOF", "the default place is tried")
}
