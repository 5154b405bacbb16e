package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/stretchr/testify/require"
)

// machine is one with as many packages and CPUs as have a temperature and a clock.
type machine struct {
	files fstest.MapFS
	busy  []float64 // seconds, by CPU
	err   error
}

func (m *machine) hot(celsius ...int) {
	for i, c := range celsius {
		dir := fmt.Sprintf("class/hwmon/hwmon%d/", i)
		m.files[dir+"name"] = &fstest.MapFile{Data: []byte("coretemp\n")}
		m.files[dir+"temp1_label"] = &fstest.MapFile{Data: fmt.Appendf(nil, "Package id %d\n", i)}
		m.files[dir+"temp1_input"] = &fstest.MapFile{Data: fmt.Appendf(nil, "%d\n", 1000*c)}
	}
}

func (m *machine) clock(mhz ...int) {
	for i, f := range mhz {
		file := fmt.Sprintf("devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", i)
		m.files[file] = &fstest.MapFile{Data: fmt.Appendf(nil, "%d\n", 1000*f)}
	}
}

// times spread each CPU's seconds over all that is busy, beside what is not.
func (m *machine) times() (list []cpu.TimesStat, err error) {
	for i, s := range m.busy {
		list = append(list, cpu.TimesStat{
			CPU: fmt.Sprintf("cpu%d", i), User: s / 2, Nice: s / 8, System: s / 8, Irq: s / 8, Softirq: s / 8,
			Idle: 1e6, Iowait: 1e5 * s, Steal: 1e5 * s, Guest: s / 2, // Linux counts a guest's time as user's too
		})
	}
	return list, m.err
}

func TestHeat(t *testing.T) {
	m := &machine{files: fstest.MapFS{}, busy: []float64{100, 100, 100}}
	m.hot(60, 50)
	m.clock(3000, 2000, 400)
	h, err := startHeat(m.files, m.times)
	require.NoError(t, err)
	require.NoError(t, h.Sample())
	_, ok := h.Clock()
	require.False(t, ok, "nothing was busy yet")

	m.busy = []float64{101, 100.5, 100}
	require.NoError(t, h.Sample())
	mhz, ok := h.Clock()
	require.True(t, ok)
	// A second at 3000 MHz and half a one at 2000: 4000 million cycles in 1.5 s. What idles at 400 does not count.
	require.InDelta(t, 4000/1.5, mhz, 1e-9)

	m.hot(70, 90)
	m.clock(1500)
	m.busy = []float64{102, 100.5, 100, 50} // one more is online, at times unknown, and has no clock
	require.NoError(t, h.Sample())
	mhz, _ = h.Clock()
	require.InDelta(t, 5500/2.5, mhz, 1e-9, "another second at 1500")
	celsius, ok := h.Temperature()
	require.True(t, ok)
	require.InDelta(t, (60+60+90)/3., celsius, 1e-9, "the hottest of each sample")

	// Ten busy CPUs, of which the four busiest are asked: the others would fail.
	m = &machine{files: fstest.MapFS{}, busy: make([]float64, 10)}
	m.clock(1000, 1000, 1000, 1000)
	h, err = startHeat(m.files, m.times)
	require.NoError(t, err)
	m.busy = []float64{1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1}
	require.NoError(t, h.Sample())
	mhz, _ = h.Clock()
	require.InDelta(t, 1000, mhz, 1e-9)
	require.InDelta(t, 3.4, h.seconds, 1e-9)
}

func TestHeatNotTold(t *testing.T) {
	m := &machine{files: fstest.MapFS{}, busy: []float64{1}}
	for _, h := range []*Heat{{}, start(t, m)} {
		m.busy[0]++
		require.NoError(t, h.Sample(), "a virtual machine, or another system")
		_, ok := h.Clock()
		require.False(t, ok)
		_, ok = h.Temperature()
		require.False(t, ok)
	}
}

func start(t *testing.T, m *machine) *Heat {
	h, err := startHeat(m.files, m.times)
	require.NoError(t, err)
	return h
}

// What could be read and no longer can is an error that names the file: the mean
// of the other samples is not that of the run.
func TestHeatFails(t *testing.T) {
	const clock, temperature = "devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "class/hwmon/hwmon1/temp1_input"
	for _, c := range []struct {
		why   string
		spoil func(*machine)
		want  string
	}{
		{"a CPU without a clock", func(m *machine) { delete(m.files, clock) }, clock},
		{"a clock that stands", func(m *machine) { m.clock(0) }, clock + ` holds "0"`},
		{"the second of two packages", func(m *machine) { delete(m.files, temperature) }, temperature},
		{"no temperature", func(m *machine) { m.hot(60, 0) }, temperature + ` holds "0"`},
		{"no times", func(m *machine) { m.err = errors.New("no /proc") }, "times of the CPUs: no /proc"},
		{"nor CPUs", func(m *machine) { m.busy = nil }, "none listed"},
	} {
		m := &machine{files: fstest.MapFS{}, busy: []float64{100}}
		m.hot(60, 50)
		m.clock(3000)
		h := start(t, m)
		require.NoError(t, h.Sample())
		m.busy[0]++
		c.spoil(m)
		require.ErrorContains(t, h.Sample(), c.want, c.why)
	}
	_, err := startHeat(fstest.MapFS{}, (&machine{}).times)
	require.ErrorContains(t, err, "none listed")
}

// On the machine at hand, whatever it tells.
func TestHeatHere(t *testing.T) {
	h, err := StartHeat()
	require.NoError(t, err)
	require.NoError(t, h.Sample())
	if mhz, ok := h.Clock(); ok {
		require.Greater(t, mhz, 100.)
	}
	if celsius, ok := h.Temperature(); ok {
		require.Greater(t, celsius, 10.)
	}
}

// BenchmarkHeat is what a sample costs with two packages and with CPUs that are
// all busy. Files of a disk stand for those of sysfs, which may be missing here.
func BenchmarkHeat(b *testing.B) {
	dir, m := b.TempDir(), &machine{files: fstest.MapFS{}}
	m.hot(60, 50)
	m.clock(3000, 3000, 3000, 3000)
	for name, f := range m.files {
		require.NoError(b, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		require.NoError(b, os.WriteFile(filepath.Join(dir, name), f.Data, 0o644))
	}
	spun := 0.
	h, err := startHeat(os.DirFS(dir), func() ([]cpu.TimesStat, error) {
		list, err := cpu.Times(true)
		spun++
		for i := range list {
			list[i].User += spun
		}
		return list, err
	})
	require.NoError(b, err)
	for b.Loop() {
		if err := h.Sample(); err != nil {
			b.Fatal(err)
		}
	}
}
