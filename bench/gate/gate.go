// Package gate decides whether a pair (a model at one precision) still answers
// as well as its golden file says it did.
//
// It knows two formats only: the benchmark format of golang.org/x/perf for
// scores, and the journal or the golden file for the answer to each sentence.
// It never talks to a model.
//
// It decides one thing: macro-F1 fell by more than the margin of the pair
// (regressed), or it did not (pass). It does not judge costs, and a pass does
// not prove that nothing got worse: that depends on the size of the set, which
// is why the exact McNemar test stands beside each verdict.
//
// It refuses to compare what cannot be compared: another set, another prompt,
// other weights, or a different choice of sentences is an error, never a
// verdict. So is every file that is missing, cut short, or at odds with itself.
package gate

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

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
