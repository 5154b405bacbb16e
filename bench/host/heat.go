package host

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"

	"github.com/shirou/gopsutil/v3/cpu"
)

const (
	// clocksRead bounds the CPUs whose clock is read for one sample. Linux 4.13 to 5.17 on x86 measures for 10 ms or more
	// when it is asked (arch/x86/kernel/cpu/aperfmperf.c), and interrupts the CPU for it.
	clocksRead = 4

	maxClock       = 20_000_000 // kHz
	maxTemperature = 150_000    // m°C; silicon does not live that long
)

// A Heat says how fast the busy CPUs ran and how hot the hottest of the
// machine's CPU packages was, as means over samples: a run whose clock falls or
// whose temperature climbs does not measure the same machine at both ends.
//
// It reads Linux's sysfs (Documentation/admin-guide/pm/cpufreq.rst,
// Documentation/hwmon/coretemp.rst and k10temp.rst,
// Documentation/driver-api/thermal/sysfs-api.rst). What cannot be read at the
// start is not told, as in most virtual machines and on other systems.
type Heat struct {
	sys   fs.FS
	times func() ([]cpu.TimesStat, error)

	busy            map[string]float64 // seconds of each CPU at the last sample; nil where no clock can be read
	cycles, seconds float64            // millions of them, and the time that they took

	sensors          []string // files
	degrees, samples float64  // the sum of the samples, and their number
}

// StartHeat finds the sensors. It fails where the system does not list its CPUs.
func StartHeat() (*Heat, error) {
	if runtime.GOOS != "linux" {
		return &Heat{}, nil
	}
	return startHeat(os.DirFS("/sys"), func() ([]cpu.TimesStat, error) { return cpu.Times(true) })
}

func startHeat(sys fs.FS, times func() ([]cpu.TimesStat, error)) (*Heat, error) {
	h := &Heat{sys: sys, times: times, sensors: sensors(sys)}
	busy, err := h.busyTimes()
	if err != nil {
		return nil, err
	}
	for name := range busy {
		if _, err := h.clock(name); err == nil {
			h.busy = busy
			break
		}
	}
	return h, nil
}

// Sample reads clocks and temperatures. A reading that fails is an error, since
// the mean of the others would look like that of all.
func (h *Heat) Sample() error { return errors.Join(h.sampleClocks(), h.sampleTemperature()) }

// Clock is the mean clock in MHz, over the time that the busiest CPUs (up to 4
// in each sample) were busy since the sample before. It is false where the
// system does not tell, or nothing was busy.
func (h *Heat) Clock() (mhz float64, ok bool) { return h.cycles / h.seconds, h.seconds > 0 }

// Temperature is the mean over the samples of the hottest package's temperature
// in °C. It is false where the system does not tell.
func (h *Heat) Temperature() (celsius float64, ok bool) {
	return h.degrees / h.samples, h.samples > 0
}

func (h *Heat) sampleClocks() error {
	if h.busy == nil {
		return nil
	}
	now, err := h.busyTimes()
	if err != nil {
		return err
	}
	type worker struct {
		name    string
		seconds float64
	}
	var workers []worker
	for name, seconds := range now {
		// One that was offline at the last sample has been busy at unknown times.
		if before, ok := h.busy[name]; ok && seconds > before {
			workers = append(workers, worker{name, seconds - before})
		}
	}
	h.busy = now
	slices.SortFunc(workers, func(a, b worker) int {
		return cmp.Or(cmp.Compare(b.seconds, a.seconds), cmp.Compare(a.name, b.name))
	})
	for _, w := range workers[:min(len(workers), clocksRead)] {
		kHz, err := h.clock(w.name)
		if err != nil {
			return err
		}
		h.cycles += w.seconds * kHz / 1e3
		h.seconds += w.seconds
	}
	return nil
}

func (h *Heat) sampleTemperature() error {
	hottest := 0.
	for _, file := range h.sensors {
		t, err := number(h.sys, file, maxTemperature)
		if err != nil {
			return err
		}
		hottest = max(hottest, t/1e3)
	}
	if h.sensors != nil {
		h.degrees += hottest
		h.samples++
	}
	return nil
}

// clock is what the CPU, such as cpu0, says in kHz: on x86 what it ran at a
// moment ago, elsewhere what was asked of it.
func (h *Heat) clock(name string) (float64, error) {
	return number(h.sys, "devices/system/cpu/"+name+"/cpufreq/scaling_cur_freq", maxClock)
}

// busyTimes lists the seconds that each CPU online was busy for since the system was
// started. Time that a hypervisor gave to others is none.
func (h *Heat) busyTimes() (map[string]float64, error) {
	cpus, err := h.times()
	if err == nil && len(cpus) == 0 { // which is what gopsutil makes of a file that it cannot read
		err = errors.New("none listed")
	}
	if err != nil {
		return nil, fmt.Errorf("host: asking for the times of the CPUs: %w", err)
	}
	busy := map[string]float64{}
	for _, c := range cpus {
		busy[c.CPU] = c.User + c.Nice + c.System + c.Irq + c.Softirq
	}
	return busy, nil
}
