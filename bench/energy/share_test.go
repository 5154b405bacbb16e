package energy

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shirou/gopsutil/v3/process"
	"github.com/stretchr/testify/require"
)

// A crowd is a machine of four threads, all busy, of which processes take
// what the test says.
type crowd struct {
	began time.Time
	mu    sync.Mutex // for what the test changes meanwhile
	pids  []int32
	cpu   map[int32]func(time.Duration) time.Duration // nil: gone
	fault error
}

func (c *crowd) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *crowd) list() ([]int32, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pids, c.fault
}

func (c *crowd) busy(context.Context) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return 7e6 + 4*time.Since(c.began).Microseconds(), c.fault
}

func (c *crowd) spent(_ context.Context, pid int32) (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.cpu[pid]
	if f == nil {
		return 0, process.ErrorProcessNotRunning
	}
	return f(time.Since(c.began)), nil
}

// A server of one thread that ran for an hour before, and a runner of two
// threads that comes after 10 s and is replaced by another of three after 20 s.
func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate := func(threads int, from, before time.Duration) func(time.Duration) time.Duration {
			return func(d time.Duration) time.Duration { return before + time.Duration(threads)*max(0, d-from) }
		}
		c := &crowd{began: time.Now(), cpu: map[int32]func(time.Duration) time.Duration{1: rate(1, 0, time.Hour)}}
		c.pids = []int32{1, 99} // 99 ended when it had been listed
		w, err := startShare(t.Context(), c.list, c)
		require.NoError(t, err)
		time.Sleep(10*time.Second + time.Millisecond)
		c.change(func() { c.cpu[2], c.pids = rate(2, 10*time.Second, 0), []int32{1, 2} })
		time.Sleep(10 * time.Second)
		c.change(func() { c.cpu[2] = rate(3, 20*time.Second, 0) }) // another process with the same number
		time.Sleep(10*time.Second - time.Millisecond)
		s, err := w.Stop(t.Context())
		require.NoError(t, err)
		// 30 s + 2 × 10 s + 3 × 10 s of 4 × 30 s.
		require.Equal(t, Share{80 * time.Second, 120 * time.Second}, s)
		require.InDelta(t, 2./3, s.Of(), 1e-12)
	})
}

func TestShareOf(t *testing.T) {
	require.Zero(t, Share{}.Of(), "nobody worked")
	require.Equal(t, 1.0, Share{time.Second, 990 * time.Millisecond}.Of(), "ticks at different moments")
}

func TestShareFaults(t *testing.T) {
	boom := errors.New("boom")
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{began: time.Now(), fault: boom}
		_, err := startShare(t.Context(), c.list, c)
		require.ErrorIs(t, err, boom)
		c.fault = nil
		w, err := startShare(t.Context(), c.list, c)
		require.NoError(t, err)
		c.change(func() { c.fault = boom })
		time.Sleep(1500 * time.Millisecond)
		c.change(func() { c.fault = nil })
		time.Sleep(time.Minute)
		s, err := w.Stop(t.Context())
		require.ErrorIs(t, err, boom, "processes came and went meanwhile")
		require.Zero(t, s)

		ctx, cancel := context.WithCancel(t.Context())
		_, err = startShare(ctx, c.list, c)
		require.NoError(t, err)
		cancel() // and its goroutine ends, or synctest fails
	})
}

// This process and this machine, whatever they are.
func TestShareOfThisProcess(t *testing.T) {
	self := int32(os.Getpid())
	clocks := func() (process, machine time.Duration) {
		process, err := thisMachine{}.spent(t.Context(), self)
		require.NoError(t, err)
		machine, err = BusyTime(t.Context())
		require.NoError(t, err)
		return process, machine
	}
	w, err := StartShare(t.Context(), func() ([]int32, error) { return []int32{self}, nil })
	require.NoError(t, err)
	process0, machine0 := clocks()
	for process, machine := process0, machine0; process == process0 || machine == machine0; {
		process, machine = clocks()
	}
	s, err := w.Stop(t.Context())
	require.NoError(t, err)
	require.NotZero(t, s.Machine)
	require.NotZero(t, s.Processes)
	_, err = thisMachine{}.spent(t.Context(), 1<<30)
	require.ErrorIs(t, err, process.ErrorProcessNotRunning)
	name, threads, err := ThisCPU()
	require.NoError(t, err)
	require.NotEmpty(t, name)
	require.Positive(t, threads)
}
