package energy

import (
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A fakePMU is a kernel whose counters follow known power curves.
type fakePMU struct {
	mu       sync.Mutex
	counters map[string]*fakeCounter // by "event@CPU"; others follow 1 W
	opened   []string
	fails    map[string]error // of opening
}

func (p *fakePMU) paranoid() string { return "2" }

func (p *fakePMU) open(_ uint32, config uint64, cpu int) (io.ReadCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := fmt.Sprintf("%d@%d", config, cpu)
	if err := p.fails[key]; err != nil {
		return nil, err
	}
	p.opened = append(p.opened, key)
	c := p.counters[key]
	if c == nil {
		c = &fakeCounter{power: watts(1), unit: 14}
		if p.counters == nil {
			p.counters = map[string]*fakeCounter{}
		}
		p.counters[key] = c
	}
	c.began = time.Now()
	return c, nil
}

// A fakeCounter counts like the kernel: 2^-32 J, in steps of the register's unit.
type fakeCounter struct {
	start uint64
	unit  uint // the register's is 2^-unit J: 14 on Intel, 16 on AMD
	power func(time.Duration) (joules float64)

	began  time.Time
	closed bool
	mu     sync.Mutex
	read   func() ([]byte, error) // stands in for what a read gives
}

func (c *fakeCounter) fault(read func() ([]byte, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = read
}

func (c *fakeCounter) Read(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read != nil {
		s, err := c.read()
		if len(s) < len(b) && err == nil {
			err = io.EOF
		}
		return copy(b, s), err
	}
	units := uint64(c.power(time.Since(c.began)) * float64(uint64(1)<<c.unit))
	binary.NativeEndian.PutUint64(b, c.start+units<<(32-c.unit))
	return 8, nil
}

func (c *fakeCounter) Close() error { c.closed = true; return nil }

func says(n uint64) func() ([]byte, error) {
	return func() ([]byte, error) { return binary.NativeEndian.AppendUint64(nil, n), nil }
}

func perfPlace(t testing.TB, file string, p *fakePMU) (at place, want string) {
	sys, want := archive(t, file)
	var pc fakeMachine
	if b, err := fs.ReadFile(sys, "vendor"); err == nil {
		pc.id = cpu{vendor: strings.TrimSpace(string(b)), threads: 64}
	}
	return place{sys: sys, pc: pc, perf: p}, want
}

// Each tree wants a meter's name and what was opened for it, or an error.
func TestPerfTrees(t *testing.T) {
	files, err := filepath.Glob("testdata/perf/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			p := &fakePMU{}
			at, want := perfPlace(t, file, p)
			m, err := openPerf(at)
			if want, failing := strings.CutPrefix(want, "error: "); failing {
				require.ErrorContains(t, err, want)
				require.Empty(t, p.opened)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, m.Name()+" = "+strings.Join(p.opened, " "))
			require.Equal(t, 0.05, m.Error())
			require.Equal(t, time.Millisecond, m.Period())
			require.Empty(t, Caveat(m), "counted joules need no caveat")
			require.NoError(t, m.Close())
			for key, c := range p.counters {
				require.True(t, c.closed, key)
			}
			_, err = m.Read(t.Context())
			require.ErrorContains(t, err, "perf: the meter is closed")
		})
	}
}

// Two sockets of 100 W and 60 W with DRAM of 10 W and 5 W, for 10 s: 1750 J.
func TestPerfSum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at, _ := perfPlace(t, "testdata/perf/intel-server.txtar", &fakePMU{counters: map[string]*fakeCounter{
			"2@0": {unit: 14, power: watts(100)}, "2@18": {unit: 14, power: watts(60)},
			"3@0": {unit: 16, power: watts(10)}, "3@18": {unit: 16, power: watts(5)},
			"1@0": {unit: 14, power: watts(1000)}, "5@0": {unit: 14, power: watts(1000)},
		}})
		m, err := openPerf(at)
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1750*Joule, e, "whole joules are whole units")
	})
}

// Nothing is lost between readings: after any steps the total is what the count
// comes to at once, floor(count × 10^6 / 2^32) µJ for each counter.
func TestPerfIsExact(t *testing.T) {
	c := &fakeCounter{start: 1<<64 - 12345, unit: 14, power: watts(0)} // wraps in 64 bits
	at, _ := perfPlace(t, "testdata/perf/amd-desktop.txtar", &fakePMU{counters: map[string]*fakeCounter{"2@0": c}})
	m, err := openPerf(at)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	count := new(big.Int)
	for range 10_000 {
		step := random.Uint64N(1000 << 32) // under 1000 J, as 2000 W allow in the second that is granted
		c.start += step
		count.Add(count, new(big.Int).SetUint64(step))
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		want := new(big.Int).Mul(count, big.NewInt(1e6))
		require.Equal(t, want.Rsh(want, 32).Int64(), int64(e))
	}
	require.Greater(t, count.Cmp(new(big.Int).Lsh(big.NewInt(1), 53)), 0, "more than a float64 holds")
}

