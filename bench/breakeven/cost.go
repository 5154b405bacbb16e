package breakeven

import (
	"fmt"
	"math"
	"strconv"

	"golang.org/x/perf/benchfmt"
)

// A pass is what a benchmark line says of costs; NaN is what it does not say.
type pass struct {
	place          int     // of the line among all
	prompt, answer float64 // tokens of the mean prompt and answer
	time           cost    // seconds
	joules         cost    // by phase, as measured
	split          cost    // joules of the whole, split by the phases' times
}

// costs finds them.
//
// Of n answer tokens Ollama's eval_count has all n, the end token among them, but its eval_duration the time of n−1: the
// first is sampled from what evaluating the prompt ended in, and that took prompt_eval_duration. So it is in both runners
// (v0.17.4, llamarunner/runner.go, processBatch: numDecoded counts from the last batch of the prompt, generationDuration
// adds up from the next one; ollamarunner/runner.go, computeBatch: startedAt is set anew when numPredicted becomes 1). So
// eval-tok/s is Σ (eval_count − 1) ÷ Σ eval_duration, and the cost of an answer token that of one that was computed.
//
// Ollama counts prompt tokens that it took from its cache as evaluated, so a warm prompt token costs what it does on
// average.
func costs(r *benchfmt.Result, place int) (pass, error) {
	var err error
	value := func(unit string) float64 {
		v, ok := r.Value(unit)
		if !ok {
			return math.NaN()
		}
		if !(v >= 0) || math.IsInf(v, 1) {
			err = fmt.Errorf("%s = %v is no measurement", unit, v)
		}
		return v
	}
	answers := math.NaN()
	for _, key := range []string{"requests", "set-size"} {
		if text := r.GetConfig(key); text != "" {
			n, convErr := strconv.Atoi(text)
			if convErr != nil || n < 1 {
				err = fmt.Errorf("%s: want how many answers a pass has, got %q", key, text)
			}
			answers = float64(n)
			break
		}
	}
	promptTokens, answerTokens := value("prompt-tokens/op"), value("eval-tokens/op")
	promptRate, answerRate := value("prompt-tok/s"), value("eval-tok/s")
	computed := answerTokens - answers
	promptTime, answerTime := promptTokens/promptRate, computed/answerRate
	share := promptTime / (promptTime + answerTime)
	joules := value("joules/op")
	p := pass{
		place:  place,
		prompt: promptTokens / answers,
		answer: answerTokens / answers,
		time:   cost{1 / promptRate, 1 / answerRate},
		joules: cost{value("joules-prompt/op") / promptTokens, value("joules-eval/op") / computed},
		split:  cost{joules * share / promptTokens, joules * (1 - share) / computed},
	}
	for _, v := range []*float64{
		&p.prompt, &p.answer,
		&p.time.prompt, &p.time.answer, &p.joules.prompt, &p.joules.answer, &p.split.prompt, &p.split.answer,
	} {
		// 0 tokens, 0 tokens a second, or no token but first ones: nothing was measured that could be divided by.
		if !(*v >= 0) || math.IsInf(*v, 1) {
			*v = math.NaN()
		}
	}
	return p, err
}
