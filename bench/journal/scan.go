package journal

import (
	"iter"
	"strconv"
)

// Outcome is which answer was given: what a [Record] says apart from how it was worded and what it took.
type Outcome struct {
	Suite, Model, Precision string // the pair
	Set, Prompt, Digest     string
	Run                     string
	Pass                    int
	ID, Want, Got           string
	Options                 string // of the request, as Record.Options
	Probabilities           bool   // whether the record has those of the labels
}

// Outcome is what the record says of that.
func (r *Record) Outcome() Outcome {
	return Outcome{r.Suite, r.Model, r.Precision, r.Set, r.Prompt, r.Digest, r.Run, r.Pass, r.ID, r.Want, r.Got,
		string(r.Options), r.Probabilities != nil}
}

// Scan hands out the outcomes of the journal at path, in order: the nth is that of line n. It takes what [ReadFile]
// takes and refuses what that refuses, with the same error, which then is the last that it hands out. It holds one line
// at a time and is more than ten times as fast, for whoever compares the answers of many passes.
//
// No check is left out for that. A line in the form that Write gives it is checked to its end without encoding/json,
// whose Valid alone would take twice as long; any other line is decoded as ReadFile decodes it.
func Scan(path string) iter.Seq2[Outcome, error] {
	return func(yield func(Outcome, error) bool) {
		open(path, newScanner().outcome)(yield)
	}
}

// A scanner reads lines. It allocates only for what it has not met before: in nearly all that an Outcome holds, lines
// repeat one another.
type scanner struct {
	rest    []byte            // of the line
	now     Outcome           // of the line, as far as it is read; before that, of an earlier one
	common  string            // what an earlier line of the same pass began with, up to its id; now holds what that says
	texts   map[string]string // met so far, by themselves
	options string            // last met, in the form of Record.Options
}

func newScanner() *scanner {
	return &scanner{texts: map[string]string{}}
}

func (s *scanner) outcome(line []byte) (Outcome, error) {
	s.rest = line
	if s.plain() {
		return s.now, nil
	}
	r, err := parseLine(line)
	if err != nil {
		return Outcome{}, err
	}
	s.options = string(r.Options)
	return r.Outcome(), nil
}

// plain reads the line if it has the form that Write gives it, so that parseLine would take it, too. Where it cannot be
// sure, it leaves the line to parseLine; so it does where the options change, of which it knows only those last met.
func (s *scanner) plain() bool {
	now := &s.now
	if s.common == "" || !s.skip(s.common) {
		line := s.rest
		if s.common = ""; !s.pass() {
			return false
		}
		s.common = string(line[:len(line)-len(s.rest)])
	}
	if !(s.text("", &now.ID) && s.text(`,"want":"`, &now.Want) && s.text(`,"got":"`, &now.Got)) ||
		now.ID == "" || now.Want == "" || now.Got == "" {
		return false
	}
	if !(s.skip(`,"answer":"`) && s.string()) || s.skip(`,"reason":"`) && !s.string() {
		return false
	}
	now.Options = ""
	if s.skip(`,"options":`) {
		if s.options == "" || !s.skip(s.options) {
			return false
		}
		now.Options = s.options
	}
	if now.Probabilities = s.skip(`,"probabilities":{`); now.Probabilities && !s.probabilities() {
		return false
	}
	return s.number(`,"margin":`) && s.number(`,"entropy":`) && s.count(`,"latency_ns":`) &&
		s.count(`,"prompt_tokens":`) && s.count(`,"prompt_ns":`) && s.count(`,"eval_tokens":`) && s.count(`,"eval_ns":`) &&
		s.count(`,"load_ns":`) && s.number(`,"joules":`) && string(s.rest) == "}"
}

// pass reads what the lines of a pass have in common.
func (s *scanner) pass() bool {
	now := &s.now
	if !(s.text(first, &now.Suite) && s.text(`,"model":"`, &now.Model) && s.text(`,"precision":"`, &now.Precision) &&
		s.text(`,"set":"`, &now.Set) && s.text(`,"prompt":"`, &now.Prompt) && s.text(`,"digest":"`, &now.Digest) &&
		s.text(`,"run":"`, &now.Run) && s.skip(`,"pass":`)) {
		return false
	}
	n, ok := s.whole()
	var err error
	now.Pass, err = strconv.Atoi(string(n))
	return ok && err == nil && now.Pass > 0 && s.skip(`,"id":"`)
}
