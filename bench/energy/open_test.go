package energy

import (
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	pc := fakeMachine{milan, func() (int64, error) { return 1, nil }}
	rapl, _ := archive(t, "testdata/intel-laptop.txtar")
	none, _ := archive(t, "testdata/no-powercap.txtar")
	closed := newPlant(t, map[string]*counter{"intel-rapl:0 package-0": {start: 5, unit: 61035, power: watts(1)}})
	closed.fail(packageCounter, fs.ErrPermission)

	check := func(why, name string, sys fs.FS, pc machine, meter string, says ...string) {
		t.Helper()
		m, reason, err := open(Options{Name: name, Sys: sys}, pc)
		text := reason
		if meter == "" {
			require.Error(t, err, why)
			require.Nil(t, m, why)
			text = err.Error()
		} else {
			require.NoError(t, err, why)
			require.Equal(t, meter, m.Name(), why)
		}
		for _, s := range says {
			require.Contains(t, text, s, why)
		}
		require.NotContains(t, text, "\n", why)
	}
	check("the best that can be read", "", rapl, pc, "rapl:package-0+dram", "rapl:package-0+dram: the CPU's own counters")
	check("none: the reason names what failed", "", none, pc, "estimate:cpu-time",
		"estimate:cpu-time: rapl: open class/powercap: file does not exist (a virtual machine",
		`CPU "AMD EPYC" billed as amd-zen3, 2 threads at 0.42 W idle to 1.92 W busy, true to ±55 %`,
		"these joules are time times a constant")
	check("closed: the remedy is part of the reason", "", closed, pc, "estimate:cpu-time", "permission denied", "CVE-2020-8694")
	check("forced though a better one could be read", "estimate", rapl, pc, "estimate:cpu-time", "estimate:cpu-time: asked for by name; CPU")
	check("forced and readable", "rapl", rapl, pc, "rapl:package-0+dram", "asked for by name")
	check("forced and unreadable: no other meter instead", "rapl", closed, pc, "", `meter "rapl" was asked for and cannot be read: rapl: zone intel-rapl:0 package-0`, "sudo chmod a+r")
	check("unknown", "watts", rapl, pc, "", `unknown meter "watts": want rapl or perf or hwmon[:CHIP/CHANNEL+...] or battery or plug:URL or prometheus:URL#METRIC or estimate`)
	check("nothing at all: each is named", "", none, fakeMachine{}, "", "no meter can be read: rapl: open", "; battery: open", "; estimate: no processor listed")
}

func TestMeters(t *testing.T) {
	pc := fakeMachine{milan, func() (int64, error) { return 1, nil }}
	sys, _ := archive(t, "testdata/intel-laptop.txtar")

	list := meters(Options{Sys: sys}, pc)
	require.Len(t, list, len(kinds()), "each is tried, those that are not needed too")
	require.Equal(t, "rapl", list[0].Name)
	require.Equal(t, "rapl:package-0+dram", list[0].Meter.Name())
	require.Equal(t, "anyone", list[0].Access, "a txtar's files are r--r--r--")
	require.Equal(t, "the CPU's own counters", list[0].Why)
	for _, c := range list[1:] {
		require.Equal(t, strings.Contains(c.Name, "URL"), c.Meter == nil && c.Err == nil, "%s: a meter, an error, or more must be told", c.Name)
		require.False(t, c.Meter != nil && c.Err != nil, c.Name)
	}
	last := list[len(list)-1]
	require.Equal(t, "estimate", last.Name)
	require.Empty(t, last.Access, "it has no files")
	require.Contains(t, Caveat(last.Meter), "time times a constant")

	list = meters(Options{Sys: sys, Name: "rapl"}, pc)
	require.Len(t, list, 1)
	require.NoError(t, list[0].Err)
	list = meters(Options{Sys: sys, Name: "watts"}, pc)
	require.Len(t, list, 1)
	require.ErrorContains(t, list[0].Err, `unknown meter "watts"`)
	require.Nil(t, list[0].Meter)
}

func TestAccess(t *testing.T) {
	sys := fstest.MapFS{}
	m := &rapl{}
	for i, mode := range []fs.FileMode{0o444, 0o640, 0o444, 0o400, 0o444} {
		z := &zone{dir: "intel-rapl:" + strconv.Itoa(i)}
		sys[z.file("energy_uj")] = &fstest.MapFile{Mode: mode}
		m.zones = append(m.zones, &counted{zone: z})
		require.Equal(t, []string{"anyone", "group", "group", "root only", "root only"}[i], access(sys, m), "the least of all files")
	}
	m.zones = append(m.zones, &counted{zone: &zone{dir: "vanished"}})
	require.Empty(t, access(sys, m))
}
