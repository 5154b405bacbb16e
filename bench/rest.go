package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/joulebench/joulebench/bench/energy"
)

// idleTime is how long to measure the machine at rest.
func (r *run) idleTime() time.Duration {
	if r.idle != nil {
		return *r.idle
	}
	d, _ := time.ParseDuration(r.suite.Idle) // which the suite's check has parsed
	return d
}

// atRest measures the machine while nothing is asked, nil if that is not wanted. What was measured after one pair is what
// stands before the next.
func (r *run) atRest(ctx context.Context) (*energy.Rest, error) {
	d := r.idleTime()
	if d == 0 || r.rest != nil {
		return r.rest, nil
	}
	if r.idle == nil { // nobody asked for less than a slow meter, such as a plug, needs
		d = max(d, energy.LeastIdle(r.meter))
	}
	tell("joulebench: measuring the machine at rest for %v", d)
	rest, err := energy.Idle(ctx, r.meter, d)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	r.rest = &rest
	return r.rest, nil
}
