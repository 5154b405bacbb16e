package gate

import (
	"fmt"
	"slices"

	"golang.org/x/perf/benchfmt"
)

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
	if err != nil {
		s = &sittings{} // the error is told once, not for every pair
	}
	r.files[file] = s
	return s, err
}

// compare holds the costs of the pair against the recorded ones of this class of
// host; nil if there are none.
func (r *recordedCosts) compare(runs []*Run, res *Result, across []string) (*Costs, error) {
	recorded, err := r.of(res.Config["host"], res.Suite)
	if err != nil {
		return nil, err
	}
	var news []*Result
	var ids []string
	for _, run := range runs {
		news, ids = append(news, run.Result(res.Pair)), append(ids, run.began())
	}
	var last *Result
	var like []*Result // sittings under the same conditions
	for _, s := range recorded.all {
		if slices.Contains(ids, s.id) {
			continue // a run says nothing about itself
		}
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
	units := runs[0].units
	if len(like) < enoughSittings || len(news) < 2 {
		c, err := compareCosts(last.samples(recorded.units), res.samples(units), across)
		if err != nil {
			return nil, err
		}
		c.Advice = fmt.Sprintf("sittings under these conditions are %d in golden and %d here; costs count from %d and 2 on, or against a base measured in turns (make bench BASE=COMMIT)",
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
