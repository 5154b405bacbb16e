// Package breakeven finds the length of answer from which on a lower precision of a model costs less than a higher one.
//
// Fewer bits are no saving by themselves. On a CPU they make answer tokens cheaper, since each reads all weights from
// memory once, and prompt tokens dearer, since these are computed many at a time and the weights must be unpacked first.
// So it hangs on how long the question is and how long the answer.
//
// A prompt of P tokens and its answer of A tokens, its end counted as Ollama does, cost P·p + (A−1)·a: the first answer
// token comes out of evaluating the prompt (see costs). Where Δp and Δa are what the lower precision costs more, it breaks
// even at A = 1 − P·Δp/Δa. That is linear in both lengths, as attention is not: it holds near the lengths that were
// measured, and less the further from them.
//
// The package does not offer a choice of tests. For every length of answer, Student's t test says whether the mean
// difference over the passes is one (95 %, two-sided); the lengths at which it is not are the confidence set of the
// break-even (Fieller, Journal of the Royal Statistical Society B 16, 1954). It is exact where the differences are normal,
// and need be no interval: see Zone. The level holds for the break-even, and for each length by itself. Of two precisions
// that cost the same in everything, some length or other is called cheaper or dearer in more than 5 % of runs: of six passes
// in 19 % at most, by Hotelling's T² in place of t.
package breakeven

import "math"

// An Effect is what the passes tell of the lower precision.
type Effect string

const (
	Less   Effect = "less"     // it costs less
	More   Effect = "more"     // it costs more
	Untold Effect = "not told" // so many passes cannot tell
)

// A Zone is a range of lengths of answer, in tokens, of which the passes tell the same. The zones of a break-even adjoin,
// and reach from 1 token to +Inf.
type Zone struct {
	From, To float64
	Effect   Effect
}

// A Table holds what may be compared: results of one benchmark under one configuration, warm and cold.
type Table struct {
	Name        string   // of the benchmark
	Config      []string // "meter: ..." and the lines in which this table differs from others of the same files
	Comparisons []Comparison
}

// A Comparison holds a precision of a model against a higher one.
type Comparison struct {
	Model     string
	High, Low string  // precisions
	Cache     string  // warm, cold, or empty where the results do not say
	Prompt    float64 // tokens of the prompt: of a mean one of these passes, or as asked for; 0 is not known
	Measured  float64 // tokens of the mean prompt of these passes; 0 is not known
	Answer    float64 // tokens of the mean answer of these passes, its end counted; 0 is not known
	Time      BreakEven
	Joules    BreakEven
	Notes     []string // what one should know before believing it
}

// A BreakEven is that of one cost: seconds, or joules.
type BreakEven struct {
	Missing string // why there is none; all else is then empty
	Passes  int    // of which each precision has at least so many
	Split   bool   // joules are those of the whole passes, split by the phases' times
	// What the lower precision costs more, in the mean over the passes: for the whole prompt, and for each token of the
	// answer after the first. In seconds or joules.
	PromptMore, AnswerMore float64
	Zones                  []Zone // nil for one pass, which tells nothing of chance
}

// Estimate is the range of lengths at which the lower precision costs Less, by the means alone; or all lengths, and More.
func (b *BreakEven) Estimate() Zone {
	all := Zone{1, math.Inf(1), More}
	// An answer of one token costs what its prompt does; where that is the same, the next one decides.
	if b.PromptMore < 0 || b.PromptMore == 0 && b.AnswerMore < 0 {
		all.Effect = Less
	}
	switch at := 1 - b.PromptMore/b.AnswerMore; {
	case !(at > 1) || math.IsInf(at, 1):
		return all
	case b.AnswerMore < 0:
		return Zone{at, math.Inf(1), Less}
	default:
		return Zone{1, at, Less}
	}
}
