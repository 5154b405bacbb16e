package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/perf/benchfmt"

	"github.com/joulebench/joulebench/bench/carbon"
)

const (
	joulesUnit = "joules/op"
	gramsUnit  = "gCO2/op"
	sciUnit    = "gCO2e-sci/op"
)

// recompute writes the results in the file to w as they would be on the grid,
// or nothing if one of them cannot be told. machine is for results that do not
// name their own.
//
// benchfmt says what the lines mean. They are changed in place rather than
// written by benchfmt.Writer, which would drop what is no result and split the
// configuration anew.
func recompute(w io.Writer, file string, g carbon.Grid, machine carbon.Embodied) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("grid: %w", err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	var joules, left int
	var leftErr error
	reader := benchfmt.NewReader(bytes.NewReader(text), file)
	for reader.Scan() {
		rec := reader.Result()
		_, at := rec.Pos()
		fail := func(err error) error { return fmt.Errorf("grid: %s:%d: %w", file, at, err) }
		switch rec := rec.(type) {
		case *benchfmt.SyntaxError:
			return fmt.Errorf("grid: %w", rec)
		case *benchfmt.Result:
			if _, ok := rec.Value(joulesUnit); ok {
				joules++
			}
			fresh, err := values(rec, g, machine)
			var untold *untoldError
			if errors.As(err, &untold) {
				if left++; left == 1 {
					leftErr = fail(err)
				}
			} else if err != nil {
				return fail(err)
			}
			lines[at-1] = replace(lines[at-1], fresh)
		}
	}
	if err := reader.Err(); err != nil {
		return fmt.Errorf("grid: %w", err)
	}
	if joules == 0 {
		return fmt.Errorf("grid: %s: no result has %s, without which there are no grams", file, joulesUnit)
	}
	for i, line := range lines {
		end := line[len(bytes.TrimRight(line, "\r\n")):]
		switch {
		case isConfig(line, "grid"):
			lines[i] = append([]byte("grid: "+g.String()), end...)
			if note := g.Caveat(); note != "" {
				lines[i] = append(append(lines[i], "grid-note: "+note...), end...)
			}
		case isConfig(line, "grid-note"): // of the old grid
			lines[i] = nil
		}
	}
	if _, err := w.Write(bytes.Join(lines, nil)); err != nil {
		return fmt.Errorf("grid: writing the results: %w", err)
	}
	if left > 1 {
		leftErr = fmt.Errorf("%w (and of %d further results)", leftErr, left-1)
	}
	return leftErr
}

// An untoldError says why a result's embodied part cannot be told.
type untoldError struct{ why string }

func (e *untoldError) Error() string {
	return sciUnit + " is left out: " + e.why
}

// values returns what a result's values become, by unit; "" is left out. With
// an untoldError the others are good.
func values(r *benchfmt.Result, g carbon.Grid, machine carbon.Embodied) (map[string]string, error) {
	old := map[string]float64{}
	for _, v := range r.Values {
		if strings.Contains(v.Unit, "gCO2") {
			if v.Unit != gramsUnit && v.Unit != sciUnit {
				return nil, fmt.Errorf("%s is of the old grid, and this command does not know how to compute it anew", v.Unit)
			}
			old[v.Unit] = v.Value
		}
	}
	if len(old) == 0 {
		return nil, nil
	}
	joules, ok := r.Value(joulesUnit)
	if !ok {
		return nil, fmt.Errorf("no %s, without which there are no grams", joulesUnit)
	}
	if r.GetConfig("grid") == "" {
		return nil, errors.New("no line `grid: ...` above this result that could name the new one")
	}
	pue, err := strconv.ParseFloat(r.GetConfig("pue"), 64)
	if err != nil {
		return nil, fmt.Errorf("want a line such as `pue: 1` above this result, got %q", r.GetConfig("pue"))
	}
	grams, err := g.Grams(joules, pue)
	if err != nil {
		return nil, err
	}
	out := map[string]string{gramsUnit: number(grams)}
	if _, ok := old[sciUnit]; ok {
		out[sciUnit] = ""
		part, err := embodied(r, old, machine)
		if err != nil {
			return out, err
		}
		out[sciUnit] = number(grams + part)
	}
	return out, nil
}

// embodied returns the grams of the machine itself in one op of r, which had
// the grams old.
func embodied(r *benchfmt.Result, old map[string]float64, machine carbon.Embodied) (float64, error) {
	if line := r.GetConfig("embodied"); line != "" {
		said, err := carbon.ParseEmbodied(line)
		if err != nil {
			return 0, err
		}
		if machine != (carbon.Embodied{}) && machine != said {
			return 0, fmt.Errorf("-embodied %v, but the results say %v themselves", machine, said)
		}
		machine = said
	}
	if machine == (carbon.Embodied{}) {
		return 0, &untoldError{"nothing says what the machine itself cost: give it, such as -embodied 300kg/4y"}
	}
	seconds, ok := r.Value("sec/op")
	if !ok || !(seconds >= 0 && seconds <= math.MaxInt64/1e9) {
		return 0, &untoldError{"without ns/op nothing says how long the machine was used"}
	}
	part := machine.Grams(time.Duration(seconds * 1e9))
	// Values have four digits, and time is taken around the loop and in it.
	sum, off := old[gramsUnit]+part, 0.01*old[sciUnit]+1e-7
	if _, ok := old[gramsUnit]; ok && !(math.Abs(sum-old[sciUnit]) <= off) {
		return 0, &untoldError{fmt.Sprintf("it is %v, but %s and the share of %v make %s: is that the machine?", old[sciUnit], gramsUnit, machine, number(sum))}
	}
	return part, nil
}

// number has six digits, two more than go test prints, and no exponent.
func number(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// isConfig tells a configuration line of that key with a value.
func isConfig(line []byte, key string) bool {
	value, ok := bytes.CutPrefix(line, []byte(key+":"))
	return ok && (bytes.HasPrefix(value, []byte(" ")) || bytes.HasPrefix(value, []byte("\t"))) && len(bytes.TrimSpace(value)) > 0
}

// replace puts new values before their units in a benchmark line; a unit whose
// value is "" goes with all that stands between it and the field before.
func replace(line []byte, fresh map[string]string) []byte {
	fields := fieldsOf(line)
	var out []byte
	done := 0
	for i := 2; i+1 < len(fields); i += 2 {
		value, unit := fields[i], fields[i+1]
		v, ok := fresh[string(line[unit.from:unit.to])]
		switch {
		case !ok:
		case v == "":
			out = append(out, line[done:fields[i-1].to]...)
			done = unit.to
		default:
			out = append(append(out, line[done:value.from]...), v...)
			done = value.to
		}
	}
	return append(out, line[done:]...)
}

type span struct{ from, to int }

// fieldsOf is bytes.Fields with places.
func fieldsOf(line []byte) []span {
	var out []span
	rest := line
	for {
		rest = bytes.TrimLeftFunc(rest, unicode.IsSpace)
		if len(rest) == 0 {
			return out
		}
		n := bytes.IndexFunc(rest, unicode.IsSpace)
		if n < 0 {
			n = len(rest)
		}
		from := len(line) - len(rest)
		out = append(out, span{from, from + n})
		rest = rest[n:]
	}
}