// Over a day of a known curve: 125 W × 86400 s, and 300 ms more at 200 W. Only
// the two ends can be off, by a unit of 61 µJ each.
func TestPerfLongWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at, _ := perfPlace(t, "testdata/perf/amd-desktop.txtar", &fakePMU{counters: map[string]*fakeCounter{
			"2@0": {start: 1 << 63, unit: 14, power: square},
		}})
		m, err := openPerf(at)
		require.NoError(t, err)
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(24*time.Hour + 300*time.Millisecond)
		r, err := w.Stop()
		require.NoError(t, err)
		require.InDelta(t, 125e6*86400+0.3*200e6, float64(r.Gross), 2*62)
	})
}

// What the kernel says no to, and that the counters before it are closed.
func TestPerfOpenErrors(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{syscall.EACCES, "(kernel.perf_event_paranoid is 2, and who counts on a whole CPU sees the work of other users too; " +
			"until the next boot, sudo sysctl kernel.perf_event_paranoid=0 allows it to all of them; or, for one program, sudo setcap cap_perfmon+ep on the test binary"},
		{syscall.EPERM, "(kernel.perf_event_paranoid is 2"},
		{syscall.ENOENT, "(the kernel lists the event and does not count it, as in a virtual machine"},
		{syscall.EINVAL, "(the kernel lists the event"},
		{syscall.EOPNOTSUPP, "(the kernel lists the event"},
		{syscall.ENOSYS, "(the kernel lists the event"},
		{syscall.ENODEV, "(the CPU is offline, or the PMU was taken away"},
		{syscall.EMFILE, "(run again, or with -meter estimate)"},
	} {
		p := &fakePMU{fails: map[string]error{"3@0": tt.err}}
		at, _ := perfPlace(t, "testdata/perf/intel-server.txtar", p)
		m, err := openPerf(at)
		require.ErrorContains(t, err, "perf: energy-ram on CPU 0: perf_event_open: "+tt.err.Error()+" "+tt.want)
		require.ErrorIs(t, err, tt.err)
		require.Nil(t, m)
		require.True(t, p.counters["2@0"].closed && p.counters["2@18"].closed, "nothing stays open")
	}
}

// Each fault strikes in the middle of a window and gives its own error and no
// number.
func TestPerfFaults(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		read      func() ([]byte, error)
		want      string
	}{
		{"permission", "a security module may deny a read", func() ([]byte, error) { return nil, &fs.PathError{Op: "read", Path: "perf_event", Err: syscall.EACCES} },
			"perf: energy-pkg on CPU 0: read: permission denied (kernel.perf_event_paranoid is 2"},
		{"short read", "half a number is another number", func() ([]byte, error) { return []byte{1, 2, 3, 4}, nil }, "read: short read: 4 bytes of 8"},
		{"ended", "a counter in error reads nothing", func() ([]byte, error) { return nil, io.EOF }, "read: short read: 0 bytes of 8 (the counter has ended"},
		{"CPU taken away", "hot-plug", func() ([]byte, error) { return nil, syscall.ENODEV }, "read: no such device (the CPU is offline"},
		{"step back", "seems to be 64 bits of energy", says(99), "went from 100 to 99 counts in 1s, more than 2000 W: the counter was reset or stepped back"},
		{"jump", "2000 W allow 4000 J in a second and the one granted", says(100 + 4001<<32), "more than 2000 W"},
		{"no longer counts", "a second without energy is not possible", says(100), "meter perf:pkg counted 0 µJ in 10s and stands at 0: it does not count"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NotEmpty(t, tt.why)
			synctest.Test(t, func(t *testing.T) {
				c := &fakeCounter{start: 100, unit: 16, power: watts(10)}
				at, _ := perfPlace(t, "testdata/perf/amd-desktop.txtar", &fakePMU{counters: map[string]*fakeCounter{"2@0": c}})
				m, err := openPerf(at)
				require.NoError(t, err)
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				c.fault(tt.read)
				time.Sleep(10 * time.Second)
				r, err := w.Stop()
				require.ErrorContains(t, err, tt.want)
				require.Zero(t, r)
			})
		})
	}
}

// After a fault the meter goes on: from the last good reading after a failed
// read, from where the counter stands after an impossible step.
func TestPerfGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &fakeCounter{start: 1 << 40, unit: 16, power: watts(16)}
		at, _ := perfPlace(t, "testdata/perf/amd-desktop.txtar", &fakePMU{counters: map[string]*fakeCounter{"2@0": c}})
		m, err := openPerf(at)
		require.NoError(t, err)
		time.Sleep(time.Second)
		c.fault(func() ([]byte, error) { return nil, io.EOF })
		_, err = m.Read(t.Context())
		require.Error(t, err)
		c.fault(nil)
		e, err := m.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, 16*Joule, e, "the second before the failure is not lost")
		c.start = 0
		_, err = m.Read(t.Context())
		require.ErrorContains(t, err, "stepped back")
		time.Sleep(time.Second)
		e, err = m.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, 32*Joule, e)
	})
}

