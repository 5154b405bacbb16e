package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// MinRatio is how much worse a cost must be, in the ratio of medians, to be
// called regressed, and how much worse it must be shown not to be, to pass.
const MinRatio = 1.05

// costUnits are the metrics that are tested, each once a pair. Grams follow
// joules, joules per sentence too, and latencies the time: they are not tested
// twice.
func costUnits() []string {
	return []string{"joules/op", "net-joules/op", "sec/op", "prompt-tok/s", "eval-tok/s", "peak-RSS-bytes"}
}

// Cost compares one metric of a pair.
type Cost struct {
	Unit     string
	Better   int     // −1 where lower is better, +1 where higher is
	Old, New float64 // medians, in the unit; New is NaN where the new side has no samples
	OldN     int     // samples: lines of the results, or sittings
	NewN     int

	Ratio float64 // of the medians, new to old
	// Low and High are the 90 % interval of the ratio, each end a one-sided
	// 95 % bound (Hodges and Lehmann): 0 and +Inf for too few samples.
	Low, High float64

	P        float64 // one-sided Mann–Whitney: the chance of such samples if new is no worse
	Adjusted float64 // by Holm, for all costs of the run
	Verdict  Verdict
	Need     int    // samples a side that would probably decide, if inconclusive; 0 where no number would
	Note     string // why there is no interval

	better, worse []float64 // the samples, such that a regression makes worse larger than better
}

// Costs are what is compared of a pair besides its answers.
type Costs struct {
	Metrics       []Cost
	NotComparable string   // what differs in the conditions, such as "meter rapl:package-0 → estimate:cpu-time"; then there are no metrics
	Lacking       []string // units that only the new side has
	Advice        string   // why the verdicts do not count; empty where they do
}

// samples are measured values under one set of conditions.
type samples struct {
	config map[string]string
	units  benchfmt.UnitMetadataMap
	values func(unit string) []float64
}

// compareCosts compares all metrics that the old side has. One that the new side no longer reports is compared too, and
// stays inconclusive: nothing shows that it is no worse. The verdicts are open.
func compareCosts(old, new samples, across []string) (*Costs, error) {
	c := &Costs{NotComparable: differing(old.config, new.config, across)}
	if c.NotComparable == "" && new.config["host"] == "" {
		c.NotComparable = "the results do not say on which host they were measured"
	}
	if c.NotComparable != "" {
		return c, nil
	}
	for _, unit := range costUnits() {
		if strings.Contains(unit, "joules") && estimated(new.config["meter"]) {
			continue // they are time in other units
		}
		was, is := old.values(unit), new.values(unit)
		before, now := old.units.GetBetter(unit), new.units.GetBetter(unit)
		switch {
		case len(was) == 0 && len(is) > 0:
			c.Lacking = append(c.Lacking, unit)
		case before*now < 0:
			return nil, fmt.Errorf("unit %s: lower is better on the one side, higher on the other", unit)
		case len(was) > 0:
			c.Metrics = append(c.Metrics, compareCost(unit, cmp.Or(before, now), was, is))
		}
	}
	return c, nil
}

func estimated(meter string) bool { return strings.HasPrefix(meter, "estimate") }

func compareCost(unit string, direction int, old, new []float64) Cost {
	c := Cost{Unit: unit, Better: direction, OldN: len(old), NewN: len(new), Old: median(old), New: median(new), better: old, worse: new}
	c.Ratio = c.New / c.Old
	if direction > 0 {
		c.better, c.worse = new, old
	}
	c.P = mannWhitney(c.better, c.worse)
	var err error
	if _, c.Low, c.High, err = ratioInterval(old, new, 0.9); err != nil {
		c.Low, c.High, c.Note = 0, math.Inf(1), err.Error()
	}
	if len(new) == 0 {
		c.Note = "no new samples"
	}
	return c
}

// decide gives the verdict, from the p-value adjusted for all costs and their
// level.
func (c *Cost) decide(adjusted, level float64) {
	c.Adjusted = adjusted
	switch {
	case adjusted <= level*(1+levelRounding) && c.worsened() >= MinRatio:
		c.Verdict = Regressed
	case c.worst() < MinRatio:
		c.Verdict = Pass
	default:
		c.Verdict = Inconclusive
		c.Need = c.need(level)
	}
}

// need is how many samples a side would probably decide, if they spread as these do: the fewer of those to pass and of those
// to show the regression.
func (c *Cost) need(level float64) int {
	if c.Note != "" {
		return 0
	}
	n, ok := samplesToPass(c.better, c.worse, MinRatio)
	if m, shown := samplesToRegress(c.better, c.worse, level); shown && (!ok || m < n) && c.worsened() >= MinRatio {
		n, ok = m, true
	}
	if !ok {
		return 0
	}
	return max(n, min(c.OldN, c.NewN)+1) // so many have just not done
}

// worsened is the ratio of medians, above 1 where the cost got worse, and worst its upper bound.
func (c *Cost) worsened() float64 {
	if c.Better > 0 {
		return c.Old / c.New
	}
	return c.Ratio
}

func (c *Cost) worst() float64 {
	if c.Better > 0 {
		return 1 / c.Low
	}
	return c.High
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	s := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds) // which sorts what it gets
	return benchmath.AssumeNothing.Summary(s, 0.95).Center
}

// Change is the ratio of medians as a person reads it, with its interval:
// "+3.1 % (−0.4 % to +7.0 %)".
func (c *Cost) Change() string {
	if c.Note != "" {
		return c.Note
	}
	return fmt.Sprintf("%s (%s to %s)", percent(c.Ratio), percent(c.Low), percent(c.High))
}

func percent(ratio float64) string {
	if math.IsInf(ratio, 1) {
		return "+∞"
	}
	return fmt.Sprintf("%+.1f %%", 100*(ratio-1))
}
