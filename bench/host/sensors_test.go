package host

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// tree is a /sys with these files.
func tree(t *testing.T, files string) fs.FS {
	sys, err := txtar.FS(txtar.Parse([]byte(files)))
	require.NoError(t, err)
	return sys
}

func TestSensors(t *testing.T) {
	for _, c := range []struct {
		why, files string
		want       []string
	}{
		{"two packages, beside a disk and their cores", `
-- class/hwmon/hwmon0/name --
nvme
-- class/hwmon/hwmon0/temp1_input --
99000
-- class/hwmon/hwmon1/name --
coretemp
-- class/hwmon/hwmon1/temp1_label --
Package id 0
-- class/hwmon/hwmon1/temp1_input --
61000
-- class/hwmon/hwmon1/temp2_label --
Core 0
-- class/hwmon/hwmon1/temp2_input --
63000
-- class/hwmon/hwmon2/name --
coretemp
-- class/hwmon/hwmon2/temp1_label --
Package id 1
-- class/hwmon/hwmon2/temp1_input --
58000
`, []string{"class/hwmon/hwmon1/temp1_input", "class/hwmon/hwmon2/temp1_input"}},
		{"as coretemp.rst spells it", `
-- class/hwmon/hwmon0/name --
coretemp
-- class/hwmon/hwmon0/temp1_label --
Physical id 0
-- class/hwmon/hwmon0/temp1_input --
61000
`, []string{"class/hwmon/hwmon0/temp1_input"}},
		{"a Threadripper, whose Tctl is 27 degrees above its die", `
-- class/hwmon/hwmon0/name --
k10temp
-- class/hwmon/hwmon0/temp1_label --
Tctl
-- class/hwmon/hwmon0/temp1_input --
92000
-- class/hwmon/hwmon0/temp2_label --
Tdie
-- class/hwmon/hwmon0/temp2_input --
65000
`, []string{"class/hwmon/hwmon0/temp2_input"}},
		{"an EPYC: Tctl and chiplets", `
-- class/hwmon/hwmon0/name --
k10temp
-- class/hwmon/hwmon0/temp1_label --
Tctl
-- class/hwmon/hwmon0/temp1_input --
45250
-- class/hwmon/hwmon0/temp3_label --
Tccd1
-- class/hwmon/hwmon0/temp3_input --
47000
`, []string{"class/hwmon/hwmon0/temp1_input"}},
		{"k10temp before it had labels", `
-- class/hwmon/hwmon0/name --
k10temp
-- class/hwmon/hwmon0/temp1_input --
45250
`, []string{"class/hwmon/hwmon0/temp1_input"}},
		{"a Raspberry Pi: one sensor in two places", `
-- class/hwmon/hwmon0/name --
cpu_thermal
-- class/hwmon/hwmon0/temp1_input --
52000
-- class/thermal/thermal_zone0/type --
cpu-thermal
-- class/thermal/thermal_zone0/temp --
52000
`, []string{"class/hwmon/hwmon0/temp1_input"}},
		{"clusters of cores without hwmon, beside a GPU", `
-- class/thermal/thermal_zone0/type --
cpu0-thermal
-- class/thermal/thermal_zone0/temp --
52000
-- class/thermal/thermal_zone1/type --
cpu1-thermal
-- class/thermal/thermal_zone1/temp --
55000
-- class/thermal/thermal_zone2/type --
gpu-thermal
-- class/thermal/thermal_zone2/temp --
70000
`, []string{"class/thermal/thermal_zone0/temp", "class/thermal/thermal_zone1/temp"}},
		{"Intel without the module coretemp", `
-- class/hwmon/hwmon0/name --
acpitz
-- class/hwmon/hwmon0/temp1_input --
27800
-- class/thermal/thermal_zone0/type --
acpitz
-- class/thermal/thermal_zone0/temp --
27800
-- class/thermal/thermal_zone1/type --
x86_pkg_temp
-- class/thermal/thermal_zone1/temp --
48000
`, []string{"class/thermal/thermal_zone1/temp"}},
		{"somewhere in the case is not the CPU", `
-- class/thermal/thermal_zone0/type --
acpitz
-- class/thermal/thermal_zone0/temp --
27800
`, nil},
		{"what is no temperature", `
-- class/hwmon/hwmon0/name --
coretemp
-- class/hwmon/hwmon0/temp1_label --
Package id 0
-- class/hwmon/hwmon0/temp1_input --
0
-- class/thermal/thermal_zone0/type --
x86_pkg_temp
-- class/thermal/thermal_zone0/temp --
-274000
-- class/thermal/thermal_zone1/type --
cpu-thermal
-- class/thermal/thermal_zone1/temp --
150001
-- class/thermal/thermal_zone2/type --
cpu-thermal
`, nil},
		{"a virtual machine", "", nil},
	} {
		require.Empty(t, cmp.Diff(c.want, sensors(tree(t, c.files)), cmpopts.EquateEmpty()), c.why)
	}
}

// Whatever a driver writes is a number in range or none.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"61000\n", "", "<unknown>\n", "-5", "150001", "9223372036854775808", "0x10", "6 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := number(fstest.MapFS{"temp": {Data: []byte(text)}}, "temp", maxTemperature)
		if err != nil {
			require.ErrorContains(t, err, "temp", "the file is named")
		} else if v < 1 || v > maxTemperature {
			t.Errorf("%q: %v", text, v)
		}
	})
}
