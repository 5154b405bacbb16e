package energy

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func (m fakeMachine) busy(context.Context) (int64, error) { return m.usage() }

// milan is what a virtual machine on an EPYC of the third generation shows.
var milan = cpu{vendor: "AuthenticAMD", family: "25", model: "1", stepping: 1, name: "AMD EPYC", threads: 2}

func TestEstimate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		// One of two threads is always busy, from long before.
		pc := fakeMachine{milan, func() (int64, error) { return 5e9 + time.Since(began).Microseconds(), nil }}
		m, err := openEstimate(pc, "")
		require.NoError(t, err)
		require.Equal(t, "estimate:cpu-time", m.Name())
		require.Equal(t, 0.55, m.Error())
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(100 * time.Second)
		r, err := w.Stop()
		require.NoError(t, err)
		// amd-zen3: 2 × 0.42 W × 100 s + (1.92 − 0.42) W × 100 s = 84 J + 150 J.
		require.Equal(t, 234*Joule, r.Gross)
		require.Equal(t, 234.0, r.Gross.Joules())
	})
}

func TestEstimateFaults(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		later     func() (int64, error)
		want      string
	}{
		{"unreadable", "an error of /proc/stat is ours", func() (int64, error) { return 0, errors.New("reading CPU times: boom") }, "estimate: reading CPU times: boom"},
		{"step back", "a CPU was taken away with its time", func() (int64, error) { return 999_999, nil }, "busy time stepped back from 1000000 to 999999 µs"},
		{"more than there is", "10 s × 2 threads, and a tenth, and a second for each: 24 s", func() (int64, error) { return 25_000_001, nil }, "24000001 µs busy in 10000000 µs on 2 threads is impossible"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NotEmpty(t, tt.why)
			synctest.Test(t, func(t *testing.T) {
				usage := func() (int64, error) { return 1_000_000, nil }
				m, err := openEstimate(fakeMachine{milan, func() (int64, error) { return usage() }}, "")
				require.NoError(t, err)
				time.Sleep(10 * time.Second)
				usage = tt.later
				e, err := m.Read(t.Context())
				require.ErrorContains(t, err, tt.want)
				require.Zero(t, e)
			})
		})
	}
}

