package energy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	gocpu "github.com/shirou/gopsutil/v3/cpu"
)

// machine is what the estimate asks the operating system.
type machine interface {
	cpu() (cpu, error)
	busy(context.Context) (int64, error) // thread-microseconds spent working since boot
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

// ThisCPU returns the name of this machine's processor and how many hardware
// threads, or virtual CPUs, it has online.
func ThisCPU() (name string, threads int, err error) {
	p, err := thisMachine{}.cpu()
	if err != nil {
		return "", 0, fmt.Errorf("energy: %w", err)
	}
	return p.name, p.threads, nil
}

// BusyTime returns the time that all threads of this machine together have
// worked since it was started; time stolen by a hypervisor is left out. On Linux
// it moves by 10 ms.
func BusyTime(ctx context.Context) (time.Duration, error) {
	b, err := thisMachine{}.busy(ctx)
	if err != nil {
		return 0, fmt.Errorf("energy: %w", err)
	}
	return time.Duration(b) * time.Microsecond, nil
}
