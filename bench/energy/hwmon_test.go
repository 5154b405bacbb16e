package energy

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A board is a plant over a tree of testdata in which some files follow time.
type board struct {
	*plant
	live map[string]func(time.Duration) int64 // by path below class/hwmon
}

func newBoard(t testing.TB, file string, live map[string]func(time.Duration) int64) board {
	sys, _ := archive(t, "testdata/hwmon/"+file+".txtar")
	p := &plant{FS: sys, began: time.Now(), faults: map[string]func() error{}, contents: map[string]string{}}
	return board{p, live}
}

func (b board) ReadFile(name string) ([]byte, error) {
	b.mu.Lock()
	_, said := b.contents[name]
	touched := said || b.faults[name] != nil
	b.mu.Unlock()
	if f := b.live[strings.TrimPrefix(name, hwmonDir+"/")]; f != nil && !touched {
		return fmt.Appendln(nil, f(time.Since(b.began))), nil
	}
	return b.plant.ReadFile(name)
}

// counting is an energy counter, in microjoules.
func counting(start int64, power func(time.Duration) float64) func(time.Duration) int64 {
	return func(d time.Duration) int64 { return start + int64(power(d)*1e6) }
}

// steady is a reading that stays.
func steady(n int64) func(time.Duration) int64 { return func(time.Duration) int64 { return n } }

func TestHwmonTrees(t *testing.T) {
	files, err := filepath.Glob("testdata/hwmon/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			sys, want := archive(t, file)
			m, err := openHwmon(sys, "")
			if want, failing := strings.CutPrefix(want, "error: "); failing {
				require.ErrorContains(t, err, want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, m.Name())
			require.Empty(t, Caveat(m))
		})
	}
}

// What is known of the chips, and by which steps they move.
func TestHwmonErrorAndPeriod(t *testing.T) {
	for _, tt := range []struct {
		file, arg string
		error     float64
		period    time.Duration
		why       string
	}{
		{"amd-epyc", "", raplError, time.Millisecond, "the registers of RAPL"},
		{"jetson-orin-nano", "", 0.10, time.Second, "the chip updates each millisecond, a window reads each second"},
		{"zenpower-desktop", "", 0.50, time.Second, "no interval given"},
		{"jetson-orin-nano", "ina3221/VDD_SOC", 0.25, time.Second, "known only to whoever named it"},
		{"shunts", "ina226/energy1", 0.25, time.Second, "a counter of which no interval is given"},
	} {
		sys, _ := archive(t, "testdata/hwmon/"+tt.file+".txtar")
		m, err := openHwmon(sys, tt.arg)
		require.NoError(t, err, tt.why)
		require.Equal(t, tt.error, m.Error(), tt.why)
		require.Equal(t, tt.period, m.Period(), tt.why)
	}
	slow := newBoard(t, "shunts", nil)
	slow.say("class/hwmon/hwmon2/update_interval", "2000\n")
	m, err := openHwmon(slow, "hwmon2/power1")
	require.NoError(t, err)
	require.Equal(t, 2*time.Second, m.Period())
	for _, bad := range []string{"fast\n", "-1\n", "3600001\n", "35"} {
		slow.say("class/hwmon/hwmon2/update_interval", bad)
		_, err = openHwmon(slow, "hwmon2/power1")
		require.ErrorContains(t, err, "is not an interval in milliseconds")
	}
}

