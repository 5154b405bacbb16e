package gate

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// parseResult takes one line of results; it is nil for one that is not about a
// pair.
func parseResult(rec *benchfmt.Result) (*Result, error) {
	f1s := 0
	var f1 float64
	for _, v := range rec.Values {
		if v.Unit == "F1" {
			f1s++
			f1 = v.Value
		}
	}
	res, err := parsePair(rec)
	if res.Model == "" && res.Precision == "" && f1s == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	res.F1 = f1
	switch {
	case f1s != 1:
		err = fmt.Errorf("%s has %d metrics F1, want one", res.Pair, f1s)
	case f1 < 0 || f1 > 1:
		err = fmt.Errorf("%s has F1 %v, which lies outside 0 to 1", res.Pair, f1)
	case res.Config["unparsed"] == "drop":
		err = fmt.Errorf("%s was scored with \"unparsed: drop\", which golden scores are not: measure without -unparsed drop", res.Pair)
	}
	return res, err
}

// parsePair takes one line, of results or of recorded costs. The result is not
// nil even if the line is refused.
func parsePair(rec *benchfmt.Result) (*Result, error) {
	pair, other := parseName(rec.Name)
	res := &Result{Pair: pair, Config: map[string]string{}}
	for _, c := range rec.Config {
		if c.File {
			res.Config[c.Key] = string(c.Value)
		}
	}
	units := map[string]bool{}
	for _, v := range rec.Values {
		switch {
		case math.IsNaN(v.Value) || math.IsInf(v.Value, 0):
			return res, fmt.Errorf("%s is %v, not a finite number", v.Unit, v.Value)
		case units[v.Unit] && v.Unit != "F1":
			return res, fmt.Errorf("%s has %s twice", pair, v.Unit)
		}
		units[v.Unit] = true
	}
	switch {
	case pair.check() != nil:
		return res, pair.check()
	case rec.Iters < 1:
		return res, fmt.Errorf("%s has %d passes", pair, rec.Iters)
	case other != nil:
		return res, fmt.Errorf("name %q has parts besides model= and precision=: %q", rec.Name, other)
	case res.Config["requests"] != "":
		return res, fmt.Errorf("%s is a shape twin, which gives no answers to judge (benchstat compares costs)", pair)
	case res.Config["set"] == "" || res.Config["prompt"] == "":
		return res, fmt.Errorf("%s lacks the config lines \"set: ...\" and \"prompt: ...\" above it", pair)
	}
	return res, nil
}

// parseName takes a benchmark's name apart; other are its parts that a pair has
// not.
func parseName(name benchfmt.Name) (p Pair, other []string) {
	base, parts := name.Parts()
	p.Suite = string(base)
	for _, part := range parts {
		part := string(part)
		if v, ok := strings.CutPrefix(part, "/model="); ok && p.Model == "" {
			p.Model = v
		} else if v, ok := strings.CutPrefix(part, "/precision="); ok && p.Precision == "" {
			p.Precision = v
		} else if strings.HasPrefix(part, "/") {
			other = append(other, part)
		}
	}
	return p, other
}
