package energy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"strings"
	"sync"
	"syscall"
	"time"
)

// perf sums the counters of the kernel's power PMU: the registers that RAPL has
// in powercap, for those who may use perf_event and not read energy_uj. The
// kernel undoes the wraps of the registers by a timer of its own while a counter
// is open (arch/x86/events/rapl.c), so that nothing is lost between readings.
type perf struct {
	name string
	perf opener

	mu       sync.Mutex
	counters []*perfCounter
	closed   bool
	at       time.Time // of the last reading
	total    Energy
}

// perfCounter is an open event of one CPU, which stands for its package.
type perfCounter struct {
	event string
	cpu   int
	scale scale
	fd    io.ReadCloser
	last  uint64 // counts
	rest  uint64 // what last came to beyond whole microjoules, in 1/scale.den
}

// opener is the part of the kernel that perf needs.
type opener interface {
	// open starts a counter of all that happens on a CPU. A read gives the
	// count since then, 8 bytes in the machine's order.
	open(pmu uint32, config uint64, cpu int) (io.ReadCloser, error)
	paranoid() string // what /proc/sys/kernel/perf_event_paranoid says
}

// openPerf opens a counter for each package and event. They are closed by
// [perf.Close] or, as a process opens one meter, by its end.
func openPerf(at place) (_ *perf, err error) {
	u, err := readPMU(at)
	if err != nil {
		return nil, err
	}
	p := &perf{perf: at.perf, at: time.Now()}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	var names []string
	for _, e := range u.events {
		names = append(names, strings.TrimPrefix(e.name, "energy-"))
		for _, cpu := range e.cpus {
			c := &perfCounter{event: e.name, cpu: cpu, scale: e.scale}
			if c.fd, err = at.perf.open(u.kind, e.config, cpu); err != nil {
				return nil, p.fail(c, "perf_event_open", err)
			}
			p.counters = append(p.counters, c)
			if c.last, err = c.read(); err != nil {
				return nil, p.fail(c, "read", err)
			}
		}
	}
	p.name = "perf:" + strings.Join(names, "+")
	return p, nil
}

func (p *perf) Name() string { return p.name }

// Error is that of the same registers read by powercap.
func (p *perf) Error() float64 { return raplError }

// Period is that of the registers, see [rapl.Period].
func (p *perf) Period() time.Duration { return time.Millisecond }

// Read adds to the total what each counter has counted since the last reading,
// exactly: what is left of a microjoule goes into the next one. If any counter
// fails, nothing is added, as with RAPL.
func (p *perf) Read(ctx context.Context) (Energy, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("perf: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return 0, errors.New("perf: the meter is closed")
	}
	now := time.Now()
	raw := make([]uint64, len(p.counters))
	for i, c := range p.counters {
		var err error
		if raw[i], err = c.read(); err != nil {
			return 0, p.fail(c, "read", err)
		}
	}
	elapsed := now.Sub(p.at)
	p.at = now
	var sum Energy
	var impossible error
	for i, c := range p.counters {
		// A count in 64 bits wraps after 4.3 GJ. One that stepped back seems
		// to have nearly done so.
		e, rest, ok := c.scale.microjoules(raw[i]-c.last, c.rest)
		if !ok || e > most(elapsed) {
			impossible = errors.Join(impossible, p.fail(c, "read", fmt.Errorf("went from %d to %d counts in %v, "+
				"more than %d W: the counter was reset or stepped back", c.last, raw[i], elapsed.Round(time.Millisecond), maxWatts)))
		} else {
			c.rest = rest
		}
		c.last = raw[i]
		sum += e
	}
	if impossible != nil {
		return 0, impossible
	}
	p.total += sum
	return p.total, nil
}

// Close ends the counters. A closed meter cannot be read.
func (p *perf) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	for _, c := range p.counters {
		err = errors.Join(err, c.fd.Close())
	}
	p.counters, p.closed = nil, true
	return err
}

func (c *perfCounter) read() (uint64, error) {
	var b [8]byte
	n, err := io.ReadFull(c.fd, b[:])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = fmt.Errorf("short read: %d bytes of 8 (the counter has ended: was its CPU taken away?)", n)
	}
	return binary.NativeEndian.Uint64(b[:]), err
}

// microjoules converts counts, and what was left of the ones before. It is not
// ok where the result is beyond an Energy.
func (s scale) microjoules(counts, rest uint64) (_ Energy, _ uint64, ok bool) {
	hi, lo := bits.Mul64(counts, s.num)
	lo, carry := bits.Add64(lo, rest, 0)
	if hi += carry; hi >= s.den {
		return 0, 0, false
	}
	q, r := bits.Div64(hi, lo, s.den)
	return Energy(q), r, q < 1<<63
}

// fail says which counter could not be opened or read and what to do about it.
func (p *perf) fail(c *perfCounter, what string, err error) error {
	remedy := "run again, or with -meter estimate"
	switch {
	case errors.Is(err, fs.ErrPermission):
		remedy = "kernel.perf_event_paranoid is " + p.perf.paranoid() + ", and who counts on a whole CPU sees the work of other users too; " +
			"until the next boot, sudo sysctl kernel.perf_event_paranoid=0 allows it to all of them; or, for one program, " +
			"sudo setcap cap_perfmon+ep on the test binary that go test -c makes; a container may forbid it as well; or -meter estimate"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.EINVAL), errors.Is(err, errors.ErrUnsupported):
		remedy = "the kernel lists the event and does not count it, as in a virtual machine: try -meter estimate"
	case errors.Is(err, syscall.ENODEV):
		remedy = "the CPU is offline, or the PMU was taken away: run again, or with -meter estimate"
	}
	var pe *fs.PathError // it names a file that there is not
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("perf: %s on CPU %d: %s: %w (%s)", c.event, c.cpu, what, err, remedy)
}