func TestHwmonNamed(t *testing.T) {
	for _, tt := range []struct{ file, arg, want, why string }{
		{"jetson-orin-nano", "ina3221/VDD_SOC", "", "by label"},
		{"jetson-orin-nano", "ina3221/in3", "", "by the stem of its files"},
		{"jetson-agx-orin", "ina3221/VDD_CPU_CV+VDDQ_VDD2_1V8AO", "", "labels of two chips of one name"},
		{"zenpower-two-sockets", "zenpower/cpu0 SVI2_P_Core+cpu1 SVI2_P_Core", "", "labels with spaces"},
		{"laptop", "amdgpu/PPT", "", "whoever wants the graphics card gets it"},
		{"laptop", "hwmon1/power1", "", "a chip by its directory"},
		{"shunts", "hwmon10/power1+energy1", "", "power and energy together"},
		{"shunts", "ina226/power1", `"power1" is several channels of chip "ina226" (name what to add`, "two chips of one name"},
		{"shunts", "ina226/power3", `no channel "power3" of chip "ina226" (name what to add`, "misspelt"},
		{"shunts", "ina226/in1", `no channel "in1" of chip "ina226"`, "volts without a promise of which amperes belong to them"},
		{"jetson-orin-nano", "ina3221/in4", `no channel "in4"`, "a shunt's voltage"},
		{"laptop", "power1", `no channel "" of chip "power1"`, "no chip"},
		{"laptop", "amdgpu/", `no channel ""`, "no channel"},
		{"laptop", "amdgpu/PPT+", `no channel ""`, "a plus too many"},
		{"laptop", "amdgpu/PPT+power1", `channel "power1" of "amdgpu/PPT+power1" is named twice`, "one joule, two names"},
		{"shunts", "hwmon10/power2", "power2: -50000 µW in all: power flows backwards", "something is charged"},
		{"none", "ina226/power1", "open class/hwmon: file does not exist", "nothing at all"},
	} {
		sys, _ := archive(t, "testdata/hwmon/"+tt.file+".txtar")
		m, err := openHwmon(sys, tt.arg)
		if tt.want != "" {
			require.ErrorContains(t, err, tt.want, tt.why)
			require.Nil(t, m, tt.why)
			continue
		}
		require.NoError(t, err, tt.why)
		require.Equal(t, "hwmon:"+tt.arg, m.Name(), tt.why)
	}
}

// By the name of the meter itself, with and without what may follow it.
func TestOpenHwmonByName(t *testing.T) {
	sys, _ := archive(t, "testdata/hwmon/jetson-orin-nano.txtar")
	for name, want := range map[string]string{"hwmon": "hwmon:ina3221/VDD_IN", "": "hwmon:ina3221/VDD_IN", "hwmon:ina3221/VDD_SOC": "hwmon:ina3221/VDD_SOC"} {
		m, _, err := open(Options{Name: name, Sys: sys}, fakeMachine{})
		require.NoError(t, err)
		require.Equal(t, want, m.Name())
	}
	_, _, err := open(Options{Name: "perf:energy-pkg", Sys: sys}, fakeMachine{})
	require.ErrorContains(t, err, "perf takes nothing behind a colon")
	_, _, err = open(Options{Name: "hwmon:ina3221/VDD", Sys: sys}, fakeMachine{})
	require.ErrorContains(t, err, `meter "hwmon:ina3221/VDD" was asked for and cannot be read: hwmon: no channel "VDD"`)
	laptop, _ := archive(t, "testdata/hwmon/laptop.txtar")
	m, reason, err := open(Options{Sys: laptop}, fakeMachine{milan, func() (int64, error) { return 1, nil }})
	require.NoError(t, err)
	require.Equal(t, "estimate:cpu-time", m.Name(), "neither battery nor graphics card is chosen")
	require.Contains(t, reason, "hwmon: no chip below class/hwmon of which we know what it measures")
}

// 100 W and 60 W of two sockets for 10 s are 1600 J; each core draws more, so
// that it would show.
func TestHwmonSockets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := openHwmon(newBoard(t, "amd-epyc", map[string]func(time.Duration) int64{
			"hwmon2/energy1_input": counting(1, watts(1000)), "hwmon2/energy2_input": counting(2, watts(1000)),
			"hwmon2/energy3_input": counting(900, watts(100)), "hwmon2/energy4_input": counting(800, watts(60)),
		}), "")
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1600*Joule, e)
	})
}

// 5 V × 1.6 A are 8 W, at 0.8 A half of it: the ramp between two readings 10 s
// apart holds 60 J. Power and energy of different channels add up: 1 W and 7 W
// for 10 s.
func TestHwmonPower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := openHwmon(newBoard(t, "jetson-orin-nano", map[string]func(time.Duration) int64{
			"hwmon1/curr1_input": func(d time.Duration) int64 { return 1600 - int64(80*d.Seconds()) },
		}), "")
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, 60*Joule, e)

		m, err = openHwmon(newBoard(t, "shunts", map[string]func(time.Duration) int64{
			"hwmon10/energy1_input": counting(5, watts(7)), "hwmon10/power1_input": steady(1_000_000),
		}), "hwmon10/power1+energy1")
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		e, err = m.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, 80*Joule, e)
	})
}

