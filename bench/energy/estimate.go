package energy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	gocpu "github.com/shirou/gopsutil/v3/cpu"
)

// estimate counts the share of a server's power that the table gives to the
// processors this machine sees:
//
//	energy = threads × idle × wall time + (full − idle) × busy thread-time
//
// Threads are the virtual or hardware ones online here, so that a virtual
// machine bills itself for its own and not for its host. The watts are those
// of a whole server at the wall divided by its threads: supply, fans and DRAM
// are inside, so no DRAM is added, and a RAPL joule is another joule.
//
// Rejected: CodeCarbon's TDP × (0.1 + 0.9·load³). Published curves rise
// steeply from idle and then about linearly; on its own samples that cubic
// errs by 46 % on average, the line on those of the table by 23 %.
type estimate struct {
	pc    machine
	cpu   cpu
	class class
	began time.Time
	first int64 // busy thread-microseconds at the beginning

	mu   sync.Mutex
	last int64
}

// machine is what the estimate asks the operating system.
type machine interface {
	cpu() (cpu, error)
	busy(context.Context) (int64, error) // thread-microseconds spent working since boot
}

func openEstimate(pc machine) (*estimate, error) {
	classes, err := parseClasses(cpusTSV)
	if err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	p, err := pc.cpu()
	if err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	busy, err := pc.busy(context.Background())
	if err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	return &estimate{pc: pc, cpu: p, class: classify(classes, p), began: time.Now(), first: busy, last: busy}, nil
}

func (e *estimate) Name() string   { return "estimate:cpu-time" }
func (e *estimate) Error() float64 { return e.class.relative }

// Period is the tick of Linux's accounting (USER_HZ, 100 in a second).
func (e *estimate) Period() time.Duration { return 10 * time.Millisecond }

// Caveat says what the joules rest on.
func (e *estimate) Caveat() string {
	return fmt.Sprintf("CPU %q billed as %s, %d threads at %.2f W idle to %.2f W busy, true to ±%.0f %% in nine of ten cases: "+
		"these joules are time times a constant and say nothing that the time does not",
		e.cpu.name, e.class.name, e.cpu.threads, float64(e.class.idle)/1000, float64(e.class.full)/1000, 100*e.class.relative)
}

// Read is exact to the operating system's accounting of busy time, 10 ms per
// thread on Linux. It counts nanojoules (milliwatts × microseconds), which
// overflow after 9.2 GJ.
func (e *estimate) Read(ctx context.Context) (Energy, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("estimate: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	busy, err := e.pc.busy(ctx)
	if err != nil {
		return 0, fmt.Errorf("estimate: %w", err)
	}
	wall := time.Since(e.began).Microseconds()
	if busy < e.last {
		return 0, fmt.Errorf("estimate: busy time stepped back from %d to %d µs (was a CPU taken away?)", e.last, busy)
	}
	// A second per thread for ticks booked late, a tenth for a clock that
	// drifts; beyond that the busy time belongs to another machine.
	threads := int64(e.cpu.threads)
	if most := threads * (wall + wall/10 + 1e6); busy-e.first > most {
		return 0, fmt.Errorf("estimate: %d µs busy in %d µs on %d threads is impossible (does a container show its host's /proc/stat?)",
			busy-e.first, wall, threads)
	}
	e.last = busy
	return Energy((threads*e.class.idle*wall + (e.class.full-e.class.idle)*(busy-e.first)) / 1000), nil
}

// thisMachine asks gopsutil.
type thisMachine struct{}

func (thisMachine) cpu() (cpu, error) {
	info, err := gocpu.Info()
	if err == nil && len(info) == 0 {
		err = errors.New("no processor listed")
	}
	if err != nil {
		return cpu{}, fmt.Errorf("asking which CPU this is: %w", err)
	}
	n, err := gocpu.Counts(true)
	if err == nil && n < 1 {
		err = fmt.Errorf("%d found", n)
	}
	if err != nil {
		return cpu{}, fmt.Errorf("counting CPUs: %w", err)
	}
	i := info[0]
	return cpu{vendor: i.VendorID, family: i.Family, model: i.Model, stepping: int(i.Stepping), name: i.ModelName, threads: n}, nil
}

// busy leaves out time stolen by the hypervisor, which another machine used,
// and guest time, which Linux has in user time already.
func (thisMachine) busy(ctx context.Context) (int64, error) {
	t, err := gocpu.TimesWithContext(ctx, false)
	if err == nil && len(t) != 1 { // gopsutil drops lines that it cannot parse
		err = fmt.Errorf("%d totals, want 1", len(t))
	}
	if err != nil {
		return 0, fmt.Errorf("reading CPU times: %w", err)
	}
	s := t[0].User + t[0].Nice + t[0].System + t[0].Irq + t[0].Softirq
	if !(s > 0 && s < math.MaxInt64/1e6) {
		return 0, fmt.Errorf("reading CPU times: %v s busy since boot", s)
	}
	return int64(math.Round(s * 1e6)), nil
}
