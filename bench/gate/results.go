package gate

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// Result is what a results file says about a pair that the gate needs.
type Result struct {
	Pair
	F1     float64 // macro, as printed: 4 significant digits
	Set    string  // set id
	Prompt string  // prompt id
	Ollama string  // version of the server, "" where not stated
	CPU    string  // its CPU library, "" where not stated
	Meter  string  // of the joules, "" where not stated
	Line   int     // where the pair stands first, from 1
	Runs   int     // lines of the pair
}

// ReadResults reads the pairs of a results file in benchmark format, in the
// order in which they first appear.
//
// A pair may stand there several times, as with -count: its answers are
// deterministic, so F1, set and prompt must be the same each time. Benchmarks
// that have neither model=, nor precision=, nor F1 are not about answers and
// are passed over. All else that is not clean is an error with file and line: a
// syntax error, a metric that is not a finite number, a failed benchmark, a
// unit F1 of which higher is not said to be better, no pair at all.
func ReadResults(path string) ([]Result, error) {
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

func parseResults(file string, data []byte) ([]Result, error) {
	if err := checkFinished(file, data); err != nil {
		return nil, err
	}
	var results []Result
	index := map[Pair]int{}
	r := benchfmt.NewReader(bytes.NewReader(data), file)
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, rec
		case *benchfmt.Result:
			res, ok, err := parseResult(rec)
			_, line := rec.Pos()
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, line, err)
			}
			if !ok {
				continue
			}
			res.Line = line
			i, ok := index[res.Pair]
			if !ok {
				i = len(results)
				index[res.Pair] = i
				results = append(results, res)
			}
			if err := results[i].add(res); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, line, err)
			}
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("%s:1: no benchmark line with model=, precision= and F1 (`make bench` writes them)", file)
	}
	if r.Units().GetBetter("F1") != 1 {
		return nil, fmt.Errorf("%s:%d: F1 without a line \"Unit F1 better=higher assume=exact\"", file, results[0].Line)
	}
	return results, nil
}

// add counts a further line of the pair, which must agree with the first.
func (r *Result) add(again Result) error {
	r.Runs++
	for _, v := range []struct {
		what       string
		first, now any
	}{
		{"F1", r.F1, again.F1}, {"set", r.Set, again.Set}, {"prompt", r.Prompt, again.Prompt},
		{"ollama", r.Ollama, again.Ollama}, {"ollama-cpu", r.CPU, again.CPU},
	} {
		if v.first != v.now {
			return fmt.Errorf("%s has %s %v here and %v on line %d: not runs of the same thing, or not deterministic",
				r.Pair, v.what, v.now, v.first, r.Line)
		}
	}
	return nil
}

// checkFinished finds what package testing says of a run that broke off, which
// benchfmt passes over: such a pair would be missing without a word.
func checkFinished(file string, data []byte) error {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		line = bytes.TrimSpace(line)
		for _, sign := range []string{"--- FAIL", "FAIL", "panic:"} {
			if bytes.HasPrefix(line, []byte(sign)) {
				return fmt.Errorf("%s:%d: the run failed: %q", file, n, line)
			}
		}
	}
	return nil
}

// parseResult takes one benchmark line; ok is false for one that is not about
// a pair.
func parseResult(rec *benchfmt.Result) (res Result, ok bool, err error) {
	base, parts := rec.Name.Parts()
	res.Suite = string(base)
	var other []string
	for _, part := range parts {
		part := string(part)
		if v, ok := strings.CutPrefix(part, "/model="); ok && res.Model == "" {
			res.Model = v
		} else if v, ok := strings.CutPrefix(part, "/precision="); ok && res.Precision == "" {
			res.Precision = v
		} else if strings.HasPrefix(part, "/") {
			other = append(other, part)
		}
	}
	f1s := 0
	for _, v := range rec.Values {
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
			return res, false, fmt.Errorf("%s is %v, not a finite number", v.Unit, v.Value)
		}
		if v.Unit == "F1" {
			f1s++
			res.F1 = v.Value
		}
	}
	if res.Model == "" && res.Precision == "" && f1s == 0 {
		return res, false, nil
	}
	res.Set, res.Prompt = rec.GetConfig("set"), rec.GetConfig("prompt")
	res.Ollama, res.CPU, res.Meter = rec.GetConfig("ollama"), rec.GetConfig("ollama-cpu"), rec.GetConfig("meter")
	switch {
	case res.check() != nil:
		err = res.check()
	case other != nil:
		err = fmt.Errorf("name %q has parts besides model= and precision=: %q", rec.Name, other)
	case f1s != 1:
		err = fmt.Errorf("%s has %d metrics F1, want one", res.Pair, f1s)
	case res.F1 < 0 || res.F1 > 1:
		err = fmt.Errorf("%s has F1 %v, which lies outside 0 to 1", res.Pair, res.F1)
	case rec.GetConfig("unparsed") == "drop":
		err = fmt.Errorf("%s was scored with \"unparsed: drop\", which golden scores are not: measure without -unparsed drop", res.Pair)
	case res.Set == "" || res.Prompt == "":
		err = fmt.Errorf("%s lacks the config lines \"set: ...\" and \"prompt: ...\" above it", res.Pair)
	}
	return res, true, err
}