// The noise of a rail at rest goes below 0 and stays in the sum: 4 V × −8 mA
// beside 1 W are 0.968 W.
func TestHwmonNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := openHwmon(newBoard(t, "jetson-agx-orin", map[string]func(time.Duration) int64{
			"hwmon3/in1_input": steady(4000), "hwmon3/curr1_input": steady(-8),
			"hwmon4/in2_input": steady(5000), "hwmon4/curr2_input": steady(200),
		}), "ina3221/VDD_GPU_SOC+VDDQ_VDD2_1V8AO")
		require.NoError(t, err)
		time.Sleep(time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 968_000, e)
	})
}

// Over a day of a known curve, 125 W × 86400 s = 10.8 MJ: a counter sees it but
// for its two ends, two rails sampled once a second within 0.1 %. What a step
// loses when power rises it gains when it falls.
func TestHwmonLongWindow(t *testing.T) {
	rail := func(share float64) func(time.Duration) int64 {
		return func(d time.Duration) int64 {
			if d%(2*time.Minute) < time.Minute {
				return int64(share * 200e6)
			}
			return int64(share * 50e6)
		}
	}
	for _, tt := range []struct {
		file  string
		live  map[string]func(time.Duration) int64
		delta float64
	}{
		{"amd-epyc", map[string]func(time.Duration) int64{
			"hwmon2/energy3_input": counting(1e15, square), "hwmon2/energy4_input": steady(4)}, 2},
		{"zenpower-desktop", map[string]func(time.Duration) int64{
			"hwmon0/power1_input": rail(0.8), "hwmon0/power2_input": rail(0.2)}, 10.8e12 / 1000},
	} {
		t.Run(tt.file, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, err := openHwmon(newBoard(t, tt.file, tt.live), "")
				require.NoError(t, err)
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				time.Sleep(24 * time.Hour)
				r, err := w.Stop()
				require.NoError(t, err)
				require.InDelta(t, 10.8e12, float64(r.Gross), tt.delta)
			})
		})
	}
}

