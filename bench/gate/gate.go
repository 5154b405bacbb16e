// Package gate decides whether a change made a pair (a model at one precision)
// worse: in its answers, sentence by sentence, and in what they cost.
//
// It knows two formats only: the benchmark format of golang.org/x/perf for
// scores and costs, and the journal or the golden file for the answer to each
// sentence. It never talks to a model, and it offers no menu of statistics: it
// decides, in one of three words.
//
//   - pass: shown to be no worse than the margin. For answers, the one-sided
//     95 % bound of the change of macro-F1 ([score.Paired.F1Change]) lies above
//     −margin; for a cost, that of the ratio lies below [MinRatio]. A run passes
//     if every comparison does, which needs no correction (intersection-union
//     test: Berger, Technometrics 24:295, 1982).
//   - regressed: shown to be worse. For answers, by the exact one-sided McNemar
//     test ([score.McNemar]) or, where 20 answers or more changed, by the
//     bootstrap that macro-F1 fell by more than the margin; for a cost, by the
//     one-sided Mann–Whitney test, if its median is worse by [MinRatio] as well.
//     Holm corrects for the number of tests, within the answers of a run and
//     within its costs; each may raise a false alarm in half of the promised
//     share of runs.
//   - inconclusive: neither; with the number of sentences or samples that would
//     decide. So is a cost that the new run no longer reports.
//
// Costs count only against a base that was measured in the same sitting, in
// turns with what it is compared to; or, from five recorded sittings and two new
// ones on, sitting by sitting. Against anything else they are advice: machines
// differ from day to day by more than what one would call a regression.
//
// It refuses to compare what cannot be compared: another set, another prompt or
// a different choice of sentences is an error, never a verdict. So is every file
// that is missing, cut short, or at odds with itself, a run that is held against
// itself, and one of which no pair could be judged. Costs under other
// conditions (another meter, another machine) are not comparable, and said to be.
package gate

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Verdict is what a comparison comes to.
type Verdict string

const (
	Pass         Verdict = "pass"         // shown to be no worse than the margin
	Regressed    Verdict = "regressed"    // shown to be worse
	Inconclusive Verdict = "inconclusive" // neither
)

// Alpha is the share of runs without any change in which the gate may find a
// false regression. Its answers and its costs get one half each.
const Alpha = 0.05

// Pair names one model at one precision in one suite: one row of the table.
type Pair struct {
	Suite     string // the benchmark's name without "Benchmark", e.g. "Sentiment"
	Model     string // as in the name, e.g. "llama3.2-1b"
	Precision string // as Ollama writes it, e.g. "q4_K_M"
}

// String is the benchmark name without its prefix:
// "Sentiment/model=llama3.2-1b/precision=q4_K_M".
func (p Pair) String() string {
	return p.Suite + "/model=" + p.Model + "/precision=" + p.Precision
}

// procsSuffix is what benchfmt takes for GOMAXPROCS at the end of a name.
var procsSuffix = regexp.MustCompile(`-[0-9]+$`)

// check refuses a pair whose parts would not survive as a benchmark name, or
// would reach outside the golden folder as a path on any system.
func (p Pair) check() error {
	for _, part := range []struct{ key, value string }{
		{"suite", p.Suite}, {"model", p.Model}, {"precision", p.Precision},
	} {
		bad := func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._+-", r)
		}
		switch {
		case part.value == "":
			return fmt.Errorf("pair %q has no %s", p, part.key)
		case part.value[0] == '.' || strings.ContainsFunc(part.value, bad):
			return fmt.Errorf("pair %q: %s %q may hold letters, digits and . _ + - only, and not begin with a dot", p, part.key, part.value)
		}
	}
	if procsSuffix.MatchString(p.Precision) {
		return fmt.Errorf("pair %q: precision %q ends like a GOMAXPROCS suffix", p, p.Precision)
	}
	return nil
}

// Answer is what a pair answered to one sentence.
type Answer struct {
	ID   string // dataset.Example.ID
	Want string // the label of the set
	Got  string // a label or score.Unparsed
	Text string // the sentence; empty where it comes from a journal
}

func (a Answer) right() bool { return a.Got == a.Want }
