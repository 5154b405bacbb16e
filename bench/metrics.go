package bench

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/joulebench/joulebench/bench/carbon"
	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/score"
)

// metrics are what the answers are worth.
func (r *run) metrics(p Pair, t *tally) (map[string]float64, error) {
	if r.tokens != nil {
		return map[string]float64{}, nil // nobody has read the answers
	}
	c, err := t.scores.Handle(score.Handling(r.unparsed))
	if err != nil {
		return nil, err
	}
	metrics := map[string]float64{
		"F1":                 c.MacroF1(),
		"accuracy":           c.Accuracy(),
		"macro-precision":    c.MacroPrecision(),
		"macro-recall":       c.MacroRecall(),
		"weighted-F1":        c.WeightedF1(),
		"weighted-precision": c.WeightedPrecision(),
		"weighted-recall":    c.WeightedRecall(),
		"MCC":                c.MCC(),
		"unparsed":           t.scores.Unparsed(),
	}
	metrics["F1-low"], metrics["F1-high"] = c.MacroF1Interval()
	if r.asked.Reason {
		metrics["quoted"] = float64(t.quoted) / float64(len(t.answers))
	}
	// A deterministic pass was expected. The first pass counts; that others disagreed must not go unseen.
	if len(t.changed) > 0 {
		metrics["unstable"] = float64(len(t.changed)) / float64(len(t.answers))
	}
	if d, ok := r.drift(p.Model, t.answers); ok {
		metrics["drift"] = d.Share()
	}
	if r.probabilities {
		r.certainty(metrics, p, t)
	}
	if r.concurrency > 1 {
		// Of someone else's server it is not known.
		if runner, err := r.server.Runner(); err == nil {
			metrics["batch-dependent"] = 0
			if runner.BatchDependent() {
				metrics["batch-dependent"] = 1
				tell("joulebench: %s: the engine's answers depend on which sentences it computes together", p)
			}
		}
	}
	for unit, v := range metrics {
		// What is printed of a score is right to one in a thousand or to the last decimal: neither misleads.
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%s = %v is no measurement (-unparsed drop leaves nothing where no answer has a label)", unit, v)
		}
	}
	return metrics, nil
}

// costs adds what n passes took.
func (r *run) costs(metrics map[string]float64, t *tally, read readings, n int) error {
	used := read.used
	joules := used.Gross.Joules() / float64(n)
	grams, err := r.grid.Grams(joules, r.pue)
	if err != nil {
		return err
	}
	slices.Sort(t.latencies)
	costs := map[string]float64{
		"joules/op":        joules,
		"joules-error":     used.Error,
		"gCO2/op":          grams,
		"p50-latency-ns":   float64(percentile(t.latencies, 50)),
		"p95-latency-ns":   float64(percentile(t.latencies, 95)),
		"peak-RSS-bytes":   float64(read.peak),
		"loaded-bytes":     float64(t.model.size),
		"load-ns":          float64(t.model.load),
		"prompt-tokens/op": float64(t.promptTokens) / float64(n),
		"eval-tokens/op":   float64(t.evalTokens) / float64(n),
		"server-share":     read.share.Of(),
	}
	maps.Copy(costs, read.heat)
	if r.embodied != (carbon.Embodied{}) {
		costs["gCO2e-sci/op"] = grams + r.embodied.Grams(used.Duration/time.Duration(n))
	}
	if r.tokens == nil {
		costs["joules/sentence"] = joules / float64(len(r.set.Examples))
		// With no right answer it is infinite, hence absent.
		if right := t.scores.Accuracy() * float64(len(t.answers)); right > 0 {
			costs["joules/correct"] = joules / right
		}
	}
	// The first token of an answer comes of its prompt: it is no part of the time that Ollama reports, so that an answer of one
	// token takes none. A rate that was not measured is absent, not zero.
	if t.promptTime > 0 {
		costs["prompt-tok/s"] = float64(t.promptTokens) / t.promptTime.Seconds()
	}
	if t.evalTime > 0 {
		costs["eval-tok/s"] = float64(t.evalTimed) / t.evalTime.Seconds()
		if t.perToken > 0 {
			costs["eval-B/s"] = costs["eval-tok/s"] * float64(t.perToken)
		}
	}
	for unit, v := range costs {
		if err := printable(unit, v, used.Error/10); err != nil {
			return err
		}
		metrics[unit] = v
	}
	return t.phases.joules(metrics, r.meter, n)
}

// net adds what n passes took beyond the machine at rest. Where there is none to be had, the figures at rest say why.
func (r *run) net(metrics map[string]float64, used energy.Reading, before, after energy.Rest, n int) error {
	metrics["idle-watts"] = (before.Watts + after.Watts) / 2
	metrics["idle-change-watts"] = math.Abs(after.Watts - before.Watts)
	joules, uncertainty, err := used.Net(before, after)
	if err != nil {
		tell("joulebench: %v", err)
		return nil
	}
	metrics["net-joules/op"] = joules / float64(n)
	metrics["net-error"] = uncertainty / joules
	return printable("net-joules/op", joules/float64(n), used.Error/10)
}

// printable refuses what package testing would print with too few digits: it prints 4 of them, but 7 decimals at most,
// so that 0.00001234 becomes 0.0000123. The loss must not show beside the meter's error: small is the most that it may
// be, relative to the value. (4 digits whatever the meter would forbid short sets on clean grids for nothing.)
func printable(unit string, v, small float64) error {
	const rounding = 0.5e-7
	if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return fmt.Errorf("%s = %v is no measurement", unit, v)
	}
	if v != 0 && rounding/v > small {
		return fmt.Errorf("%s = %.4g is too small: go test would print %.7f, wrong by up to %.1f %% (run a larger set: -set)", unit, v, v, 100*rounding/v)
	}
	return nil
}

// percentile is the smallest of the sorted values that at least p percent do not exceed (nearest rank).
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[(len(sorted)*p+99)/100-1]
}
