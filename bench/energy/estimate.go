package energy

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// estimate counts the share of a server's power that the table gives to the
// processors this machine sees:
//
//	energy = threads × idle × wall time + (full − idle) × busy thread-time
//
// Threads are the virtual or hardware ones online here, so that a virtual
// machine bills itself for its own and not for its host. It is gross, as every
// meter is: all work of this machine counts, whoever did it. [StartShare] tells
// how much of it the server's processes did.
//
// The watts are those of a whole server at the wall divided by its threads:
// supply, fans and DRAM are inside, and a RAPL joule is another joule. DRAM by
// size is therefore not added. To take it out of the watts and add the memory
// that a machine has, at the 0.392 W/GB of Cloud Carbon Footprint, was tried:
// the mean error grows by a little and the band stays (TestRejected).
//
// Also rejected: CodeCarbon's TDP × (0.1 + 0.9·load³), which errs by 46 % on
// its own samples; and the shape that each class has between idle and full. On
// the published loads of whole servers the shape errs by 19 % and the line by
// 22 %, but its band is wider, 49 % and not 47 %, and it is no virtual
// machine's: whether a busy thread is the first or the last of its host depends
// on the neighbours, and only by a line do all of them together pay what the
// host draws. The line is also exact however often it is read. Who owns the
// machine can do better than both: see [Calibration].
type estimate struct {
	pc    machine
	cpu   cpu
	class class
	note  string // why a calibration was not used, or ""
	began time.Time
	first int64 // busy thread-microseconds at the beginning

	mu   sync.Mutex
	last int64
}

// openEstimate uses the calibration in a file if that is of such a machine;
// file may be "".
func openEstimate(pc machine, file string) (Meter, error) {
	classes, err := parseClasses(cpusTSV)
	if err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	p, err := pc.cpu()
	if err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	c, err := readCalibration(file)
	if err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	busy, err := pc.busy(context.Background())
	if err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	e := &estimate{pc: pc, cpu: p, class: classify(classes, p), began: time.Now(), first: busy, last: busy}
	if c != nil {
		if e.note = c.differs(p); e.note == "" {
			return &calibrated{estimate: e, by: c, busy: busy}, nil
		}
		e.note = "; " + file + " is not used: " + e.note
	}
	return e, nil
}

func (e *estimate) Name() string   { return "estimate:cpu-time" }
func (e *estimate) Error() float64 { return e.class.relative }

// Period is the tick of Linux's accounting (USER_HZ, 100 in a second).
func (e *estimate) Period() time.Duration { return 10 * time.Millisecond }

// Caveat says what the joules rest on.
func (e *estimate) Caveat() string {
	return fmt.Sprintf("CPU %q billed as %s, %d threads at %.2f W idle to %.2f W busy, true to ±%.0f %% in nine of ten cases: "+
		"these joules are time times a constant and say nothing that the time does not%s",
		e.cpu.name, e.class.name, e.cpu.threads, float64(e.class.idle)/1000, float64(e.class.full)/1000, 100*e.class.relative, e.note)
}

// Read is exact to the operating system's accounting of busy time, 10 ms per
// thread on Linux.
func (e *estimate) Read(ctx context.Context) (Energy, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	wall, busy, err := e.times(ctx)
	if err != nil {
		return 0, err
	}
	return e.class.energy(int64(e.cpu.threads), wall, busy-e.first), nil
}

// times reads the microseconds since the beginning and the busy ones since
// boot. The lock must be held.
func (e *estimate) times(ctx context.Context) (wall, busy int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, fmt.Errorf("estimate: %w", err)
	}
	if busy, err = e.pc.busy(ctx); err != nil {
		return 0, 0, fmt.Errorf("estimate: %w", err)
	}
	wall = time.Since(e.began).Microseconds()
	if busy < e.last {
		return 0, 0, fmt.Errorf("estimate: busy time stepped back from %d to %d µs (was a CPU taken away?)", e.last, busy)
	}
	// A second per thread for ticks booked late, a tenth for a clock that
	// drifts; beyond that the busy time belongs to another machine.
	threads := int64(e.cpu.threads)
	if most := threads * (wall + wall/10 + 1e6); busy-e.first > most {
		return 0, 0, fmt.Errorf("estimate: %d µs busy in %d µs on %d threads is impossible (does a container show its host's /proc/stat?)",
			busy-e.first, wall, threads)
	}
	e.last = busy
	return wall, busy, nil
}
