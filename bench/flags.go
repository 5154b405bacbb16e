package bench

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/carbon"
)

// options are what the command line says. Flags are registered on the FlagSet that register is given and nowhere else.
type options struct {
	suite, set, golden, journal string
	models, precisions, prompt  string
	threads                     int
	meter, grid                 string
	pue                         float64
	update                      bool
}

func (o *options) register(fs *flag.FlagSet) {
	fs.StringVar(&o.suite, "suite", "", "run the suite in this `FILE`, or the one of that name beside the default suite")
	fs.StringVar(&o.set, "set", "", "classify the labelled sentences in this `FILE` instead of the suite's own")
	fs.StringVar(&o.golden, "golden", "", "`DIR` of the golden files, instead of the suite's own")
	fs.StringVar(&o.journal, "journal", "", "append every answer to this `FILE`, one line of JSON each")
	fs.StringVar(&o.models, "models", "", "run these models only (comma-separated `NAMES`)")
	fs.StringVar(&o.precisions, "precisions", "", "run these precisions only (comma-separated `NAMES`, or all); by default those that the suite says")
	fs.StringVar(&o.prompt, "prompt", "", "ask with the suite's prompt of this `NAME`; by default with its first")
	fs.IntVar(&o.threads, "threads", max(1, runtime.NumCPU()-1), "threads of the model; by default one core is left free, since a busy last core makes spinning threads slow")
	fs.StringVar(&o.meter, "meter", "", "energy meter by `NAME`: rapl or estimate; by default the best that can be read")
	fs.StringVar(&o.grid, "grid", carbon.World, "electricity grid by `CODE` (FRA) or as 'my site=123' in gCO2e/kWh")
	fs.Float64Var(&o.pue, "pue", 1, "power usage effectiveness: the site's power over the computers' power, 1 or more")
	// Users' tests often have an -update of their own, with the same meaning.
	if fs.Lookup("update") == nil {
		fs.BoolVar(&o.update, "update", false, "record the golden files anew")
	}
}

// parsed completes the options from the parsed flags and refuses values that mean nothing.
func (o *options) parsed(fs *flag.FlagSet) error {
	if g, ok := fs.Lookup("update").Value.(flag.Getter); ok {
		o.update, _ = g.Get().(bool)
	}
	if o.threads < 1 {
		return fmt.Errorf("bench: -threads %d: want 1 or more", o.threads)
	}
	if !(o.pue >= 1) || math.IsInf(o.pue, 0) {
		return fmt.Errorf("bench: -pue %v: want a number of 1 or more (a site uses at least what its computers use)", o.pue)
	}
	return nil
}

// suiteFile is the file that -suite means: a path, or the name of a file beside the default suite's.
func (o *options) suiteFile(standard string) (string, error) {
	if o.suite == "" {
		return standard, nil
	}
	if !strings.ContainsAny(o.suite, `./\`) && standard != "" {
		dir := filepath.Dir(standard)
		file := filepath.Join(dir, o.suite+".json")
		if _, err := os.Stat(file); err != nil {
			return "", fmt.Errorf("bench: -suite %s: there are %s; for a file of your own give its path", o.suite, suitesIn(dir))
		}
		return file, nil
	}
	return fromRoot(o.suite), nil
}

func suitesIn(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	return strings.Join(files, ", ")
}

// fromRoot resolves a path from the command line. "go test" runs a test in its package's folder, but people type
// paths as seen from the module's root, so that is tried where the package's folder has no such file.
func fromRoot(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	if _, err := os.Stat(path); err == nil {
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if rooted := filepath.Join(dir, path); exists(filepath.Dir(rooted)) {
				return rooted
			}
			return path
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return path
		}
		dir = parent
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// choose filters the suite's pairs by -models and -precisions. A name that matches nothing is an error: a run of no
// pairs would look like a run that passed.
func (o *options) choose(s *Suite) ([]Pair, error) {
	wantModels, wantPrecisions := list(o.models), list(o.precisions)
	switch {
	case len(wantPrecisions) == 0:
		wantPrecisions = s.Default
	case slices.Equal(wantPrecisions, []string{"all"}):
		wantPrecisions = nil
	}
	var pairs []Pair
	var haveModels, havePrecisions []string
	for _, m := range s.Models {
		haveModels = append(haveModels, m.Name)
		for _, p := range m.precisions() {
			if !slices.Contains(havePrecisions, p) {
				havePrecisions = append(havePrecisions, p)
			}
			if keep(wantModels, m.Name) && keep(wantPrecisions, p) {
				pairs = append(pairs, Pair{m.Name, p})
			}
		}
	}
	if err := known("-models", wantModels, haveModels); err != nil {
		return nil, err
	}
	if err := known("-precisions", wantPrecisions, havePrecisions); err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		if len(wantModels) > 0 {
			haveModels = wantModels
		}
		return nil, fmt.Errorf("bench: no model of %s has one of the precisions %s", strings.Join(haveModels, ", "), strings.Join(wantPrecisions, ", "))
	}
	return pairs, nil
}

func list(s string) []string {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		if name = slug(strings.TrimSpace(name)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func keep(want []string, name string) bool { return len(want) == 0 || slices.Contains(want, name) }

func known(flag string, want, have []string) error {
	for _, name := range want {
		if !slices.Contains(have, name) {
			return fmt.Errorf("bench: %s: the suite has no %q; it has %s", flag, name, strings.Join(have, ", "))
		}
	}
	return nil
}
