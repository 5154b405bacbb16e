package gate

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"

	"golang.org/x/perf/benchfmt"
)

// Result is what a results file says about a pair.
type Result struct {
	Pair
	F1     float64           // macro, as printed: 4 significant digits
	Config map[string]string // lines above the result, such as "meter", but for those of package testing
	Line   int               // where the pair stands first, from 1
	Passes int               // over the set, of all its lines

	lines []*benchfmt.Result // in the order of the file: of the run
}

// values are those of a unit, one a line, in the order of the run. A line that
// lacks the unit, as one of a resumed pass, is no sample.
func (r *Result) values(unit string) []float64 {
	var values []float64
	for _, line := range r.lines {
		if v, ok := line.Value(unit); ok {
			values = append(values, v)
		}
	}
	return values
}

func (r *Result) samples(units benchfmt.UnitMetadataMap) samples {
	return samples{r.Config, units, r.values}
}

// Results are those of a file.
type Results struct {
	File  string
	Pairs []*Result // in the order in which they first appear

	units benchfmt.UnitMetadataMap
}

// ReadResults reads the pairs of a results file in benchmark format.
//
// A pair may stand there several times, one line a pass, as with -count: its
// answers are deterministic, so F1 and all lines above it must be the same each
// time. Benchmarks that have neither model=, nor precision=, nor F1 are not about
// answers and are passed over. All else that is not clean is an error with file
// and line: a syntax error, a metric that is not a finite number, a failed
// benchmark, a file cut short, a unit of which it is not said whether higher or
// lower is better, no pair at all.
func ReadResults(path string) (*Results, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("gate: read results: %w", err)
	}
	results, err := parseResults(path, data)
	if err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	return results, nil
}

func parseResults(file string, data []byte) (*Results, error) {
	results, err := parseLines(file, data, parseResult)
	switch {
	case err != nil:
		return nil, err
	case len(results.Pairs) == 0:
		return nil, fmt.Errorf("%s:1: no benchmark line with model=, precision= and F1 (`make bench` writes them)", file)
	case results.units.GetBetter("F1") < 0:
		return nil, fmt.Errorf("%s:%d: F1 under a line that says that lower is better: want \"Unit F1 better=higher assume=exact\"", file, results.Pairs[0].Line)
	}
	return results, nil
}

// parseLines reads benchmark lines, of which parse makes results, or nil of those
// that are to be passed over.
func parseLines(file string, data []byte, parse func(*benchfmt.Result) (*Result, error)) (*Results, error) {
	if err := checkFinished(file, data); err != nil {
		return nil, err
	}
	type key struct {
		Pair
		sitting string
	}
	results := &Results{File: file}
	index := map[key]*Result{}
	units := map[string]int{} // the line on which each stands first
	r := benchfmt.NewReader(bytes.NewReader(data), file)
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, rec
		case *benchfmt.Result:
			res, err := parse(rec)
			_, line := rec.Pos()
			if err == nil && res != nil {
				k := key{res.Pair, res.Config[sittingKey]}
				if index[k] == nil {
					index[k] = &Result{Pair: res.Pair, F1: res.F1, Config: res.Config, Line: line}
					results.Pairs = append(results.Pairs, index[k])
				}
				err = index[k].add(res, rec.Clone())
			}
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, line, err)
			}
			for _, v := range rec.Values {
				if _, ok := units[v.Unit]; !ok && res != nil {
					units[v.Unit] = line
				}
			}
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	results.units = r.Units()
	for _, unit := range sortedKeys(units) {
		if results.units.GetBetter(unit) == 0 {
			return nil, fmt.Errorf("%s:%d: unit %s without a direction: no line \"Unit %s better=higher\", or lower, says which", file, units[unit], unit, unit)
		}
	}
	return results, nil
}

// add takes a further line of the pair, which must agree with the first.
func (r *Result) add(again *Result, line *benchfmt.Result) error {
	if r.F1 != again.F1 {
		return fmt.Errorf("%s has F1 %v here and %v on line %d: not runs of the same thing, or not deterministic", r.Pair, again.F1, r.F1, r.Line)
	}
	for _, key := range slices.Concat(conditions(), []string{"set-size"}) {
		if was, is := r.Config[key], again.Config[key]; was != is {
			return fmt.Errorf("%s has %s %q here and %q on line %d: not runs of the same thing", r.Pair, key, is, was, r.Line)
		}
	}
	r.lines = append(r.lines, line)
	r.Passes += line.Iters
	return nil
}

// checkFinished finds what package testing says of a run that broke off, which
// benchfmt passes over, and the end of a file that was cut: such a pair would be
// missing without a word.
func checkFinished(file string, data []byte) error {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		whole := bytes.HasSuffix(line, []byte("\n"))
		line = bytes.TrimSpace(line)
		for _, sign := range []string{"--- FAIL", "FAIL", "panic:"} {
			if bytes.HasPrefix(line, []byte(sign)) {
				return fmt.Errorf("%s:%d: the run failed: %q", file, n, line)
			}
		}
		if !whole {
			return fmt.Errorf("%s:%d: cut short at %.40q: the last line does not end (was the disk full?)", file, n, line)
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