// In joules, a step back by one is beyond an Energy: no 0 must come of it.
func TestPerfCoarseStepBack(t *testing.T) {
	c := &fakeCounter{read: says(7)}
	at, _ := perfPlace(t, "testdata/perf/amd-desktop.txtar", &fakePMU{counters: map[string]*fakeCounter{"2@0": c}})
	p := &plant{FS: at.sys, contents: map[string]string{}}
	p.say(powerPMU+"/events/energy-pkg.scale", "1\n")
	at.sys = p
	m, err := openPerf(at)
	require.NoError(t, err)
	c.fault(says(6))
	_, err = m.Read(t.Context())
	require.ErrorContains(t, err, "went from 7 to 6 counts")
}

func TestParseScale(t *testing.T) {
	s, err := parseScale("2.3283064365386962890625e-10")
	require.NoError(t, err)
	require.Equal(t, scale{15625, 1 << 26}, s, "10^6 / 2^32, reduced by 2^6")
	s, err = parseScale("1e-6")
	require.NoError(t, err)
	require.Equal(t, scale{1, 1}, s)
	e, rest, ok := s.microjoules(1<<63, 0)
	require.False(t, ok, "beyond an Energy: %d, %d", e, rest)
	_, _, ok = scale{1 << 63, 1}.microjoules(4, 0)
	require.False(t, ok, "beyond 64 bits")
	for _, bad := range []string{"", "0", "-1", "1e999", "1e-99", "0x1p-32", "1/3", "NaN", "Inf", "1 J", "1e60", strings.Repeat("9", 99)} {
		_, err := parseScale(bad)
		require.ErrorContains(t, err, "is not a number of joules", bad)
	}
}

func TestParseCPUs(t *testing.T) {
	for in, want := range map[string][]int{"0": {0}, "0,18-19": {0, 18, 19}, "2,0-1": {0, 1, 2}, "0-1,1-2": {0, 1, 2}, "65535": {65535}} {
		got, err := parseCPUs(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, bad := range []string{"", ",", "0,", "1-0", "-1", "0-", "0-1-2", "0:2", "f", "65536", "0-99999999999", " 0"} {
		_, err := parseCPUs(bad)
		require.ErrorContains(t, err, "is not a list of CPUs", bad)
	}
}

func TestParseEvent(t *testing.T) {
	e, err := parseEvent("event=0x02")
	require.NoError(t, err)
	require.EqualValues(t, 2, e)
	for _, bad := range []string{"", "0x02", "event=", "event=0x100", "event=0x02,umask=0x1", "event=-1", "config=0x02", "event=0x02 "} {
		_, err := parseEvent(bad)
		require.ErrorContains(t, err, "is not an event", bad)
	}
}

func FuzzParseScale(f *testing.F) {
	for _, s := range []string{"2.3283064365386962890625e-10", "1e-6", "1e999999999", "1/3", "", "0", "18446744073709.551615"} {
		f.Add(s, uint64(1<<40), uint64(1))
	}
	f.Fuzz(func(t *testing.T, s string, counts, rest uint64) {
		sc, err := parseScale(s)
		if err != nil {
			return
		}
		rest %= sc.den
		want := new(big.Int).Mul(new(big.Int).SetUint64(counts), new(big.Int).SetUint64(sc.num))
		want.Add(want, new(big.Int).SetUint64(rest))
		q, r := want.DivMod(want, new(big.Int).SetUint64(sc.den), new(big.Int))
		e, left, ok := sc.microjoules(counts, rest)
		if ok != q.IsInt64() || ok && (int64(e) != q.Int64() || left != r.Uint64()) {
			t.Errorf("scale %q of %d counts and %d: %d µJ, %d left, %v; want %v, %v", s, counts, rest, e, left, ok, q, r)
		}
	})
}

func FuzzParseCPUs(f *testing.F) {
	for _, s := range []string{"0,18-19", "0", "", "0-65535,0-65535,1", "1-0", "4294967296"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cpus, err := parseCPUs(s)
		if (err == nil) != (len(cpus) > 0) {
			t.Errorf("parseCPUs(%q) = %d CPUs, %v", s, len(cpus), err)
		}
		for i, c := range cpus {
			if c < 0 || c >= maxCPU || i > 0 && c <= cpus[i-1] {
				t.Errorf("parseCPUs(%q): CPU %d at %d", s, c, i)
			}
		}
	})
}

func FuzzParseEvent(f *testing.F) {
	for _, s := range []string{"event=0x02", "event=0b1", "event=", "event=0x100", "umask=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := parseEvent(s); err == nil && (n > 255 || !strings.HasPrefix(s, "event=")) || err != nil && n != 0 {
			t.Errorf("parseEvent(%q) = %d, %v", s, n, err)
		}
	})
}

func BenchmarkPerfRead(b *testing.B) {
	at, _ := perfPlace(b, "testdata/perf/intel-server.txtar", &fakePMU{})
	m, err := openPerf(at)
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
