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
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/joulebench/joulebench/bench/shape"
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

// A Model is one row of a suite's table; each of its precisions makes a pair.
type Model struct {
	// Name is what results call it. ":" and "/" are written as "-".
	Name string
	// Weights is a GGUF file at f16, from which the server makes the other precisions. It, Tags or Shape is set.
	Weights string
	// Projector is the GGUF file of the CLIP projector that belongs to Weights, for a model that sees images as well.
	Projector string
	// Template is how Weights want a prompt wrapped, in Ollama's template language; empty leaves it to Ollama, which knows
	// the templates of common chat models.
	Template string
	// Shape is the architecture of a shape twin: the model that it is one of with random weights, whose name begins with
	// shape-.
	Shape *shape.Shape
	// Precisions to make from Weights or of Shape, in Ollama's spelling: f32 (the same numbers as f16 in twice the room), f16, q8_0,
	// q4_K_M, q4_K_S.
	Precisions []string
	// Tags maps a precision to the name of a model that the server already has: {"q4_K_M": "llama3.2:1b-instruct-q4_K_M"}.
	Tags map[string]string
	// Protocols are ways of sampling this model's answers, by the name that -protocol gives.
	Protocols map[string]Sampling
}

// A Pair is one model at one precision, the unit of a suite.
type Pair struct{ Model, Precision string }

// String is the pair as benchmark names spell it, so that benchstat can make rows and columns of it.
func (p Pair) String() string { return "model=" + p.Model + "/precision=" + p.Precision }

// ollamaPrecisions are the precisions that Ollama has names for, highest first.
var ollamaPrecisions = []string{"f32", "f16", "q8_0", "q4_K_M", "q4_K_S", "q4_0"}

// precisions lists the model's, highest first.
func (m Model) precisions() []string {
	ps := slices.Clone(m.Precisions)
	for p := range m.Tags {
		ps = append(ps, p)
	}
	slices.SortFunc(ps, byPrecision)
	return ps
}

// slug makes a model's name fit for a benchmark's: a "/" would split it and ":" must be quoted in benchstat's filters.
func slug(name string) string { return strings.NewReplacer(":", "-", "/", "-").Replace(name) }

// load reads the suite's file, if it has one, and checks the whole. Paths in a file are relative to that file.
func (s *Suite) load() error {
	where := "suite " + s.Name
	if s.File != "" {
		where = s.File
		data, err := os.ReadFile(s.File)
		if err != nil {
			return fmt.Errorf("bench: reading the suite: %w", err)
		}
		// Strict: a misspelt field would silently leave its default in force.
		name := s.Name
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(s); err != nil {
			return fmt.Errorf("bench: %s:%d: %w", where, 1+bytes.Count(data[:d.InputOffset()], []byte("\n")), err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("bench: %s: more text after the suite's closing brace", where)
		}
		if name != "" && s.Name != name {
			return fmt.Errorf("bench: %s: its name is %q, but the tests that would run it are called %s", where, s.Name, name)
		}
		dir := filepath.Dir(s.File)
		s.Set, s.Golden, s.Shots = join(dir, s.Set), join(dir, s.Golden), join(dir, s.Shots)
		for i := range s.Prompts {
			s.Prompts[i].File = join(dir, s.Prompts[i].File)
		}
		for i := range s.Models {
			s.Models[i].Weights = join(dir, s.Models[i].Weights)
			s.Models[i].Projector = join(dir, s.Models[i].Projector)
		}
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("bench: %s: %w", where, err)
	}
	return nil
}

func join(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

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
		if m.Shape == nil && (m.Weights == "") == (len(m.Tags) == 0) {
			return fmt.Errorf("model %s: want either weights with precisions, or tags", m.Name)
		}
		if err := m.checkShape(); err != nil {
			return err
		}
		ps := m.precisions()
		if len(ps) == 0 {
			return fmt.Errorf("model %s: no precisions", m.Name)
		}
		for j, p := range ps {
			if !slices.Contains(ollamaPrecisions, p) || j > 0 && p == ps[j-1] {
				return fmt.Errorf("model %s: precision %q: want each once, of %s", m.Name, p, strings.Join(ollamaPrecisions, " "))
			}
		}
		offered = append(offered, ps...)
		for name, p := range m.Protocols {
			if err := p.check(); err != nil {
				return fmt.Errorf("model %s: protocol %q: %w", m.Name, name, err)
			}
		}
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
