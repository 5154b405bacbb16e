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
	"strconv"
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

// sittingKey and linesKey are the configuration lines that results don't have: by the second, how many benchmark lines
// there are, a file that was cut short is known.
const sittingKey, linesKey = "sitting", "lines"

// hostFile is where the costs of a suite on a class of host are recorded. The name is for people: two hosts that it makes
// one share the file, in which each sitting says which it was.
func hostFile(dir, host, suite string) string {
	return filepath.Join(dir, "hosts", hostFolder(host), suite+".txt")
}

var notInFolder = regexp.MustCompile(`[^A-Za-z0-9.]+`)

func hostFolder(host string) string {
	return strings.Trim(notInFolder.ReplaceAllString(host, "-"), "-.")
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
	if err == nil {
		err = s.belong(file)
	}
	if err != nil {
		return nil, fmt.Errorf("gate: golden costs: %w (`git checkout -- %s` restores what was committed; without the file, `make golden` begins it anew)", err, file)
	}
	return s, nil
}

// belong refuses sittings on another host, or of another suite, than the file is for. Some file systems know no capitals.
func (s *sittings) belong(file string) error {
	folder, name := filepath.Split(file)
	for _, sitting := range s.all {
		for _, res := range sitting.pairs {
			host := res.Config["host"]
			if !strings.EqualFold(hostFolder(host), filepath.Base(folder)) || !strings.EqualFold(res.Suite+".txt", name) {
				return fmt.Errorf("%s:%d: %s on the host %q does not belong here", file, res.Line, res.Pair, host)
			}
		}
	}
	return nil
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
	s.sort()
	if err := asWritten(file, s.format(), data, "its sittings give"); err != nil {
		return nil, err
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
	n := 0
	for _, sitting := range s.all {
		for _, res := range sitting.pairs {
			n += len(res.lines)
		}
	}
	fmt.Fprintf(&b, "%s: %d\n", linesKey, n)
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
						fmt.Fprintf(&b, " %s %s", strconv.FormatFloat(v, 'g', 12, 64), unit) // what dividing by 10⁹ adds is no digit
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
	for _, res := range run.Pairs {
		if d := differing(run.Pairs[0].Config, res.Config, nil); d != "" {
			return fmt.Errorf("gate: %s: %s was measured under other conditions than %s: %s", run.File, res.Pair, run.Pairs[0].Pair, d)
		}
	}
	for _, unit := range costUnits() {
		if s.units.GetBetter(unit)*run.units.GetBetter(unit) < 0 {
			return fmt.Errorf("gate: %s: unit %s: lower is better there, higher in what is recorded, or the other way round", run.File, unit)
		}
	}
	id := run.began()
	s.all = slices.DeleteFunc(s.all, func(old sitting) bool { return old.id == id }) // recorded again
	s.all = append(s.all, sitting{id, slices.Clone(run.Pairs)})
	s.sort()
	if s.units == nil {
		s.units = benchfmt.UnitMetadataMap{}
	}
	maps.Copy(s.units, run.units)
	return nil
}

func (s *sittings) sort() {
	slices.SortFunc(s.all, func(a, b sitting) int { return strings.Compare(a.id, b.id) })
	for _, sitting := range s.all {
		slices.SortFunc(sitting.pairs, func(a, b *Result) int { return strings.Compare(a.Pair.String(), b.Pair.String()) })
	}
}

// began is when the first pass of the run did, as it is named in the journal.
func (r *Run) began() (first string) {
	for _, res := range r.Pairs {
		for _, invocation := range r.Answers[res.Pair].Runs {
			if began, _, _ := strings.Cut(invocation, "-"); first == "" || began < first { // the rest is a process id
				first = began
			}
		}
	}
	return first
}
