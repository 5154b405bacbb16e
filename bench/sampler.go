package bench

import "time"

// sampleEvery is long enough for the samples, some milliseconds each where they read the process table, not to show in
// the joules.
const sampleEvery = time.Second

// A sampler takes samples while a measurement runs: at once, then at intervals, and when it is stopped. It gives up at
// the first one that fails.
type sampler struct {
	sample func() error
	quit   chan struct{}
	done   chan struct{}
	err    error // owned by the sampling goroutine until done
}

func startSampler(sample func() error) *sampler {
	s := &sampler{sample: sample, quit: make(chan struct{}), done: make(chan struct{}), err: sample()}
	go s.run()
	return s
}

func (s *sampler) run() {
	defer close(s.done)
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for s.err == nil {
		select {
		case <-tick.C:
			s.err = s.sample()
		case <-s.quit:
			s.err = s.sample()
			return
		}
	}
}

// stop takes the last sample. A sample that failed is an error: what the others tell would look like a measurement.
func (s *sampler) stop() error {
	close(s.quit)
	<-s.done
	return s.err
}
