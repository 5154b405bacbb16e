package gate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// A sitting is what one `make bench` measured on one day. Costs of one machine
// differ more between sittings than within one, so recorded ones are compared
// sitting by sitting, and with fewer than enoughSittings they are advice.
type sitting struct {
	id    string // when it began, as the run is named in the journal
	pairs []*Result
}

const enoughSittings = 5

// sittings are those of one suite on one class of host: a file of benchmark
// format below golden/hosts, in the order of their ids.
type sittings struct {
	all   []sitting
	units benchfmt.UnitMetadataMap
}

// sittingKey is the one configuration line that results don't have.
const sittingKey = "sitting"

// hostFile is where the costs of a suite on a class of host are recorded.
func hostFile(dir, host, suite string) string {
	class := strings.Trim(regexp.MustCompile(`[^A-Za-z0-9.]+`).ReplaceAllString(host, "-"), "-.")
	return filepath.Join(dir, "hosts", class, suite+".txt")
}

// recordedCosts are those below the folder of the golden files; each file is read
// once.
type recordedCosts struct {
	dir   string
	files map[string]*sittings
}

func (r *recordedCosts) of(host, suite string) (*sittings, error) {
	file := hostFile(r.dir, host, suite)
	if s := r.files[file]; s != nil {
		return s, nil
	}
	s, err := readSittings(file)
	if err == nil {
		r.files[file] = s
	}
	return s, err
}

// compare holds the costs of the pair against the recorded ones of this class of
// host; nil if there are none.
func (r *recordedCosts) compare(runs []*Run, res *Result, across []string) (*Costs, error) {
	recorded, err := r.of(res.Config["host"], res.Suite)
	if err != nil {
		return nil, err
	}
	var last *Result
	var like []*Result // sittings under the same conditions
	for _, s := range recorded.all {
		for _, old := range s.pairs {
			if old.Pair == res.Pair {
				last = old
				if differing(old.Config, res.Config, across) == "" {
					like = append(like, old)
				}
			}
		}
	}
	if last == nil {
		return nil, nil
	}
	if len(like) > 0 {
		last = like[len(like)-1]
	}
	var news []*Result
	for _, run := range runs {
		news = append(news, run.Result(res.Pair))
	}
	units := runs[0].units
	if len(like) < enoughSittings || len(news) < 2 {
		c, err := compareCosts(last.samples(recorded.units), res.samples(units), across)
		if err != nil {
			return nil, err
		}
		c.Advice = fmt.Sprintf("golden holds %d sittings under these conditions and here are %d; it takes %d there and 2 here, or a base measured in turns (make bench BASE=COMMIT)",
			len(like), len(news), enoughSittings)
		return c, nil
	}
	return compareCosts(medians(like, recorded.units), medians(news, units), across)
}

// medians make each sitting one sample.
func medians(of []*Result, units benchfmt.UnitMetadataMap) samples {
	return samples{of[0].Config, units, func(unit string) []float64 {
		var values []float64
		for _, sitting := range of {
			if vs := sitting.values(unit); len(vs) > 0 {
				values = append(values, median(vs))
			}
		}
		return values
	}}
}

// readSittings reads them; there being none is no error.
func readSittings(file string) (*sittings, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return &sittings{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("gate: golden costs: %w", err)
	}
	s, err := parseSittings(file, unixLines(data))
	if err != nil {
		return nil, corrupt(file, err)
	}
	return s, nil
}

func parseSittings(file string, data []byte) (*sittings, error) {
	s := &sittings{}
	results, err := parseLines(file, data, func(rec *benchfmt.Result) (*Result, error) {
		res, err := parsePair(rec)
		if err == nil && rec.GetConfig(sittingKey) == "" {
			err = fmt.Errorf("%s lacks the config line \"%s: ...\" above it", res.Pair, sittingKey)
		}
		return res, err
	})
	if err != nil {
		return nil, err
	}
	s.units = results.units
	for _, res := range results.Pairs {
		id := res.Config[sittingKey]
		i := slices.IndexFunc(s.all, func(old sitting) bool { return old.id == id })
		if i < 0 {
			i = len(s.all)
			s.all = append(s.all, sitting{id: id})
		}
		s.all[i].pairs = append(s.all[i].pairs, res)
	}
	return s, nil
}

// format renders them: the sittings in the order of their ids, the pairs of each
// sorted, their passes as they came. It is the same bytes whenever it says the
// same thing.
func (s *sittings) format() []byte {
	var b bytes.Buffer
	for _, unit := range costUnits() {
		if direction := s.units.GetBetter(unit); direction != 0 { // else no sitting has it
			fmt.Fprintf(&b, "Unit %s better=%s\n", unit, map[int]string{-1: "lower", 1: "higher"}[direction])
		}
	}
	for _, sitting := range s.all {
		fmt.Fprintf(&b, "\n%s: %s\n", sittingKey, sitting.id)
		for _, key := range conditions() {
			fmt.Fprintln(&b, strings.TrimSpace(key+": "+sitting.pairs[0].Config[key])) // an empty one ends that of the sitting before
		}
		for _, res := range sitting.pairs {
			for _, line := range res.lines {
				fmt.Fprintf(&b, "Benchmark%s %d", res.Pair, line.Iters)
				for _, unit := range costUnits() {
					if v, ok := line.Value(unit); ok {
						fmt.Fprintf(&b, " %v %s", v, unit)
					}
				}
				fmt.Fprintln(&b)
			}
		}
	}
	return b.Bytes()
}

// add records the costs of a run as one more sitting.
func (s *sittings) add(run *Run) error {
	var new sitting
	for _, res := range run.Pairs {
		if d := differing(run.Pairs[0].Config, res.Config, nil); d != "" {
			return fmt.Errorf("gate: %s: %s was measured under other conditions than %s: %s", run.File, res.Pair, run.Pairs[0].Pair, d)
		}
		for _, invocation := range run.Answers[res.Pair].Runs {
			began, _, _ := strings.Cut(invocation, "-") // the rest is a process id
			if new.id == "" || began < new.id {
				new.id = began
			}
		}
	}
	new.pairs = slices.SortedFunc(slices.Values(run.Pairs), func(a, b *Result) int { return strings.Compare(a.Pair.String(), b.Pair.String()) })
	s.all = slices.DeleteFunc(s.all, func(old sitting) bool { return old.id == new.id }) // recorded again
	s.all = append(s.all, new)
	slices.SortFunc(s.all, func(a, b sitting) int { return strings.Compare(a.id, b.id) })
	if s.units == nil {
		s.units = benchfmt.UnitMetadataMap{}
	}
	maps.Copy(s.units, run.units)
	return nil
}
