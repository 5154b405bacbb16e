package bench

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/joulebench/joulebench/bench/carbon"
	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/progress"
)

// run is one invocation of the test binary: what the command line chose, and what it opened for that.
type run struct {
	options
	id      string
	suite   *Suite
	pairs   []Pair
	set     *dataset.Set
	setID   string // hashing the set for every answer would be measured as inference
	skipped string // how many records of the set's file are bad, if any
	asked   Prompt
	prompt  *classify.Prompt // asked, parsed
	tokens  *Tokens          // asked of shape twins in the place of set and prompt, else nil
	source  carbon.Source    // of the grid

	mu         sync.Mutex // for all below; held while a pair is asked, since two would share the cores and the joules
	server     *ollama.Server
	failed     error       // why there is no server; not tried twice
	warned     bool        // that the server does not use the CPU as it could
	pair       Pair        // whose model the server holds
	model      *model      // nil before the first
	twin       twin        // whose weights are written
	disk       ollama.Disk // nil: what is really free
	meter      energy.Meter
	grid       carbon.Grid
	rest       *energy.Rest // measured after the pair before
	journal    *journal.Writer
	progress   *progress.Reporter
	task       *progress.Task          // of the pair that is asked
	recorded   []journal.Record        // what the journal held when -resume opened it
	resumed    map[string]bool         // what was taken from there
	passes     map[Pair]int            // begun
	unfit      map[Pair]string         // for which the memory does not do, with why
	references map[string]reference    // by model, see drift.go
	reference  string                  // their hash
	highestOf  map[string]distribution // label probabilities at the model's highest precision in this run
}

// open reads what the run needs but a server: everything that can be wrong with the command line is found here.
func open(s *Suite, o options) (*run, error) {
	file, err := suiteFile(o.suite, s.File)
	if err != nil {
		return nil, err
	}
	s.File = file
	if err := s.load(); err != nil {
		return nil, err
	}
	r := &run{
		options: o, suite: s, passes: map[Pair]int{}, unfit: map[Pair]string{}, resumed: map[string]bool{}, highestOf: map[string]distribution{},
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
	if s.Tokens != nil {
		err = r.openTokens()
	} else {
		err = r.openQuestions()
	}
	if err != nil {
		return nil, err
	}
	if r.source, err = carbon.Open(o.grid); err != nil {
		return nil, fmt.Errorf("bench: -grid: %w", err)
	}
	if err := r.openJournal(); err != nil {
		return nil, err
	}
	return r, nil
}

// openQuestions reads the set, and what is to be asked about it.
func (r *run) openQuestions() error {
	if err := r.openSet(); err != nil {
		return err
	}
	if err := r.chooseProtocol(); err != nil {
		return err
	}
	return r.choosePrompt()
}

// openSet reads the set and draws the sample.
func (r *run) openSet() (err error) {
	file := r.suite.Set
	if r.options.set != "" {
		file = fromRoot(r.options.set)
	}
	if r.set, err = r.reading.Open(file); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := r.set.CheckLabels(r.suite.Labels); err != nil {
		return fmt.Errorf("bench: suite %s: %w", r.suite.Name, err)
	}
	if bad := len(r.set.Bad); bad > 0 {
		r.skipped = fmt.Sprintf("%d of %d records, the first on line %d", bad, r.set.Records(), r.set.Bad[0].Line)
		tell("joulebench: skipped %s of %s (go run ./tools/dataset lists them)", r.skipped, file)
	}
	if r.sample > 0 {
		if r.set, err = r.set.Sample(r.sample, r.seed); err != nil {
			return fmt.Errorf("bench: -sample: %w", err)
		}
	}
	r.setID = r.set.ID()
	return nil
}

// openJournal opens -journal for writing, after reading what is there already if -resume says so.
func (r *run) openJournal() (err error) {
	if r.options.journal == "" {
		return nil
	}
	file := fromRoot(r.options.journal)
	if r.journal, err = journal.Append(file); err != nil {
		return fmt.Errorf("bench: -journal: %w", err)
	}
	if r.resume {
		if r.recorded, err = journal.ReadFile(file); err != nil {
			return fmt.Errorf("bench: -resume: %w", err)
		}
	}
	return nil
}
