package energy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v3/process"
)

// A Share is the CPU time that some processes, say the server's, and the whole
// machine used in the same time. Joules are always those of the machine: it has
// one plug. Where other work was running, the server's part of what lies above
// idle is about
//
//	(gross − idle power × time) × share
//
// by any meter, as though each busy second cost the same.
type Share struct {
	Processes time.Duration
	Machine   time.Duration
}

// Of is the share, 0 to 1. Where nothing was busy it is 0.
func (s Share) Of() float64 {
	if s.Machine <= 0 {
		return 0
	}
	// Ticks of 10 ms fall to the two at different moments.
	return min(float64(s.Processes)/float64(s.Machine), 1)
}

// A ShareWatch adds up CPU times between [StartShare] and [ShareWatch.Stop].
type ShareWatch struct {
	processes func() ([]int32, error)
	times     times
	cancel    context.CancelFunc
	done      chan struct{}

	// Of the goroutine until done is closed.
	machine int64                   // thread-microseconds at the start
	seen    map[int32]time.Duration // the processes that ran at the last look
	sum     time.Duration           // of all processes that ever ran
	err     error
}

// times is what a share is made of.
type times interface {
	busy(context.Context) (int64, error)
	spent(ctx context.Context, pid int32) (time.Duration, error) // since it was started
}

// StartShare begins to count the CPU time of processes, which lists their
// numbers anew each time it is called, and of the machine. It looks once a
// second until Stop is called or ctx is done; what a process did between the
// last look and its end is lost, and counts as somebody else's.
func StartShare(ctx context.Context, processes func() ([]int32, error)) (*ShareWatch, error) {
	return startShare(ctx, processes, thisMachine{})
}

func startShare(ctx context.Context, processes func() ([]int32, error), t times) (*ShareWatch, error) {
	w := &ShareWatch{processes: processes, times: t, done: make(chan struct{})}
	var err error
	if w.machine, err = t.busy(ctx); err != nil {
		return nil, fmt.Errorf("energy: starting to watch CPU times: %w", err)
	}
	if err := w.look(ctx); err != nil {
		return nil, fmt.Errorf("energy: starting to watch CPU times: %w", err)
	}
	w.sum = 0 // they start with all that they did before
	ctx, w.cancel = context.WithCancel(ctx)
	go w.poll(ctx)
	return w, nil
}

func (w *ShareWatch) poll(ctx context.Context) {
	defer close(w.done)
	t := time.NewTicker(pollEvery)
	defer t.Stop()
	for w.err == nil {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := w.look(ctx); ctx.Err() == nil {
				w.err = err
			}
		}
	}
}

// look adds what the processes did since the last look.
func (w *ShareWatch) look(ctx context.Context) error {
	pids, err := w.processes()
	if err != nil {
		return fmt.Errorf("listing the processes: %w", err)
	}
	now := make(map[int32]time.Duration, len(pids))
	for _, pid := range pids {
		s, err := w.times.spent(ctx, pid)
		if errors.Is(err, process.ErrorProcessNotRunning) {
			continue // ended since it was listed
		}
		if err != nil {
			return fmt.Errorf("CPU time of process %d: %w", pid, err)
		}
		now[pid] = s
		before := w.seen[pid]
		if s < before {
			before = 0 // the number is another process's now
		}
		w.sum += s - before
	}
	w.seen = now
	return nil
}

// Stop ends the watch and returns what it counted. There is no share, but an
// error, if any look failed.
func (w *ShareWatch) Stop(ctx context.Context) (Share, error) {
	w.cancel()
	<-w.done
	if w.err == nil {
		w.err = w.look(ctx)
	}
	busy, err := w.times.busy(ctx)
	if err := errors.Join(w.err, err); err != nil {
		return Share{}, fmt.Errorf("energy: watching CPU times: %w", err)
	}
	return Share{Processes: w.sum, Machine: time.Duration(busy-w.machine) * time.Microsecond}, nil
}

// spent asks gopsutil.
func (thisMachine) spent(ctx context.Context, pid int32) (time.Duration, error) {
	t, err := (&process.Process{Pid: pid}).TimesWithContext(ctx)
	if err != nil {
		if exists, e := process.PidExistsWithContext(ctx, pid); e == nil && !exists {
			err = process.ErrorProcessNotRunning
		}
		return 0, err
	}
	return time.Duration((t.User + t.System) * float64(time.Second)), nil
}