func TestClassify(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	for _, tt := range []struct {
		why  string
		cpu  cpu
		want string
	}{
		{"a cloud's EPYC without a number: CPUID decides", milan, "amd-zen3"},
		{"named in full", cpu{name: "AMD EPYC 7763 64-Core Processor"}, "amd-zen3"},
		{"a cloud's own number: CPUID decides", cpu{vendor: "AuthenticAMD", family: "25", model: "1", name: "AMD EPYC 7R13 Processor"}, "amd-zen3"},
		{"model 17 is not model 1", cpu{vendor: "AuthenticAMD", family: "25", model: "17", name: "AMD EPYC 9R14"}, "amd-zen4"},
		{"a desktop Zen 3 is in no class", cpu{vendor: "AuthenticAMD", family: "25", model: "33", name: "AMD Ryzen 9 5950X 16-Core Processor"}, "the median of amd's desktops"},
		{"a name as the kernel has it", cpu{name: "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz"}, "intel-icelake"},
		{"(R) would part Xeon from its number", cpu{name: "Intel(R) Xeon(R) 8480+"}, "intel-sapphirerapids"},
		{"v4 before the plain number", cpu{name: "Intel(R) Xeon(R) CPU E5-2699 v4 @ 2.20GHz"}, "intel-broadwell"},
		{"no version is Sandy Bridge", cpu{name: "Intel(R) Xeon(R) CPU E5-2660 0 @ 2.20GHz"}, "intel-sandybridge"},
		{"stepping 4 of model 85 is Skylake", cpu{vendor: "GenuineIntel", family: "6", model: "85", stepping: 4, name: "Intel(R) Xeon(R) CPU @ 2.00GHz"}, "intel-skylake"},
		{"stepping 7 is Cascade Lake", cpu{vendor: "GenuineIntel", family: "6", model: "85", stepping: 7, name: "Intel(R) Xeon(R) CPU @ 2.00GHz"}, "intel-cascadelake"},
		{"stepping 11 is Cooper Lake", cpu{vendor: "GenuineIntel", family: "6", model: "85", stepping: 11, name: "Intel(R) Xeon(R) CPU @ 2.00GHz"}, "intel-cooperlake"},
		{"stepping 9 is in no class", cpu{vendor: "GenuineIntel", family: "6", model: "85", stepping: 9, name: "Intel(R) Xeon(R) CPU @ 2.00GHz"}, "the median of intel's servers"},
		{"H tells Cooper Lake from Ice Lake", cpu{name: "Intel(R) Xeon(R) Platinum 8380HL CPU @ 2.90GHz"}, "intel-cooperlake"},
		{"QEMU's name for a server of that generation, with a desktop's CPUID", cpu{vendor: "GenuineIntel", family: "6", model: "60", name: "Intel Core Processor (Haswell, no TSX, IBRS)"}, "intel-haswell"},
		{"a desktop's die as in a small server", cpu{vendor: "GenuineIntel", family: "6", model: "183", name: "13th Gen Intel(R) Core(TM) i7-13700K"}, "intel-raptorlake"},
		{"a laptop's, measured", cpu{name: "Intel(R) Core(TM) Ultra 7 255H"}, "intel-arrowlake-h"},
		{"HX is another die", cpu{vendor: "GenuineIntel", family: "6", model: "198", name: "Intel(R) Core(TM) Ultra 9 275HX"}, "the median of intel's desktops"},
		{"no CPUID on ARM", cpu{vendor: "ARM", name: "Neoverse-N1"}, "arm-neoverse-n1"},
		{"nothing known", cpu{}, "the median of servers"},
		{"a vendor alone matches no class", cpu{vendor: "GenuineIntel"}, "the median of intel's servers"},
	} {
		require.Equal(t, tt.want, classify(classes, tt.cpu).name, tt.why)
	}
	bare := cpu{vendor: "GenuineIntel", family: "6", model: "183", name: "Intel Xeon Processor"}
	require.Equal(t, knownError, classify(classes, bare).relative)
	bare.name = "13th Gen Intel(R) Core(TM) i7-13700K"
	require.Equal(t, unknownError, classify(classes, bare).relative, "no desktop board was measured")
}

// The table itself: known classes have the narrow error, those that stand on
// one model the wide one.
func TestTable(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	require.Len(t, classes, 30)
	seen := map[string]bool{}
	for _, c := range classes {
		require.False(t, seen[c.name], c.name)
		seen[c.name] = true
		for _, id := range c.cpuids {
			require.False(t, seen[id], id)
			seen[id] = true
		}
		wide := slices.Contains([]string{"intel-ivybridge", "amd-zen5-desktop", "intel-arrowlake-h", "arm-neoverse-v2"}, c.name)
		require.Equal(t, wide, c.relative == unknownError, c.name)
	}
}

