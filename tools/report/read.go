package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchproc"
)

// A table holds results that may be compared: of one benchmark under one configuration.
type table struct {
	Name   string // of the benchmark
	Config []setting
	Rows   []*row // by model as first met, then from the highest precision down
	Notes  []string
}

// A setting is a configuration line of the results.
type setting struct{ Key, Value string }

// A row is one pair.
type row struct {
	Model, Precision string
	table            *table
	base             *row // the model's highest precision; nil if that is this row
	samples          map[string]*sample
}

// A sample is what was measured of one metric of one pair.
type sample struct {
	*benchmath.Sample
	Summary benchmath.Summary
	assume  benchmath.Assumption
}

// origin is what no number may stand without, and then the machine.
var origin = []string{"meter", "meter-error", "grid", "set", "prompt", "ollama"}

// read collects the results of all files; those of the same configuration are
// samples of the same table, whichever file they stand in.
func read(paths []string) ([]*table, error) {
	var parser benchproc.ProjectionParser
	pairBy, err := parser.Parse("/model,/precision", nil)
	if err != nil {
		return nil, err
	}
	// GOMAXPROCS of the harness says nothing of the server's threads, which have a setting. Seeds of sampled answers are
	// samples of the same pair.
	if _, err := parser.Parse("/gomaxprocs,/seed", nil); err != nil {
		return nil, err
	}
	tableBy, err := parser.Parse(".name,.config,.fullname", nil)
	if err != nil {
		return nil, err
	}

	var tables []*table
	byKey := map[benchproc.Key]*table{}
	rows := map[*table]map[benchproc.Key]*row{}
	values := map[*row]map[string][]float64{}
	files := benchfmt.Files{Paths: paths}
	for files.Scan() {
		switch r := files.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, fmt.Errorf("report: %w", r)
		case *benchfmt.Result:
			pair := pairBy.Project(r)
			model, precision := pair.Get(pairBy.Fields()[0]), pair.Get(pairBy.Fields()[1])
			if model == "" || precision == "" {
				continue // a benchmark of something else
			}
			key := tableBy.Project(r)
			t := byKey[key]
			if t == nil {
				if t, err = newTable(r, tableBy, key); err != nil {
					return nil, err
				}
				byKey[key], rows[t] = t, map[benchproc.Key]*row{}
				tables = append(tables, t)
			}
			p := rows[t][pair]
			if p == nil {
				p = &row{Model: model, Precision: precision, table: t}
				rows[t][pair], values[p] = p, map[string][]float64{}
				t.Rows = append(t.Rows, p)
			}
			for _, v := range r.Values {
				if err := sane(v); err != nil {
					file, line := r.Pos()
					return nil, fmt.Errorf("report: %s:%d: %w", file, line, err)
				}
				values[p][v.Unit] = append(values[p][v.Unit], v.Value)
			}
		}
	}
	if err := files.Err(); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if len(tables) == 0 {
		return nil, fmt.Errorf("report: no results in %s: no benchmark line names a model and a precision", strings.Join(paths, ", "))
	}

	units := benchfmt.UnitMetadataMap(files.Units())
	for _, t := range tables {
		for _, p := range t.Rows {
			p.samples = map[string]*sample{}
			for unit, v := range values[p] {
				s := &sample{Sample: benchmath.NewSample(v, &benchmath.DefaultThresholds), assume: units.GetAssumption(unit)}
				s.Summary = s.assume.Summary(s.Sample, 0.95)
				p.samples[unit] = s
			}
		}
		t.arrange()
	}
	return tables, nil
}

// newTable makes the table that r is the first result of.
func newTable(r *benchfmt.Result, by *benchproc.Projection, key benchproc.Key) (*table, error) {
	t := &table{}
	for _, f := range by.FlattenedFields() {
		switch value := key.Get(f); {
		case f.Name == ".name":
			t.Name = value
		case f.Name == ".fullname":
			t.Name += strings.TrimPrefix(value, "*") // parts of the name besides the pair
		case value != "":
			t.Config = append(t.Config, setting{f.Name, value})
		}
	}
	file, line := r.Pos()
	for _, key := range origin {
		// A shape twin is asked for tokens, not about a set.
		if t.setting(key) == "" && (t.setting("requests") == "" || key != "set" && key != "prompt") {
			return nil, fmt.Errorf("report: %s:%d: no line `%s: ...` above this result: its numbers cannot be told from others", file, line, key)
		}
	}
	if _, err := t.meterError(); err != nil {
		return nil, fmt.Errorf("report: %s:%d: %w", file, line, err)
	}
	return t, nil
}

// sane refuses what no run can have measured and no axis can show.
func sane(v benchfmt.Value) error {
	low, high := -1e15, 1e15
	switch v.Unit {
	case f1Unit, "accuracy":
		low, high = 0, 1
	case joulesUnit:
		low = 0
	}
	if !(low <= v.Value && v.Value <= high) { // nor is NaN
		return fmt.Errorf("%v %s: want a value from %v to %v", v.Value, v.Unit, low, high)
	}
	return nil
}

// setting returns the value of a configuration line, empty if there is none.
func (t *table) setting(key string) string {
	for _, s := range t.Config {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// meterError returns the stated error of the meter as a share of what it reads.
func (t *table) meterError() (float64, error) {
	text := t.setting("meter-error")
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || percent < 0 || !strings.HasSuffix(text, "%") {
		return 0, fmt.Errorf("meter-error: want a percentage such as 5%%, got %q", text)
	}
	return percent / 100, nil
}

// arrange puts the origin before the other settings, sorts the rows, gives each
// its base, and notes exact metrics that differ from sample to sample.
func (t *table) arrange() {
	place := func(s setting) int {
		if i := slices.Index(append(origin, "cpu"), s.Key); i >= 0 {
			return i
		}
		return len(origin) + 1
	}
	slices.SortStableFunc(t.Config, func(a, b setting) int { return place(a) - place(b) })

	var models []string
	for _, r := range t.Rows {
		if !slices.Contains(models, r.Model) {
			models = append(models, r.Model)
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b *row) int {
		if a.Model != b.Model {
			return slices.Index(models, a.Model) - slices.Index(models, b.Model)
		}
		return comparePrecision(a.Precision, b.Precision)
	})
	for i, r := range t.Rows {
		if i > 0 && t.Rows[i-1].Model == r.Model {
			if r.base = t.Rows[i-1].base; r.base == nil {
				r.base = t.Rows[i-1]
			}
		}
		for _, unit := range []string{"F1", "accuracy"} {
			if s := r.samples[unit]; s != nil && s.assume == benchmath.AssumeExact && len(s.Summary.Warnings) > 0 {
				t.Notes = append(t.Notes, fmt.Sprintf("%s of %s at %s differs between samples, from %s to %s: the most frequent is shown.",
					unit, r.Model, r.Precision, share(s.Summary.Lo), share(s.Summary.Hi)))
			}
		}
	}
}

// comparePrecision orders precisions from the highest down: by bits, and of the
// same bits q4_K_M before q4_K_S before q4_0.
func comparePrecision(a, b string) int {
	if d := bits(b) - bits(a); d != 0 {
		return d
	}
	if ka, kb := strings.Contains(a, "_K"), strings.Contains(b, "_K"); ka != kb {
		if ka {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// bits returns the number that a precision begins with after its letters, 0 if none.
func bits(precision string) int {
	digits := strings.TrimLeft(strings.ToLower(precision), "abcdefghijklmnopqrstuvwxyz")
	if i := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		digits = digits[:i]
	}
	n, _ := strconv.Atoi(digits) // no digits: an unknown precision, the lowest
	return n
}
