package breakeven

import (
	"fmt"
	"math"
	"slices"
)

// precisions are those that a suite may have, the highest first.
var precisions = []string{"f32", "f16", "q8_0", "q4_K_M", "q4_K_S", "q4_0"}

// byPrecision compares two for sorting, the highest first; unknown ones come last.
func byPrecision(a, b kind) int {
	rank := func(k kind) int {
		if i := slices.Index(precisions, k.precision); i >= 0 {
			return i
		}
		return len(precisions)
	}
	return rank(a) - rank(b)
}

// compare holds each two precisions of a model against each other: by model, then cache, as first met.
func (g *group) compare(o Options) (comparisons []Comparison) {
	type series struct{ model, cache string }
	of := map[series][]kind{}
	var order []series
	for _, k := range g.kinds {
		s := series{k.model, k.cache}
		if of[s] == nil {
			order = append(order, s)
		}
		of[s] = append(of[s], k)
	}
	models := map[string]int{}
	for _, s := range order {
		if _, ok := models[s.model]; !ok {
			models[s.model] = len(models)
		}
	}
	slices.SortStableFunc(order, func(a, b series) int { return models[a.model] - models[b.model] })
	for _, s := range order {
		kinds := of[s]
		slices.SortStableFunc(kinds, byPrecision)
		for i, high := range kinds {
			for _, low := range kinds[i+1:] {
				if o.Model == "" || o.Model == s.model {
					comparisons = append(comparisons, g.comparison(high, low, o))
				}
			}
		}
	}
	return comparisons
}

func (g *group) comparison(high, low kind, o Options) Comparison {
	h, l := g.lines[high], g.lines[low]
	c := Comparison{
		Model: high.model, High: high.precision, Low: low.precision, Cache: high.cache,
		Measured: meanOf(h, l, func(p pass) float64 { return p.prompt }),
		Answer:   meanOf(h, l, func(p pass) float64 { return p.answer }),
	}
	c.Prompt = c.Measured
	if o.Prompt > 0 {
		c.Prompt = float64(o.Prompt)
	}
	turns := inTurns(h, l)
	if !turns {
		c.Notes = append(c.Notes, "the passes did not take turns, so what changed with time is in the difference "+
			"(`make bench` takes turns)")
	}
	if g.concurrency != "" && g.concurrency != "1" {
		c.Notes = append(c.Notes,
			fmt.Sprintf("of %s answers at once, time is what one of them takes beside the others", g.concurrency))
	}
	c.Time = c.breakEven(h, l, turns, func(p pass) cost { return p.time })
	joules := func(p pass) cost { return p.joules }
	split := slices.ContainsFunc(slices.Concat(h, l), func(p pass) bool {
		return p.split.known() && !p.joules.known()
	})
	if split {
		joules = func(p pass) cost { return p.split }
	}
	c.Joules = c.breakEven(h, l, turns, joules)
	if c.Joules.Split = split && c.Joules.Missing == ""; c.Joules.Split {
		c.Notes = append(c.Notes,
			"joules split by time: they say what the seconds say, but for the mean watts of each precision")
	}
	return c
}

// meanOf is the mean over the passes that know; 0 where none does.
func meanOf(h, l []pass, of func(pass) float64) float64 {
	sum, n := 0.0, 0.0
	for _, p := range slices.Concat(h, l) {
		if v := of(p); !math.IsNaN(v) {
			sum, n = sum+v, n+1
		}
	}
	return sum / max(n, 1)
}

// inTurns reports whether the lines are two by two of either precision, in whatever order: made in the same pass over all.
func inTurns(h, l []pass) bool {
	if len(h) != len(l) {
		return false
	}
	for i := range len(h) - 1 {
		if max(h[i].place, l[i].place) > min(h[i+1].place, l[i+1].place) {
			return false
		}
	}
	return true
}

// breakEven is that of one cost. A pass that lacks it, as a resumed one does, does not count.
func (c *Comparison) breakEven(h, l []pass, turns bool, of func(pass) cost) BreakEven {
	prompt := c.Prompt
	if prompt == 0 {
		prompt = math.NaN()
	}
	var high, low []cost
	for i := range max(len(h), len(l)) {
		ofHigh, ofLow := whole(h, i, prompt, of), whole(l, i, prompt, of)
		if ofHigh.known() && (ofLow.known() || !turns) {
			high = append(high, ofHigh)
		}
		if ofLow.known() && (ofHigh.known() || !turns) {
			low = append(low, ofLow)
		}
	}
	if len(high) == 0 || len(low) == 0 {
		return BreakEven{Missing: c.missing(h, l)}
	}
	d := unpaired(high, low)
	if turns {
		d = paired(high, low)
	}
	return BreakEven{
		Passes: min(len(high), len(low)), PromptMore: d.mean.prompt, AnswerMore: d.mean.answer, Zones: d.zones(),
	}
}

// whole is the cost of a prompt of so many tokens, and of an answer token, in one pass, if there is that pass.
func whole(lines []pass, i int, prompt float64, of func(pass) cost) cost {
	if i >= len(lines) {
		return cost{math.NaN(), math.NaN()}
	}
	c := of(lines[i])
	return cost{prompt * c.prompt, c.answer}
}

// missing says what there would have to be.
func (c *Comparison) missing(h, l []pass) string {
	for _, side := range []struct {
		precision string
		lines     []pass
	}{{c.High, h}, {c.Low, l}} {
		switch {
		case !slices.ContainsFunc(side.lines, func(p pass) bool { return p.time.prompt > 0 }):
			return "what a prompt token takes was not measured at " + side.precision
		case !slices.ContainsFunc(side.lines, func(p pass) bool { return p.time.answer > 0 }):
			return "what an answer token takes was not measured at " + side.precision +
				" (one-token answers come out of evaluating the prompt)"
		}
	}
	switch {
	case c.Prompt == 0:
		return "how long the prompts were is not known (no prompt-tokens/op): say it with -prompt"
	case c.Measured == 0 || c.Answer == 0:
		return "those of a token take prompt-tokens/op, eval-tokens/op and set-size"
	}
	return "no pass has it of both precisions"
}
