package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/ollama"
)

// start makes the server ready, once; one that has ended by itself failed the pair that it computed, and the next pair gets
// another.
func (r *run) start(ctx context.Context) error {
	if r.server != nil && r.server.Ended() {
		tell("joulebench: the server has ended: starting another")
		if r.failed = r.server.Close(); r.failed == nil {
			r.server, r.model, r.twin = nil, nil, twin{}
		}
	}
	if r.server != nil || r.failed != nil {
		return r.failed
	}
	var at ollama.Location
	if at, r.failed = ollama.Find(); r.failed != nil {
		return r.failed
	}
	tell("joulebench: starting the Ollama server (%s)", at.Origin)
	o := ollama.Options{
		Parallel: r.concurrency, KVCache: r.kvCache, FlashAttention: r.flashAttention,
		Pulls: r.pull, Disk: r.disk,
	}
	// What was pulled is kept; what is made of files goes with the server.
	if len(r.suite.TagsOf(r.pairs)) > 0 || r.store != "" {
		if o.Models, r.failed = r.storeDir(); r.failed != nil {
			return r.failed
		}
	}
	if r.server, r.failed = ollama.Start(ctx, at, o); r.failed != nil {
		return r.failed
	}
	return nil
}

// storeDir is the folder of the pulled models.
func (r *run) storeDir() (string, error) {
	if r.store != "" {
		return filepath.Abs(fromRoot(r.store))
	}
	return ollama.StoreDir()
}

// openMeter chooses the meter and asks for the grid, once.
func (r *run) openMeter(ctx context.Context) (err error) {
	if r.meter != nil {
		return nil
	}
	if r.grid, err = r.source.Now(ctx); err != nil {
		return fmt.Errorf("bench: -grid: %w", err)
	}
	if c := r.grid.Caveat(); c != "" {
		tell("joulebench: grid %s: %s", r.grid, c)
	}
	m, why, err := energy.Open(energy.Options{Name: r.options.meter})
	if err != nil {
		return fmt.Errorf("bench: -meter: %w", err)
	}
	tell("joulebench: meter %s", why)
	r.meter = m
	return nil
}

// close ends the server and the journal. It is also what an interrupted run would do; where that cannot run, the
// server's guard process ends the server.
func (r *run) close() error {
	if line := r.unfitLine(); line != "" {
		tell("%s", line)
	}
	errs := []error{r.dropTwin()}
	if r.server != nil {
		if r.options.prune {
			errs = append(errs, r.server.Prune(context.Background()))
		}
		errs = append(errs, r.server.Close())
	}
	if r.journal != nil {
		errs = append(errs, r.journal.Close())
	}
	shown.Store(nil)
	errs = append(errs, r.progress.Close())
	return errors.Join(errs...)
}

// live returns the run with its server started. Without a server a test is skipped with the command that provides
// one, but fails under CI=true, where a skipped test would look like a passed one.
func (s *Suite) live(tb testing.TB) *run {
	tb.Helper()
	if s.run == nil {
		tb.Fatal("bench: no suite is loaded: write func TestMain(m *testing.M) { bench.Main(m, &suite) }")
	}
	s.run.mu.Lock()
	err := s.run.start(tb.Context())
	s.run.mu.Unlock()
	if errors.Is(err, ollama.ErrNotFound) && os.Getenv("CI") != "true" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s.run
}
