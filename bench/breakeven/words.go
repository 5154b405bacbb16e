package breakeven

import (
	"fmt"
	"math"
	"strings"
)

// enough passes make an interval that is worth reading: t is 12.7 for two of them, and 2.6 for six.
const enough = 6

// Verdicts say in plain sentences what the passes tell, of time and then of joules.
func (c *Comparison) Verdicts() []string {
	return []string{
		c.verdict(&c.Time, "less time", "more time", "time"),
		c.verdict(&c.Joules, "fewer joules", "more joules", "joules"),
	}
}

func (c *Comparison) verdict(b *BreakEven, less, more, what string) string {
	if b.Missing != "" {
		return what + ": no break-even: " + b.Missing
	}
	than := func(e Effect) string {
		if e == Less {
			return less + " than " + c.High
		}
		return more + " than " + c.High
	}
	at := "at " + tokens(c.Prompt) + " prompt tokens"
	if c.Extrapolated() && c.Measured != 0 {
		at += " (extrapolated from " + tokens(c.Measured) + ")"
	}
	costs := func(z Zone) string { return "costs " + than(z.Effect) + " for answers of " + z.lengths() }
	guess := c.Low + " " + costs(b.Estimate())
	switch {
	case b.Zones == nil:
		return fmt.Sprintf("%s, by one pass, %s; %d passes would say how sure that is", at, guess, enough)
	case b.crosses():
		return fmt.Sprintf("%s, %s (95 %%: %s)", at, guess, b.Interval())
	}
	var told []string
	untold := false
	for _, z := range b.Zones {
		if z.Effect == Untold {
			untold = true
		} else if z.lengths() != "" {
			told = append(told, costs(z))
		}
	}
	passes := fmt.Sprintf("%d passes cannot tell", b.Passes)
	if b.Passes < enough {
		passes = fmt.Sprintf("%d passes cannot tell (try %d)", b.Passes, enough)
	}
	switch {
	case len(told) == 0:
		return fmt.Sprintf("%s, %s whether %s costs %s or more, for answers of any length", at, passes, c.Low, than(Less))
	case untold:
		return fmt.Sprintf("%s, %s %s; of other lengths %s", at, c.Low, strings.Join(told, ", and "), passes)
	}
	return fmt.Sprintf("%s, %s %s", at, c.Low, strings.Join(told, ", and "))
}

// Extrapolated reports whether the prompt is of another length than those that were measured.
func (c *Comparison) Extrapolated() bool { return c.Prompt != c.Measured }

// crosses reports whether both sides of the break-even are told.
func (b *BreakEven) crosses() bool {
	n := len(b.Zones)
	return n > 1 && b.Zones[0].Effect != Untold && b.Zones[n-1].Effect != Untold
}

// lengths are the whole lengths in the zone, in words, empty if there are none.
func (z Zone) lengths() string {
	from, to := math.Ceil(z.From), math.Floor(z.To)
	switch {
	case from > to:
		return ""
	case from == 1 && math.IsInf(to, 1):
		return "any length"
	case math.IsInf(to, 1):
		return tokens(from) + " tokens or more"
	case to == 1:
		return "1 token"
	case from == 1:
		return "up to " + tokens(to) + " tokens"
	case from == to:
		return tokens(from) + " tokens"
	}
	return tokens(from) + " to " + tokens(to) + " tokens"
}

// Short is the estimate for a table: "from 41", "up to 41", "always", "never", or "–" if there is none.
func (b *BreakEven) Short() string {
	z := b.Estimate()
	switch {
	case b.Missing != "":
		return "–"
	case z.From > 1:
		return "from " + tokens(math.Ceil(z.From))
	case !math.IsInf(z.To, 1):
		return "up to " + tokens(math.Floor(z.To))
	case z.Effect == Less:
		return "always"
	}
	return "never"
}

// Interval is the 95 % confidence set of the break-even: "35–52", or where it is open "≥ 35", "≤ 52", both, or "not told"
// where it is everything, "always" and "never" where it is nothing. It is "–" for one pass.
func (b *BreakEven) Interval() string {
	if b.Zones == nil {
		return "–"
	}
	var sets []string
	for i, z := range b.Zones {
		if z.Effect != Untold {
			continue
		}
		// From such a length on one precision is cheaper, or up to it, as beside this zone: so its ends are rounded.
		round := math.Floor
		if i > 0 && b.Zones[i-1].Effect == More || i+1 < len(b.Zones) && b.Zones[i+1].Effect == Less {
			round = math.Ceil
		}
		from, to := tokens(round(z.From)), tokens(round(z.To))
		switch {
		case i == 0 && math.IsInf(z.To, 1):
			return "not told"
		case i == 0:
			sets = append(sets, "≤ "+to)
		case math.IsInf(z.To, 1):
			sets = append(sets, "≥ "+from)
		case from == to:
			sets = append(sets, to)
		default:
			sets = append(sets, from+"–"+to)
		}
	}
	switch {
	case sets != nil:
		return strings.Join(sets, " or ")
	case len(b.Zones) > 1: // passes that are all equal
		return strings.TrimPrefix(strings.TrimPrefix(b.Short(), "from "), "up to ")
	case b.Zones[0].Effect == Less:
		return "always"
	}
	return "never"
}

// tokens formats a number of tokens. Beyond a million it is of no interest how many.
func tokens(n float64) string {
	if n >= 1e6 {
		return fmt.Sprintf("%.0e", n)
	}
	return fmt.Sprintf("%.0f", n)
}
