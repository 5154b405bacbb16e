package energy

import (
	"io"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is the one that runs here.
type kernel struct{}

func (kernel) open(pmu uint32, config uint64, cpu int) (io.ReadCloser, error) {
	attr := unix.PerfEventAttr{Type: pmu, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})), Config: config}
	const everyProcess, noGroup = -1, -1
	fd, err := unix.PerfEventOpen(&attr, everyProcess, cpu, noGroup, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "perf_event"), nil
}

func (kernel) paranoid() string {
	b, err := os.ReadFile("/proc/sys/kernel/perf_event_paranoid")
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}
