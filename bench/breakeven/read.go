package breakeven

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"
)

// Options say what is asked for.
type Options struct {
	Prompt int    // tokens of the prompt; 0 is the mean prompt of the passes themselves
	Model  string // the only one to compare the precisions of; empty is each
}

// Read compares each two precisions of a model in results files, in benchmark format, each line a pass. Tables are in the
// order of the files, models too, precisions from the highest down.
//
// It reads what other readers refuse: results of a run of which a part failed, and warm beside cold. Results of different
// configurations are never compared. A benchmark without model= and precision= is passed over; a line that cannot be read,
// or a number that nothing can cost, is an error with file and line.
func Read(paths []string, o Options) ([]Table, error) {
	tables, err := read(&benchfmt.Files{Paths: paths}, o)
	if err != nil {
		return nil, fmt.Errorf("breakeven: %w", err)
	}
	if len(tables) == 0 {
		return nil, fmt.Errorf("breakeven: no results in %s: no benchmark line names a model and a precision "+
			"(`make bench` writes such)", strings.Join(paths, ", "))
	}
	if o.Model != "" && !slices.ContainsFunc(tables, func(t Table) bool {
		return slices.ContainsFunc(t.Comparisons, func(c Comparison) bool { return c.Model == o.Model })
	}) {
		return nil, fmt.Errorf("breakeven: -model %s: no two precisions of it in %s", o.Model, strings.Join(paths, ", "))
	}
	return tables, nil
}

// records is what [benchfmt.Files] and [benchfmt.Reader] do.
type records interface {
	Scan() bool
	Result() benchfmt.Record
	Err() error
}

// A group collects the lines of a table.
type group struct {
	key   benchproc.Key
	table Table
	kinds []kind // in the order in which they first appear
	lines map[kind][]pass

	concurrency string
}

// A kind of pass: one pair, warm or cold.
type kind struct{ model, precision, cache string }

func read(in records, o Options) ([]Table, error) {
	var parser benchproc.ProjectionParser
	var kindBy, tableBy *benchproc.Projection
	var err error
	// GOMAXPROCS of the harness says nothing of the server's threads, and seeds are samples of the same pair.
	for _, p := range []struct {
		by  **benchproc.Projection
		key string
	}{
		{&kindBy, "/model,/precision,cache,/cache"},
		{new(*benchproc.Projection), "/gomaxprocs,/seed"},
		{&tableBy, ".name,.config,.fullname"},
	} {
		if *p.by, err = parser.Parse(p.key, nil); err != nil {
			return nil, err
		}
	}
	var groups []*group
	byKey := map[benchproc.Key]*group{}
	for place := 0; in.Scan(); place++ {
		r, ok := in.Result().(*benchfmt.Result)
		if syntax, bad := in.Result().(*benchfmt.SyntaxError); bad {
			return nil, syntax
		}
		if !ok {
			continue
		}
		of, fields := kindBy.Project(r), kindBy.Fields()
		k := kind{of.Get(fields[0]), of.Get(fields[1]), cmp.Or(of.Get(fields[3]), of.Get(fields[2]))}
		if k.model == "" || k.precision == "" {
			continue
		}
		key := tableBy.Project(r)
		g := byKey[key]
		if g == nil {
			g = &group{key: key, lines: map[kind][]pass{}, concurrency: r.GetConfig("concurrency")}
			g.table.Name = string(r.Name.Base())
			byKey[key] = g
			groups = append(groups, g)
		}
		line, err := costs(r, place)
		if err != nil {
			file, n := r.Pos()
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		if g.lines[k] == nil {
			g.kinds = append(g.kinds, k)
		}
		g.lines[k] = append(g.lines[k], line)
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	return named(groups, o), nil
}

// named makes the tables, each with the settings that tell it from the others, and its meter, without which joules say
// nothing.
func named(groups []*group, o Options) (tables []Table) {
	var keys []benchproc.Key
	for _, g := range groups {
		keys = append(keys, g.key)
	}
	differs := benchproc.NonSingularFields(keys)
	for _, g := range groups {
		for _, f := range g.key.Projection().FlattenedFields() {
			value := g.key.Get(f)
			switch {
			case f.Name != "meter" && !slices.Contains(differs, f), f.Name == ".name":
			case f.Name == ".fullname":
				if parts := strings.Trim(value, "*/"); parts != "" { // of the name, besides the pair
					g.table.Config = append(g.table.Config, parts)
				}
			default:
				g.table.Config = append(g.table.Config, f.Name+": "+cmp.Or(value, "(none)"))
			}
		}
		g.table.Comparisons = g.compare(o)
		tables = append(tables, g.table)
	}
	return tables
}
