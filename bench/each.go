package bench

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/joulebench/joulebench/bench/energy"
)

// A clock is what runs while a pass is measured.
type clock struct {
	b      *testing.B
	window *energy.Window
}

// without does something while the clock stands still. A nil clock does nothing but that.
func (c *clock) without(f func() error) error {
	if c == nil {
		return f()
	}
	c.b.StopTimer()
	defer c.b.StartTimer()
	if err := c.window.Pause(); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return c.window.Resume()
}

// each asks about the sentences with these indices, as many at once as -concurrency says, and hands every reply to take, one
// after another. It stops at the first error.
func (r *run) each(ctx context.Context, q *question, indices []int, c *clock, take func(i int, got reply) error) error {
	if r.concurrency > 1 {
		return r.together(ctx, q, indices, take)
	}
	visible := false // whether the meter can see a sentence: one in less than 20 of its periods it cannot
	for _, i := range indices {
		if r.cache == cold {
			if err := c.without(func() error { return r.server.Flush(ctx, q.model.name, q.options) }); err != nil {
				return fmt.Errorf("bench: %s: %w", q.pair, err)
			}
		}
		var before energy.Energy
		var err error
		if visible {
			if before, err = r.meter.Read(ctx); err != nil {
				return fmt.Errorf("bench: %s: %w", q.pair, err)
			}
		}
		got, err := r.askAbout(ctx, q, i)
		if err != nil {
			return err
		}
		long := c != nil && got.latency >= 20*r.meter.Period()
		if visible && long {
			after, err := r.meter.Read(ctx)
			if err != nil {
				return fmt.Errorf("bench: %s: %w", q.pair, err)
			}
			got.joules = after - before
		}
		visible = long && r.journal != nil
		if err := take(i, got); err != nil {
			return err
		}
	}
	return nil
}

// together is each for several sentences at once.
func (r *run) together(ctx context.Context, q *question, indices []int, take func(i int, got reply) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	var mu sync.Mutex
	for range min(r.concurrency, len(indices)) {
		group.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(indices) {
					return
				}
				got, err := r.askAbout(ctx, q, indices[n])
				if err == nil {
					mu.Lock()
					err = take(indices[n], got)
					mu.Unlock()
				}
				if err != nil {
					cancel(err) // the first one counts: the others follow from it
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// askAbout asks about the sentence with this index, and names it where that fails.
func (r *run) askAbout(ctx context.Context, q *question, i int) (reply, error) {
	e := r.set.Examples[i]
	if q.drawn {
		own := *q
		own.options = maps.Clone(q.options)
		own.options["seed"] = sentenceSeed(q.options["seed"].(int), e.ID)
		q = &own
	}
	got, err := r.ask(ctx, q, r.text(q, i))
	switch {
	case err != nil && r.tokens != nil:
		err = fmt.Errorf("bench: %s: request %s: %w", q.pair, e.ID, err)
	case err != nil:
		err = fmt.Errorf("bench: %s: sentence %s (line %d of %s): %w", q.pair, e.ID, e.Line, r.set.Name, err)
	}
	return got, err
}
