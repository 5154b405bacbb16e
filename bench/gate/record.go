package gate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Recording says how to record a run as golden.
type Recording struct {
	Labels []string          // of the set, in the order in which they are to be written
	Texts  map[string]string // of the sentences, by id

	// Accept is why answers may be worse than the golden ones that they
	// replace, or to another set or prompt. It is written into the files.
	Accept string
	// Subset leaves golden pairs that were not measured as they are, instead
	// of refusing an incomplete run.
	Subset bool
}

// Record makes the answers and costs of a run golden, below dir. It refuses a run
// that lacks a pair or a sentence, that was unstable (see [Results.Unstable]), or
// whose answers are worse than those that they would replace, before it writes
// anything. The notes say what was recorded.
//
// Answers are those of the first pass. Costs make one more sitting of this class of
// host; fewer than six passes show neither spread nor drift, and their costs are
// left out.
func Record(dir string, run *Run, r Recording) (notes []string, err error) {
	fail := func(err error) ([]string, error) { return nil, fmt.Errorf("gate: recording %s: %w", run.File, err) }
	if drift := run.Unstable(); drift != nil {
		return fail(fmt.Errorf("the machine was not stable: %s (measure again, on a machine with nothing else to do)", strings.Join(drift, ", ")))
	}
	var goldens []*Golden
	var errs []error
	for _, res := range run.Pairs {
		g, err := r.golden(run, res)
		if err == nil {
			_, err = g.successor(dir)
		}
		errs = append(errs, err)
		goldens = append(goldens, g)
	}
	recorded, err := goldenPairs(dir, run)
	errs = append(errs, err)
	for _, p := range recorded {
		if run.Result(p) == nil && !r.Subset {
			errs = append(errs, fmt.Errorf("incomplete: %s has golden answers and was not measured (-subset keeps them)", p))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fail(err)
	}
	costs, note, err := addCosts(dir, run)
	if err != nil {
		return fail(err)
	}
	for _, g := range goldens {
		if err := WriteGolden(dir, g); err != nil {
			return nil, err
		}
	}
	if costs != nil {
		if err := costs.write(); err != nil {
			return fail(err)
		}
	}
	return []string{fmt.Sprintf("answers of %d pairs recorded in %s", len(goldens), dir), note}, nil
}

// golden is what is to be recorded of a pair.
func (r Recording) golden(run *Run, res *Result) (*Golden, error) {
	rec := run.Answers[res.Pair]
	g := &Golden{
		Pair: res.Pair, Set: rec.Set, Prompt: rec.Prompt, Digest: rec.Digest,
		Ollama: res.Config["ollama"], CPU: res.Config["ollama-cpu"],
		Labels: r.Labels, Accepted: r.Accept,
	}
	switch first := run.Pairs[0].Pair; {
	case res.Suite != first.Suite:
		return nil, fmt.Errorf("%s is of another suite than %s: record one suite at a time", res.Pair, first)
	case res.Config["set-size"] == "":
		return nil, fmt.Errorf("%s: the results do not say of how many sentences the set is (set-size)", res.Pair)
	}
	for _, a := range rec.Answers {
		text, ok := r.Texts[a.ID]
		if !ok {
			return nil, fmt.Errorf("%s: sentence %q of the run is none of the set's: was it another set?", res.Pair, a.ID)
		}
		a.Text = text
		g.Answers = append(g.Answers, a)
	}
	return g, nil
}

// newSitting is a file of recorded costs that is to be written.
type newSitting struct {
	file string
	data []byte
}

// addCosts adds the run's costs to the recorded ones; nil, with the reason, where
// they are not worth it.
func addCosts(dir string, run *Run) (*newSitting, string, error) {
	for _, res := range run.Pairs {
		if n := len(res.lines); n < enoughPasses {
			return nil, fmt.Sprintf("costs not recorded: %s has %d passes, and fewer than %d show neither spread nor drift (make bench COUNT=10)", res.Pair, n, enoughPasses), nil
		}
		if res.Config["host"] == "" {
			return nil, "costs not recorded: the results do not say on which host they were measured", nil
		}
	}
	first := run.Pairs[0]
	file := hostFile(dir, first.Config["host"], first.Suite)
	s, err := readSittings(file)
	if err != nil {
		return nil, "", err
	}
	if err := s.add(run); err != nil {
		return nil, "", err
	}
	data := s.format()
	again, err := parseSittings("the new "+filepath.Base(file), data)
	if err == nil {
		err = again.belong(file)
	}
	if err != nil {
		return nil, "", fmt.Errorf("not written, since it could not be read back: %w", err)
	}
	return &newSitting{file, data}, fmt.Sprintf("costs recorded in %s: sitting %d", file, len(s.all)), nil
}

func (n *newSitting) write() error {
	dir := filepath.Dir(n.file)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temp, err := writeTemp(dir, n.data)
	if err == nil {
		err = os.Rename(temp, n.file)
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return syncDir(dir)
}
