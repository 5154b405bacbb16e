package breakeven

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// columns is how long a line may be.
const columns = 160

// Line says in one line of at most 160 columns what is most telling in tables that Read has returned: of their first model,
// the highest precision against the lowest, and how many models of the same table are alike. Where nothing is told, it says
// why.
func Line(tables []Table) string {
	var all []Comparison // of the first table that has any
	for _, t := range slices.Backward(tables) {
		if len(t.Comparisons) > 0 {
			all = t.Comparisons
		}
	}
	var ends []Comparison // of each model the highest precision against the lowest
	for _, c := range all {
		switch i := slices.IndexFunc(ends, func(e Comparison) bool { return e.Model == c.Model }); {
		case c.Cache != all[0].Cache:
		case i < 0:
			ends = append(ends, c)
		case ends[i].High == c.High:
			ends[i] = c // they come from the highest precision down
		}
	}
	if len(ends) == 0 {
		return "break-even: nothing to compare: no model was measured at two precisions"
	}
	first := ends[0]
	if first.Time.Missing != "" {
		return shorten("break-even: " + first.Model + ": " + first.Time.Missing)
	}
	text := "break-even: " + first.Model + ": " + first.Verdicts()[0]
	if first.Cache != "" {
		text = strings.Replace(text, " prompt tokens", " "+first.Cache+" prompt tokens", 1)
	}
	var joules, alike string
	if first.Joules.Missing == "" && !first.Joules.Split {
		joules = fmt.Sprintf("; joules: %s (%s)", first.Joules.Short(), first.Joules.Interval())
	}
	if len(ends) > 1 {
		n := 0
		for _, e := range ends {
			if e.Time.Missing == "" && slices.Equal(e.Time.effects(), first.Time.effects()) {
				n++
			}
		}
		alike = fmt.Sprintf("; %d of %d models alike", n, len(ends))
	}
	for _, more := range []string{joules + alike, alike, joules} {
		if utf8.RuneCountInString(text+more) <= columns {
			return text + more
		}
	}
	return shorten(text)
}

// effects are those of the zones, or of one pass that by the estimate.
func (b *BreakEven) effects() (effects []Effect) {
	for _, z := range b.Zones {
		effects = append(effects, z.Effect)
	}
	if effects == nil {
		effects = append(effects, Effect(strings.Fields(b.Short())[0]))
	}
	return effects
}

func shorten(text string) string {
	if r := []rune(text); len(r) > columns {
		return string(r[:columns-1]) + "…"
	}
	return text
}
