package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/joulebench/joulebench/bench/carbon"
	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
)

// run is one invocation of the test binary: what the command line chose, and what it opened for that.
type run struct {
	options
	id     string
	suite  *Suite
	pairs  []Pair
	set    *dataset.Set
	setID  string // hashing the set for every answer would be measured as inference
	asked  Prompt
	prompt *classify.Prompt // asked, parsed
	grid   carbon.Grid

	mu      sync.Mutex // for all below; held while a pair is asked, since two would share the cores and the joules
	server  *ollama.Server
	failed  error // why there is no server; not tried twice
	warned  bool  // that the server does not use the CPU as it could
	loaded  map[Pair]model
	meter   energy.Meter
	journal *journal.Writer
	passes  map[Pair]int
}

// model is what the server calls a pair.
type model struct {
	name   string
	digest string // first 12 hex digits of the SHA-256 of the weights' file, or of the tag's manifest
}

// open reads what the run needs but a server: everything that can be wrong with the command line is found here.
func open(s *Suite, o options) (*run, error) {
	file, err := o.suiteFile(s.File)
	if err != nil {
		return nil, err
	}
	s.File = file
	if err := s.load(); err != nil {
		return nil, err
	}
	r := &run{
		options: o, suite: s, loaded: map[Pair]model{}, passes: map[Pair]int{},
		id: fmt.Sprintf("%s-%d", time.Now().UTC().Format("20060102T150405.000Z"), os.Getpid()),
	}
	if r.pairs, err = o.choose(s); err != nil {
		return nil, err
	}
	if r.golden == "" {
		r.golden = s.Golden
	} else {
		r.golden = fromRoot(r.golden)
	}
	if o.update && o.set != "" && o.golden == "" {
		return nil, fmt.Errorf("bench: -update with -set %s would replace the golden answers of the suite's own set: name another folder with -golden", o.set)
	}
	set := s.Set
	if o.set != "" {
		set = fromRoot(o.set)
	}
	if r.set, err = dataset.Open(set); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if err := r.set.CheckLabels(s.Labels); err != nil {
		return nil, fmt.Errorf("bench: suite %s: %w", s.Name, err)
	}
	r.setID = r.set.ID()
	if r.asked, err = s.prompt(o.prompt); err != nil {
		return nil, err
	}
	if r.prompt, err = classify.NewPrompt(r.asked.Name, r.asked.Template, s.Labels); err != nil {
		return nil, fmt.Errorf("bench: suite %s: %w", s.Name, err)
	}
	if r.grid, err = carbon.Lookup(o.grid); err != nil {
		return nil, fmt.Errorf("bench: -grid: %w", err)
	}
	if o.journal != "" {
		if r.journal, err = journal.Append(fromRoot(o.journal)); err != nil {
			return nil, fmt.Errorf("bench: -journal: %w", err)
		}
	}
	return r, nil
}

// start makes the server ready, once.
func (r *run) start(ctx context.Context) error {
	if r.server != nil || r.failed != nil {
		return r.failed
	}
	var at ollama.Location
	if at, r.failed = ollama.Find(); r.failed != nil {
		return r.failed
	}
	tell("joulebench: starting the Ollama server (%s)", at.Origin)
	if r.server, r.failed = ollama.Start(ctx, at, ollama.Options{}); r.failed != nil {
		return r.failed
	}
	return nil
}

// openMeter chooses the meter, once.
func (r *run) openMeter() error {
	if r.meter != nil {
		return nil
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
	var errs []error
	if r.server != nil {
		errs = append(errs, r.server.Close())
	}
	if r.journal != nil {
		errs = append(errs, r.journal.Close())
	}
	return errors.Join(errs...)
}

// use makes the pair's model ready: created in the server, loaded, proved to compute on the CPU.
func (r *run) use(ctx context.Context, p Pair) (model, error) {
	m, ok := r.loaded[p]
	if !ok {
		var err error
		if m, err = r.create(ctx, p); err != nil {
			return m, fmt.Errorf("bench: %s: %w", p, err)
		}
		r.loaded[p] = m
	}
	// One answer loads the weights and faults them in, whichever pair had the memory before. It is to no sentence of
	// the set: that one would then come from the server's cache.
	if _, err := r.ask(ctx, m, ""); err != nil {
		return m, fmt.Errorf("bench: %s: loading: %w", p, err)
	}
	if err := r.server.CheckCPU(ctx, m.name); err != nil {
		return m, fmt.Errorf("bench: %s: %w", p, err)
	}
	// What the server says of its CPU it says when it has loaded a model.
	if w := r.server.CPUWarning(); w != "" && !r.warned {
		r.warned = true
		tell("WARNING: %s", w)
	}
	return m, nil
}

func (r *run) create(ctx context.Context, p Pair) (model, error) {
	for _, m := range r.suite.Models {
		if m.Name != p.Model {
			continue
		}
		if tag := m.Tags[p.Precision]; tag != "" {
			digest, err := r.server.Digest(ctx, tag, p.Precision)
			return model{tag, digest}, err
		}
		tell("joulebench: creating %s", p)
		name, digest, err := r.server.Create(ctx, ollama.Model{
			Name: m.Name, Weights: m.Weights, Projector: m.Projector, Template: m.Template, Precision: p.Precision,
		})
		return model{name, digest}, err
	}
	return model{}, fmt.Errorf("no model %s in suite %s", p.Model, r.suite.Name)
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

// tell writes a line to the terminal, if there is one. "go test" merges standard output and error, and a stray line
// among results costs benchstat samples, so neither is used.
func tell(format string, args ...any) {
	tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil {
		return // no terminal: the config lines say what matters
	}
	defer tty.Close()
	fmt.Fprintf(tty, format+"\n", args...)
}
