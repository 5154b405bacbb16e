// Package host says what machine this is, in the words that make the costs of
// two machines incomparable, how busy it is, and how fast and hot it runs.
//
// The words are stable: the same machine has the same description after a
// reboot. What the system does not tell is "unknown" and not left out, so
// that it compares unequal to what is known.
package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/load"
	"github.com/shirou/gopsutil/v3/mem"
)

const (
	unknown = "unknown" // the system does not tell
	none    = "none"    // the system tells that there is none
)

// Info describes a machine.
type Info struct {
	CPU      string // name, then family/model in parentheses where there are such
	Cores    int    // processors online: hardware threads or virtual CPUs
	Memory   uint64 // bytes that the system can use; a little less than is built in, and changes with the kernel
	Governor string // of the clock, "performance"; several are joined by "+"; "none" or "unknown"
	Virtual  string // "kvm", "docker" ..., "docker in vm"; "none" on bare metal, or "unknown"
}

// Read asks the system. It fails where the processor, the number of cores or
// the memory cannot be found out, since no cost means anything without them.
func Read() (Info, error) {
	c, err := cpu.Info()
	if err == nil && len(c) == 0 {
		err = errors.New("none listed")
	}
	if err != nil {
		return Info{}, fmt.Errorf("host: asking for the processor: %w", err)
	}
	cores, err := cpu.Counts(true)
	if err == nil && cores < 1 {
		err = fmt.Errorf("%d found", cores)
	}
	if err != nil {
		return Info{}, fmt.Errorf("host: counting processors: %w", err)
	}
	m, err := mem.VirtualMemory()
	if err == nil && m.Total == 0 {
		err = errors.New("0 bytes found")
	}
	if err != nil {
		return Info{}, fmt.Errorf("host: asking for the memory: %w", err)
	}
	i := Info{CPU: describe(c[0]), Cores: cores, Memory: m.Total, Governor: unknown, Virtual: unknown}
	if runtime.GOOS == "linux" {
		i.Governor = governor(os.DirFS("/sys"))
		if system, role, err := host.Virtualization(); err == nil {
			i.Virtual = virtual(system, role, slices.Contains(c[0].Flags, "hypervisor"))
		}
	}
	return i, nil
}

// String is the value of the `host:` config line, e.g.
// "AMD EPYC (25/1), 2 cores, 24 GiB, governor none, kvm".
func (i Info) String() string {
	v := i.Virtual
	switch v {
	case none:
		v = "bare metal"
	case unknown:
		v = "virtualization unknown"
	}
	return fmt.Sprintf("%s, %d cores, %s, governor %s, %s", i.CPU, i.Cores, size(i.Memory), i.Governor, v)
}

// Load returns the load average of the last minute: how many processes ran or
// waited to run. It fails where there is no such thing, as on Windows.
func Load() (float64, error) {
	if runtime.GOOS == "windows" {
		return 0, fmt.Errorf("host: load average: %w", errors.ErrUnsupported)
	}
	a, err := load.Avg()
	if err != nil {
		return 0, fmt.Errorf("host: load average: %w", err)
	}
	return a.Load1, nil
}

// describe names a processor. Virtual machines cut the name down to "AMD
// EPYC"; family and model still tell the generation.
func describe(c cpu.InfoStat) string {
	name := strings.Join(strings.Fields(c.ModelName), " ")
	if name == "" {
		name = unknown + " " + runtime.GOARCH + " CPU"
	}
	if c.Family != "" && c.Model != "" {
		name += " (" + c.Family + "/" + c.Model + ")"
	}
	return name
}

// governor reads the clock governors below sys. A machine without them, as
// most virtual ones, does not set its clock itself.
func governor(sys fs.FS) string {
	files, err := fs.Glob(sys, "devices/system/cpu/cpufreq/policy*/scaling_governor")
	if err != nil || len(files) == 0 {
		return none
	}
	var found []string
	for _, f := range files {
		b, err := fs.ReadFile(sys, f)
		if err != nil {
			return unknown
		}
		found = append(found, strings.TrimSpace(string(b)))
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), "+")
}

// virtual judges what gopsutil found. Inside of a container it sees only
// that; the CPU's hypervisor flag tells of a virtual machine around it.
func virtual(system, role string, hypervisor bool) string {
	container := slices.Contains([]string{"docker", "lxc", "rkt", "systemd-nspawn", "openvz"}, system)
	switch {
	case role == "guest" && container && hypervisor:
		return system + " in vm"
	case role == "guest" && system != "":
		return system
	case hypervisor:
		return "vm"
	}
	return none
}

// size rounds memory up to a size that is sold: five, six or seven eighths of
// a power of two, or the power itself. Kernels keep a few percent for
// themselves, and not always the same.
func size(bytes uint64) string {
	step := uint64(1 << 27)
	for bytes > 8*step {
		step *= 2
	}
	rounded := (bytes + step - 1) / step * step
	return fmt.Sprintf("%g GiB", float64(rounded)/(1<<30))
}
