package host

import (
	"io/fs"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/stretchr/testify/require"
)

func TestString(t *testing.T) {
	check := func(i Info, want string) {
		t.Helper()
		require.Equal(t, want, i.String())
	}
	check(Info{CPU: "AMD EPYC (25/1)", Cores: 2, Memory: 24684096 << 10, Governor: "none", Virtual: "kvm"},
		"AMD EPYC (25/1), 2 cores, 24 GiB, governor none, kvm")
	check(Info{CPU: "Apple M2", Cores: 8, Memory: 16 << 30, Governor: "unknown", Virtual: "unknown"},
		"Apple M2, 8 cores, 16 GiB, governor unknown, virtualization unknown")
	check(Info{CPU: "Cortex-A76", Cores: 4, Memory: 8 << 30, Governor: "ondemand", Virtual: "none"},
		"Cortex-A76, 4 cores, 8 GiB, governor ondemand, bare metal")
}

// What kernels report of the memory that is built in.
func TestSize(t *testing.T) {
	check := func(kB uint64, want string) {
		t.Helper()
		require.Equal(t, want, size(kB<<10), "%d kB", kB)
	}
	check(24684096, "24 GiB")   // 23.54 GiB; steps of 4 GiB above 16
	check(24_000_000, "24 GiB") // the same with another kernel
	check(16<<20, "16 GiB")     // exactly
	check(16<<20+1, "20 GiB")
	check(16_278_000, "16 GiB") // 15.52 GiB; steps of 2 GiB above 8
	check(32_768_000, "32 GiB") // 31.25 GiB
	check(8_000_000, "8 GiB")   // 7.63 GiB
	check(12_200_000, "12 GiB") // 11.6 GiB
	check(3_900_000, "4 GiB")   // 3.72 GiB; steps of half a GiB above 2
	check(980_000, "1 GiB")     // 0.93 GiB
	check(263_000_000, "256 GiB")
	check(2_113_000_000, "2048 GiB")
	check(1, "0.125 GiB")
}

func TestDescribe(t *testing.T) {
	check := func(c cpu.InfoStat, want string) {
		t.Helper()
		require.Equal(t, want, describe(c))
	}
	check(cpu.InfoStat{ModelName: "AMD EPYC", Family: "25", Model: "1"}, "AMD EPYC (25/1)")
	check(cpu.InfoStat{ModelName: "  Intel(R)  Xeon(R) \n", Family: "6"}, "Intel(R) Xeon(R)")
	check(cpu.InfoStat{}, "unknown "+runtime.GOARCH+" CPU")
}

func TestGovernor(t *testing.T) {
	const dir = "devices/system/cpu/cpufreq/"
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	check := func(why, want string, sys fs.FS) {
		t.Helper()
		require.Equal(t, want, governor(sys), why)
	}
	check("a virtual machine", "none", fstest.MapFS{dir + "boost": file("1\n")})
	check("all alike", "performance", fstest.MapFS{
		dir + "policy0/scaling_governor": file("performance\n"), dir + "policy1/scaling_governor": file("performance\n")})
	check("big and little cores, order of numbers without effect", "powersave+schedutil", fstest.MapFS{
		dir + "policy0/scaling_governor": file("schedutil\n"), dir + "policy4/scaling_governor": file("powersave\n")})
	check("cannot be read", "unknown", fstest.MapFS{dir + "policy0/scaling_governor/x": file("")})
}

func TestVirtual(t *testing.T) {
	check := func(system, role string, hypervisor bool, want string) {
		t.Helper()
		require.Equal(t, want, virtual(system, role, hypervisor))
	}
	check("kvm", "guest", true, "kvm")
	check("xen", "guest", false, "xen")
	check("docker", "guest", true, "docker in vm")
	check("docker", "guest", false, "docker")
	check("", "", true, "vm")
	check("", "", false, "none")
	check("kvm", "host", false, "none") // it runs virtual machines and is none
}

// On the machine at hand, whatever it is: complete, and twice the same.
func TestRead(t *testing.T) {
	a, err := Read()
	require.NoError(t, err)
	require.NotEmpty(t, a.CPU)
	require.Positive(t, a.Cores)
	require.Greater(t, a.Memory, uint64(64<<20))
	require.NotEmpty(t, a.Governor)
	require.NotEmpty(t, a.Virtual)
	b, err := Read()
	require.NoError(t, err)
	require.Equal(t, a.String(), b.String())
	t.Log(a)
}

func TestLoad(t *testing.T) {
	l, err := Load()
	if runtime.GOOS == "windows" {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	require.GreaterOrEqual(t, l, 0.0)
}