// A CPU outside of the table gets the medians of its like. By hand:
//
//	AMD's servers, the third of five: 0.42 of 0.21 0.32 0.42 0.44 0.74, and 1.66 W
//	AMD's desktops, of two: 2.02 and 0.88, 4.19 and 4.35 W; its laptops are not in the table
//	ARM, of two: 0.62 and 2.07, 1.92 and 4.30 W
//	desktops, the fifth of nine: 0.88 1.05 1.28 1.30 1.64, and 4.19 4.35 4.88 5.77 5.98 W
//	servers, of twenty the tenth and eleventh: 0.65 and 0.69, 3.31 and 3.81 W
func TestMedian(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	for _, tt := range []struct {
		cpu        cpu
		name       string
		idle, full int64
	}{
		{cpu{vendor: "AuthenticAMD", name: "AMD EPYC of next year"}, "the median of amd's servers", 420, 1660},
		{cpu{vendor: "AuthenticAMD", name: "AMD Ryzen 5 3600 6-Core Processor"}, "the median of amd's desktops", (2020 + 880) / 2, (4190 + 4350) / 2},
		{cpu{vendor: "AuthenticAMD", name: "AMD Ryzen 7 7840U w/ Radeon 780M Graphics"}, "the median of amd's desktops", 1450, 4270},
		{cpu{vendor: "GenuineIntel", name: "12th Gen Intel(R) Core(TM) i7-1260P"}, "the median of intel's laptops", 1380, 2790},
		{cpu{vendor: "ARM", name: "Apple M2"}, "the median of arm's CPUs", (620 + 2070) / 2, (1920 + 4300) / 2},
		{cpu{name: "Apple M2"}, "the median of desktops", 1640, 5980},
		{cpu{}, "the median of servers", (650 + 690) / 2, (3310 + 3810) / 2},
	} {
		c := classify(classes, tt.cpu)
		require.Equal(t, tt.name, c.name)
		require.Equal(t, unknownError, c.relative, tt.name)
		require.Equal(t, tt.idle, c.idle, tt.name)
		require.Equal(t, tt.full, c.full, tt.name)
	}
}

func TestMiddleOfEven(t *testing.T) {
	require.EqualValues(t, 25, middle([]int64{40, 10, 30, 20}))
}

func TestParseClassesErrors(t *testing.T) {
	const header = "# comment\nclass\tkind\tname\tcpuid\tidle\tfull\tresults\tmodels\tpublished\n"
	for row, want := range map[string]string{
		"":                                          "cpus.tsv:3: 1 columns, want 9",
		"a\tphone\ta\t-\t1\t2\t3\t4\t5":             `cpus.tsv:3: a: kind "phone": want server, desktop or laptop`,
		"a\tserver\t(\t-\t1\t2\t3\t4\t5":            "cpus.tsv:3: error parsing regexp",
		"a\tserver\ta\t-\tNaN\t2\t3\t4\t5":          `cpus.tsv:3: "NaN" is not a number of watts`,
		"a\tserver\ta\t-\t0\t2\t3\t4\t5":            `"0" is not a number of watts`,
		"a\tserver\ta\t-\t1\t1e9\t3\t4\t5":          `"1e9" is not a number of watts`,
		"a\tserver\ta\t-\t2\t2\t3\t4\t5":            "idle power 2 W is not below full power 2 W",
		"a\tlaptop\ta\t-\t1\t2\t3\tmany\t2024-2025": "models: ",
	} {
		_, err := parseClasses(header + row + "\n")
		require.ErrorContains(t, err, want, row)
	}
	_, err := parseClasses(strings.TrimSuffix(header, "\n"))
	require.ErrorContains(t, err, "no class")
}

func FuzzParseClasses(f *testing.F) {
	f.Add("# c\nclass\ny\tserver\tEPYC 7\\d\\d3\tGenuineIntel/6/85/0-4\t0.42\t1.92\t1\t1\t2024-2025\n")
	f.Add("class\nx\tlaptop\ta\tAuthenticAMD/25/1\t1\t2\t3\t4\t2024-2025\n")
	f.Fuzz(func(t *testing.T, tsv string) {
		classes, err := parseClasses(tsv)
		if err != nil {
			return
		}
		c := classify(classes, milan)
		if c.idle < 0 || c.full < c.idle || c.relative <= 0 {
			t.Errorf("parseClasses(%q): %+v", tsv, c)
		}
	})
}

// On the machine at hand, whatever it is.
func TestThisMachine(t *testing.T) {
	m, err := openEstimate(thisMachine{}, "")
	require.NoError(t, err)
	first, err := m.Read(t.Context())
	require.NoError(t, err)
	for until := time.Now().Add(20 * time.Millisecond); time.Now().Before(until); {
		runtime.Gosched()
	}
	second, err := m.Read(t.Context())
	require.NoError(t, err)
	require.Greater(t, second, first)
	require.Contains(t, Caveat(m), "time times a constant")
}

func BenchmarkEstimateRead(b *testing.B) {
	m, err := openEstimate(thisMachine{}, "")
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