// Each fault strikes in the middle of a window and gives its own error and no
// number.
func TestHwmonFaults(t *testing.T) {
	const socket, amps = "class/hwmon/hwmon2/energy3_input", "class/hwmon/hwmon1/curr1_input"
	for _, tt := range []struct {
		name, why, tree string
		fault           func(board)
		want            string
	}{
		{"permission", "the file was closed again", "amd-epyc", func(b board) { b.fail(socket, fs.ErrPermission) },
			"hwmon: amd_energy/Esocket0: class/hwmon/hwmon2/energy3_input: permission denied (Linux 5.10 closed amd_energy to users because " +
				"secrets can be read from power, CVE-2020-12912; until the next boot, sudo chmod a+r /sys/class/hwmon/hwmon2/energy*"},
		{"vanished", "its module was unloaded", "amd-epyc", func(b board) { b.fail(socket, fs.ErrNotExist) },
			"energy3_input: file does not exist (the sensor has vanished"},
		{"switched off", "the kernel answers ENODATA", "jetson-orin-nano", func(b board) { b.fail(amps, errors.New("no data available")) },
			"hwmon: ina3221/VDD_IN: class/hwmon/hwmon1/curr1_input: no data available (if a file in1_enable there says 0, write 1"},
		{"bus error", "I²C", "jetson-orin-nano", func(b board) { b.fail(amps, errors.New("input/output error")) },
			"curr1_input: input/output error (if a file"},
		{"short energy", "lost digits", "amd-epyc", func(b board) { b.say(socket, "90000") }, `short read: "90000" has no newline`},
		{"short power", "lost digits", "jetson-orin-nano", func(b board) { b.say(amps, "160") }, `short read: "160" has no newline`},
		{"empty", "an empty file is not zero", "jetson-orin-nano", func(b board) { b.say(amps, "") }, "short read"},
		{"garbage", "not a number is not zero", "jetson-orin-nano", func(b board) { b.say(amps, "N/A\n") }, `"N/A" is not the reading of a sensor`},
		{"absurd", "100 kW, and a product beyond 64 bits", "jetson-orin-nano", func(b board) { b.say(amps, "9223372036854775807\n") },
			"5000 × 9223372036854775807 µW is no power of a machine"},
		{"backwards", "the module feeds nobody", "jetson-orin-nano", func(b board) { b.say(amps, "-8\n") }, "VDD_IN: -40000 µW in all: power flows backwards"},
		{"step back", "a counter that falls was reset", "amd-epyc", func(b board) { b.say(socket, "899999999\n") },
			"energy3_input: went from 900000000 to 899999999 µJ in 1s: the counter was reset, stepped back, or is too narrow"},
		{"jump", "4000 J are the most in a second and the one granted", "amd-epyc", func(b board) { b.say(socket, "4900000001\n") }, "went from 900000000 to 4900000001 µJ in 1s"},
		{"no longer counts", "a second without energy is not possible", "amd-epyc", func(b board) {},
			"meter hwmon:amd_energy/Esocket0+Esocket1 counted 0 µJ in 10s and stands at 0: it does not count"},
		{"no power", "nor without power", "zenpower-desktop", func(b board) {
			b.say("class/hwmon/hwmon0/power1_input", "0\n")
			b.say("class/hwmon/hwmon0/power2_input", "0\n")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NotEmpty(t, tt.why)
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t, tt.tree, nil)
				if tt.want == "" { // from the beginning: what was there before counts
					tt.fault(b)
					tt.want = "counted 0 µJ in 10s"
				}
				m, err := openHwmon(b, "")
				require.NoError(t, err)
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				tt.fault(b)
				time.Sleep(10 * time.Second)
				r, err := w.Stop()
				require.ErrorContains(t, err, tt.want)
				require.Zero(t, r)
			})
		})
	}
}

// A label that may not be read is the known chip's error, and no matter of
// another one's.
func TestHwmonHiddenLabel(t *testing.T) {
	b := newBoard(t, "amd-epyc", nil)
	b.fail("class/hwmon/hwmon2/energy3_label", fs.ErrPermission)
	_, err := openHwmon(b, "")
	require.ErrorContains(t, err, "hwmon: amd_energy/energy3: class/hwmon/hwmon2/energy3_label: permission denied")
	b = newBoard(t, "zenpower-desktop", nil)
	b.fail("class/hwmon/hwmon1/power1_label", fs.ErrPermission)
	_, err = openHwmon(b, "")
	require.NoError(t, err)
}

func FuzzParseReading(f *testing.F) {
	for _, s := range []string{"1600\n", "-8\n", "", "\n", "1e3\n", "9223372036854775808\n", "+5\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := parseReading(b)
		if err != nil && n != 0 || err == nil && !strings.HasSuffix(string(b), "\n") {
			t.Errorf("parseReading(%q) = %d, %v", b, n, err)
		}
	})
}

// Whatever the names of files, labels and what is asked for: an error or a
// channel that can be read.
func FuzzHwmonNamed(f *testing.F) {
	f.Add("power1_input", "PPT", "amdgpu/PPT")
	f.Add("in1_input", "", "ina3221/in1")
	f.Add("energy1_input", "+", "x/+")
	f.Fuzz(func(t *testing.T, file, label, arg string) {
		c := &chip{dir: "hwmon0", name: "amdgpu", files: map[string]bool{file: true}}
		ch, ok := c.channel(file)
		if !ok {
			return
		}
		ch.label = label
		c.channels = []*channel{ch}
		chosen, err := named([]*chip{c}, arg)
		if (err == nil) != (len(chosen) == 1) {
			t.Errorf("named %q of %q %q: %d, %v", arg, file, label, len(chosen), err)
		}
	})
}

func BenchmarkHwmonRead(b *testing.B) {
	sys, _ := archive(b, "testdata/hwmon/jetson-orin-nano.txtar")
	m, err := openHwmon(sys, "")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Read(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
