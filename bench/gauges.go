package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/host"
)

// gauges are what is read while passes run. They are started and stopped just outside the loop, so that ns/op does not count
// them, and the energy's window is innermost.
type gauges struct {
	memory *peakWatch
	heat   *heatWatch
	share  *energy.ShareWatch
	phases *phases
	window *energy.Window
}

// readings are what they say in the end.
type readings struct {
	used  energy.Reading
	peak  int64 // bytes
	share energy.Share
	heat  map[string]float64 // clock and temperature, by unit; absent where the machine does not tell
}

func (r *run) startGauges(ctx context.Context, q *question) (g *gauges, err error) {
	g = &gauges{memory: watchPeak(r.server.PIDs, runnerRSS)}
	if g.share, err = energy.StartShare(ctx, g.memory.processes); err != nil {
		return nil, err
	}
	machine, err := host.StartHeat()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	g.heat = watchHeat(machine)
	if g.phases, err = r.follow(ctx, q); err != nil {
		return nil, err
	}
	g.window, err = energy.Start(ctx, r.meter)
	return g, err
}

// stop reads the gauges. Where the passes are no measurement, the window may have been of no sentence at all, and what it
// says is not wanted.
func (g *gauges) stop(ctx context.Context, measured bool) (readings, error) {
	var r readings
	used, windowErr := g.window.Stop()
	if !measured {
		windowErr = nil
	}
	heat, heatErr := g.heat.stop()
	peak, memoryErr := g.memory.stop()
	share, shareErr := g.share.Stop(ctx)
	r.used, r.peak, r.share, r.heat = used, peak, share, heat
	return r, errors.Join(windowErr, heatErr, memoryErr, shareErr, g.phases.stop())
}
