package energy

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const packageCounter = "class/powercap/intel-rapl:0/energy_uj"

func TestTrees(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			sys, want := archive(t, file)
			m, err := openRAPL(sys)
			if want, failing := strings.CutPrefix(want, "error: "); failing {
				require.ErrorContains(t, err, want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, m.Name())
			require.Equal(t, 0.05, m.Error())
			require.Empty(t, Caveat(m), "counted joules need no caveat")
		})
	}
}

// Two sockets of 100 W and 60 W with DRAM of 10 W and 5 W: 175 W. What is
// part of something else, or the same counter again, draws much more, so that
// any of it would show.
func TestDomainsAreSummedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		intel := func(w float64) *counter { return &counter{start: 1000, unit: 61035, power: watts(w)} }
		m, err := openRAPL(newPlant(t, map[string]*counter{
			"intel-rapl:0 package-0":      intel(100),
			"intel-rapl:0:0 core":         intel(1000),
			"intel-rapl:0:1 uncore":       intel(1000),
			"intel-rapl:0:2 dram":         intel(10),
			"intel-rapl:1 package-1":      intel(60),
			"intel-rapl:1:0 dram":         intel(5),
			"intel-rapl:2 psys":           intel(1000),
			"intel-rapl-mmio:0 package-0": intel(1000),
			"intel-rapl-mmio:0:0 dram":    intel(1000),
		}))
		require.NoError(t, err)
		require.Equal(t, "rapl:package-0+package-1+dram", m.Name())
		time.Sleep(10 * time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		// 175 W × 10 s, each of four counters short of at most one unit
		// at either end.
		require.InDelta(t, 1750e6, float64(e), 4*2*62)
	})
}

// Mirrored dies count the same joules twice: 68 W, not 136 W
// (mlco2/codecarbon#1392). The power flows while they are compared.
func TestMirroredDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{start: wrapUnits - 1, unit: 15258, power: watts(68)}
		m, err := openRAPL(newPlant(t, map[string]*counter{
			"intel-rapl:0 package-0-die-0": c, "intel-rapl:0:0 dram": {start: 5, unit: 15258, power: watts(2)},
			"intel-rapl:1 package-0-die-1": c, "intel-rapl:1:0 dram": {start: 9, unit: 15258, power: watts(2)},
		}))
		require.NoError(t, err)
		require.Equal(t, "rapl:package-0-die-0+dram", m.Name())
		time.Sleep(time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.InDelta(t, 70e6, float64(e), 100)
	})
}

// A counter that goes on between the three readings of the comparison.
func TestMirrorsWhileMoving(t *testing.T) {
	a, b := &zone{dir: "intel-rapl:0", max: 1000}, &zone{dir: "intel-rapl:1", max: 1000}
	check := func(why string, before, between, after string, want bool) {
		t.Helper()
		reads := []string{before, after}
		sys := readFunc(func(name string) string {
			if strings.Contains(name, ":1/") {
				return between
			}
			s := reads[0]
			reads = reads[1:]
			return s
		})
		got, err := mirrors(sys, a, b)
		require.NoError(t, err, why)
		require.Equal(t, want, got, why)
	}
	check("equal", "500\n", "500\n", "500\n", true)
	check("moved on", "500\n", "510\n", "520\n", true)
	check("behind", "500\n", "499\n", "520\n", false)
	check("ahead", "500\n", "521\n", "520\n", false)
	check("wrapped after b", "990\n", "995\n", "3\n", true)
	check("wrapped before b", "990\n", "2\n", "3\n", true)
	check("wrapped, b elsewhere", "990\n", "500\n", "3\n", false)
}

type readFunc func(name string) string

func (f readFunc) Open(string) (fs.File, error)         { return nil, fs.ErrInvalid }
func (f readFunc) ReadFile(name string) ([]byte, error) { return []byte(f(name)), nil }

func TestWrap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// 100 units of 61.035 µJ before the wrap at 1 W: it wraps after
		// 6.1 ms, between the two readings.
		p := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": {start: wrapUnits - 100, unit: 61035, power: watts(1)}})
		m, err := openRAPL(p)
		require.NoError(t, err)
		time.Sleep(time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		// floor(1 J / 61.035 µJ) = 16384 units counted, one of them lost
		// in the wrap: 16383 × 61.035 µJ = 999936.4 µJ.
		require.InDelta(t, 999936, float64(e), 1)
	})
}

// An impossible step gives an error once and no energy; the meter goes on
// from where the counter stands then.
func TestStepBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{start: 1e6, unit: 61035, power: watts(10)}
		p := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": c})
		m, err := openRAPL(p)
		require.NoError(t, err)
		time.Sleep(time.Second)
		// 10 J are 163840 units; 1000000 − 500000 + 163840 = 663840 units
		// of 61.035 µJ are 40517474 µJ.
		c.start -= 500_000
		_, err = m.Read(t.Context())
		require.ErrorContains(t, err, "zone intel-rapl:0 package-0: class/powercap/intel-rapl:0/energy_uj: went from 61035000 to 40517474 µJ in 1s, more than 2000 W")
		time.Sleep(time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.InDelta(t, 10e6, float64(e), 130)
	})
}

