// Package bench makes a labelled set of sentences and a table of models into Go tests and Go benchmarks.
//
// Every model × precision pair is asked for the label of every sentence by a real Ollama server on the CPU. As a
// test, its answers are held against the recorded golden ones; as a benchmark, one op is one pass over the whole
// set, reported with joules, grams of CO2 and F1. A suite of one's own is three lines and a table:
//
//	var suite = bench.Suite{File: "testdata/suite.json"}
//
//	func TestMain(m *testing.M)          { bench.Main(m, &suite) }
//	func TestTickets(t *testing.T)       { suite.Test(t) }
//	func BenchmarkTickets(b *testing.B)  { suite.Benchmark(b) }
//
// The package prints nothing but benchmark format on standard output, starts no server before a test or benchmark
// needs one, and leaves no process behind. It does not compare costs of different runs: that is benchstat's work and
// the gate's.
package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A Suite is a labelled task and the pairs that do it. It may be written in Go or stand in a JSON file with the same
// fields; a field set in Go is overridden by the file.
type Suite struct {
	// File is the JSON file to read the suite from; empty if all is said in Go. The flag -suite takes its place.
	File string `json:"-"`
	// Name is the tests' and benchmarks' name without Test and Benchmark ("Sentiment"), and the golden files' folder.
	// If it is set in Go, a file must say the same: results of another suite would be filed under this one.
	Name string
	// Set is the file with the labelled sentences, in any form that package dataset reads. The flag -set takes its place.
	Set string
	// Tokens takes the place of Set and of all that goes with it in a suite of shape twins.
	Tokens *Tokens
	// Labels are the labels that occur, in the order in which the prompt lists them.
	Labels []string
	// Prompts are the questions that can be asked about each sentence. The first one is, unless -prompt names another; none
	// means classify.DefaultTemplate.
	Prompts []Prompt
	// Context is the model's context window in tokens; 0 means 2048. A prompt that does not fit is an error.
	Context int
	// Shots is a file with labelled sentences from which -shots draws examples to show; none of Set's own must be among them.
	Shots string
	// Default are the precisions that run unless -precisions names others ("all" for every one); none means all.
	Default []string
	// Idle is how long the machine is measured at rest before and after each pair, as Go writes durations; empty means 10s.
	Idle string
	// Golden is the folder of the recorded answers.
	Golden string
	// Models are the rows of the table.
	Models []Model

	run *run
}

// A Pair is one model at one precision, the unit of a suite.
type Pair struct{ Model, Precision string }

// String is the pair as benchmark names spell it, so that benchstat can make rows and columns of it.
func (p Pair) String() string { return "model=" + p.Model + "/precision=" + p.Precision }

// ollamaPrecisions are the precisions that Ollama has names for, highest first.
var ollamaPrecisions = []string{"f32", "f16", "q8_0", "q4_K_M", "q4_K_S", "q4_0"}

// check refuses a suite whose results could not be told apart, and fills in defaults.
func (s *Suite) check() error {
	if s.Name == "" || strings.IndexFunc(s.Name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) >= 0 {
		return fmt.Errorf("name %q: want letters and digits, as in the name of a Go test", s.Name)
	}
	if s.Set == "" && s.Tokens == nil {
		return errors.New("no set: name the file with the labelled sentences")
	}
	if len(s.Models) == 0 {
		return errors.New("no models")
	}
	if s.Context == 0 {
		s.Context = 2048
	}
	if s.Idle == "" {
		s.Idle = "10s"
	}
	if d, err := time.ParseDuration(s.Idle); err != nil || d < 0 {
		return fmt.Errorf("idle %q: want a duration, such as 10s or 0s", s.Idle)
	}
	if s.Context < 0 {
		return errors.New("a negative context")
	}
	if err := s.checkTokens(); err != nil {
		return err
	}
	if s.Tokens == nil {
		if err := s.checkPrompts(); err != nil {
			return err
		}
	}
	var offered []string
	names := map[string]bool{}
	for i := range s.Models {
		m := &s.Models[i]
		m.Name = slug(m.Name)
		if m.Name == "" || strings.ContainsAny(m.Name, " \t=") || names[m.Name] {
			return fmt.Errorf("model %d, %q: want a name of its own without spaces and without =", i+1, m.Name)
		}
		names[m.Name] = true
		if err := m.check(); err != nil {
			return fmt.Errorf("model %s: %w", m.Name, err)
		}
		if m.Context > 0 && s.Context > m.Context {
			return fmt.Errorf("model %s: was trained on %d tokens at most, and the suite's context is %d", m.Name, m.Context, s.Context)
		}
		offered = append(offered, m.precisions()...)
	}
	for _, p := range s.Default {
		if !slices.Contains(offered, p) {
			return fmt.Errorf("default precision %q: no model has it", p)
		}
	}
	return nil
}

// Pairs lists the pairs chosen by -models and -precisions (all models at the suite's default precisions if they are not
// given), model by model, highest precision first, or as -order shuffles them.
// It is empty before Main has loaded the suite.
func (s *Suite) Pairs() []Pair {
	if s.run == nil {
		return nil
	}
	return s.run.pairs
}
