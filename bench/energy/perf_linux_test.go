package energy

import (
	"errors"
	"io"
	"io/fs"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The kernel's own clock of a CPU in nanoseconds stands in for energy, which
// virtual machines do not count: the system call and what it gives are the same.
func TestKernelCounts(t *testing.T) {
	fd, err := kernel{}.open(unix.PERF_TYPE_SOFTWARE, unix.PERF_COUNT_SW_CPU_CLOCK, 0)
	if err != nil {
		if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("opening a counter: %v", err)
		}
		t.Logf("perf_event_paranoid is %s: %v", kernel{}.paranoid(), err)
		return
	}
	c := &perfCounter{fd: fd}
	first, err := c.read()
	require.NoError(t, err)
	for until := time.Now().Add(5 * time.Millisecond); time.Now().Before(until); {
		runtime.Gosched()
	}
	second, err := c.read()
	require.NoError(t, err)
	require.Greater(t, second, first)
	require.NoError(t, fd.Close())
	_, err = c.read()
	require.ErrorIs(t, err, fs.ErrClosed)
	require.NotEqual(t, "unknown", kernel{}.paranoid())
}

// What no kernel has is an error that says what to do.
func TestKernelRefuses(t *testing.T) {
	at, _ := perfPlace(t, "testdata/perf/intel-laptop.txtar", nil)
	at.perf = strange{}
	_, err := openPerf(at)
	require.ErrorContains(t, err, "perf: energy-pkg on CPU 0: perf_event_open: ")
}

// strange asks the kernel for a type that it does not have.
type strange struct{ kernel }

func (strange) open(uint32, uint64, int) (io.ReadCloser, error) {
	return kernel{}.open(1<<31-1, 1, 0)
}