// One of two sockets stands still while the other counts on: the sum would go
// on, and be half of the truth.
func TestOneZoneStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t, map[string]*counter{
			"intel-rapl:0 package-0": {start: 1e6, unit: 61035, power: watts(10)},
			"intel-rapl:1 package-1": {start: 1e6, unit: 61035, power: watts(10)},
		})
		m, err := openRAPL(p)
		require.NoError(t, err)
		time.Sleep(time.Hour)
		_, err = m.Read(t.Context())
		require.NoError(t, err, "nobody read for an hour, and it has moved")
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		const second = "class/powercap/intel-rapl:1/energy_uj"
		p.say(second, fmt.Sprintln(p.counters[second].microjoules(time.Hour)))
		time.Sleep(2500 * time.Millisecond)
		_, err = w.Stop()
		// 1 000 000 units of 61.035 µJ and the 36 kJ of an hour are 36 061.03 J.
		require.ErrorContains(t, err, "rapl: zone intel-rapl:1 package-1: "+second+": has stood at 3606103")
		require.ErrorContains(t, err, "µJ for 2s: it does not count")
		require.NotContains(t, err.Error(), "package-0")
	})
}

// A socket that comes online is missing from the sum; a module that shows the
// same zones once more is not.
func TestZonesComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		count := func(more ...string) *plant {
			zones := map[string]*counter{"intel-rapl:0 package-0": {start: 1e6, unit: 61035, power: watts(10)}}
			for _, z := range more {
				zones[z] = &counter{start: 1e6, unit: 61035, power: watts(10)}
			}
			return newPlant(t, zones)
		}
		p := count()
		m, err := openRAPL(p)
		require.NoError(t, err)
		read := func(fails string, more ...string) {
			t.Helper()
			p.FS = count(more...).FS
			_, err := m.Read(t.Context())
			if fails == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, fails)
			}
		}
		read("")
		read("", "intel-rapl-mmio:0 package-0")
		read("rapl: zone intel-rapl:1 appeared after the meter was opened", "intel-rapl:1 package-1")
		read("rapl: zone intel-rapl:0:0 appeared", "intel-rapl:0:0 dram")
		read("")
		p.FS = fstest.MapFS{}
		_, err = m.Read(t.Context())
		require.ErrorContains(t, err, "rapl: open class/powercap: file does not exist (the zones have vanished")
	})
}

func TestParseMicrojoules(t *testing.T) {
	check := func(in string, want Energy, fails string) {
		t.Helper()
		got, err := parseMicrojoules([]byte(in))
		if fails != "" {
			require.ErrorContains(t, err, fails)
		} else {
			require.NoError(t, err)
		}
		require.Equal(t, want, got)
	}
	check("240422366267\n", 240422366267, "")
	check("0\n", 0, "")
	check("9223372036854775807\n", 1<<63-1, "")
	check("9223372036854775808\n", 0, "not a number")
	check("2404223", 0, "short read")
	check("", 0, "short read")
	check("\n", 0, "not a number")
	check("-5\n", 0, "not a number")
	check("12 34\n", 0, "not a number")
	check("12\n34\n", 0, "not a number")
	check("0x12\n", 0, "not a number")
	check(strings.Repeat("z", 99)+"\n", 0, `"`+strings.Repeat("z", 40)+`" is not`)
}

func FuzzParseMicrojoules(f *testing.F) {
	for _, s := range []string{"240422366267\n", "", "\n", "-1\n", "1e9\n", "18446744073709551615\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := parseMicrojoules(b); err == nil && e < 0 || err != nil && e != 0 {
			t.Errorf("parseMicrojoules(%q) = %d, %v", b, e, err)
		}
	})
}

func FuzzParseZone(f *testing.F) {
	for _, s := range []string{"intel-rapl:0", "intel-rapl-mmio:0:1", "intel-rapl", "intel-rapl:", "dtpm:0", "intel-rapl:x", "intel-rapl:-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, dir string) {
		z, ok := parseZone(dir)
		if ok && (z.dir != dir || len(z.path) != strings.Count(dir, ":")) {
			t.Errorf("parseZone(%q) = %+v", dir, z)
		}
	})
}

// BenchmarkRAPLRead reads package and DRAM from files, as on Linux (but for
// the kernel's own work). What a window costs at one reading a second is its
// core-%: 1 ms a reading would be 0.1 % of one core.
func BenchmarkRAPLRead(b *testing.B) {
	m, err := openRAPL(onDisk(b))
	if err != nil {
		b.Skip(err) // a file system without ':' in names
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Read(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100*b.Elapsed().Seconds()/float64(b.N)/pollEvery.Seconds(), "core-%")
}

func onDisk(b *testing.B) fs.FS {
	sys, _ := archive(b, "testdata/intel-laptop.txtar")
	dir := b.TempDir()
	if err := os.CopyFS(dir, sys); err != nil {
		b.Skip(err)
	}
	return os.DirFS(dir)
}
