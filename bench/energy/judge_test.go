package energy

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A result is one line of testdata/specpower.tsv.
type result struct {
	cpu       string
	threads   float64
	gb        float64
	published string
	watts     [11]float64 // of a thread, at 0, 10, … 100 % load; NaN where unknown
}

func rows(t testing.TB, file, header string) [][]string {
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var out [][]string
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	require.Equal(t, strings.Fields(header), out[0])
	for _, f := range out {
		require.Len(t, f, len(out[0]), f)
	}
	return out[1:]
}

func number(t testing.TB, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	require.Greater(t, v, 0.0)
	return v
}

func results(t testing.TB) []result {
	var out []result
	for _, f := range rows(t, "testdata/specpower.tsv", "cpu threads gb published 0 10 20 30 40 50 60 70 80 90 100") {
		r := result{cpu: f[0], threads: number(t, f[1]), gb: number(t, f[2]), published: f[3]}
		for i, s := range f[4:] {
			if r.watts[i] = math.NaN(); s != "-" {
				r.watts[i] = number(t, s) / r.threads
			}
		}
		require.Less(t, r.watts[0], r.watts[10], f)
		out = append(out, r)
	}
	require.Len(t, out, 1086)
	return out
}

// byClass sorts results into the classes of the table; those in none are
// under "".
func byClass(classes []class, rs []result) map[string][]result {
	out := map[string][]result{}
	for _, r := range rs {
		i := slices.IndexFunc(classes, func(c class) bool { return c.pattern.MatchString(r.cpu) })
		name := ""
		if i >= 0 {
			name = classes[i].name
		}
		out[name] = append(out[name], r)
	}
	return out
}

var suffix = regexp.MustCompile(`(\d)[A-Z+]+( |$)`)

// modelOf is the CPU's name without the letters that tell siblings on the same
// die apart: to leave 9654 out and know 9654P would be no test.
func modelOf(r result) string { return suffix.ReplaceAllString(r.cpu, "$1$2") }

func medianOf(rs []result, of func(result) float64) float64 {
	var v []float64
	for _, r := range rs {
		if w := of(r); !math.IsNaN(w) {
			v = append(v, w)
		}
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

func wattsAt(i int) func(result) float64 { return func(r result) float64 { return r.watts[i] } }

// learn makes a class of results, as the table was made.
func learn(rs []result) class {
	mw := func(i int) int64 { return int64(math.Round(1000 * medianOf(rs, wattsAt(i)))) }
	return class{idle: mw(0), full: mw(10)}
}

// perThread is what the meter counts in a second for a thread that is so busy.
func perThread(c class, load float64) float64 {
	return c.energy(1, 1e6, int64(math.Round(load*1e6))).Joules()
}

// A verdict collects pairs of what was measured and what was estimated.
type verdict struct {
	off     []float64            // |measured − estimate| / measured
	band    []float64            // |measured − estimate| / estimate, which the stated error bounds
	byModel map[string][]float64 // the same
}

func (v *verdict) add(model string, measured, estimate float64) {
	if math.IsNaN(measured) {
		return
	}
	if v.byModel == nil {
		v.byModel = map[string][]float64{}
	}
	d := math.Abs(measured - estimate)
	v.off = append(v.off, d/measured)
	v.band = append(v.band, d/estimate)
	v.byModel[model] = append(v.byModel[model], d/estimate)
}

func (v *verdict) mean() float64 {
	var sum float64
	for _, e := range v.off {
		sum += e
	}
	return sum / float64(len(v.off))
}

func covered(band []float64, within float64) float64 {
	var n float64
	for _, e := range band {
		if e <= within {
			n++
		}
	}
	return n / float64(len(band))
}

// width is the narrowest band that holds nine in ten.
func (v *verdict) width() float64 {
	slices.Sort(v.band)
	return v.band[(len(v.band)*9+9)/10-1]
}

// perModel is the mean of the models' coverages, so that a model with fifty
// results counts as one with one does.
func (v *verdict) perModel(within float64) float64 {
	var sum float64
	for _, band := range v.byModel {
		sum += covered(band, within)
	}
	return sum / float64(len(v.byModel))
}

// says is how the head of the table puts it.
func (v *verdict) says(within float64) string {
	return fmt.Sprintf(
		"%d loads of %d models: mean absolute error %.0f %%, %.0f %% of them within %.0f %%, nine in ten within %.0f %%",
		len(v.off), len(v.byModel), 100*v.mean(), 100*covered(v.band, within), 100*within, 100*v.width())
}

// inHead requires that the head of the table says so, across its line breaks.
func inHead(t *testing.T, says string) {
	t.Helper()
	head, _, _ := strings.Cut(cpusTSV, "\nclass\t")
	t.Log(says)
	require.Contains(t, strings.Join(strings.Fields(strings.ReplaceAll(head, "#", " ")), " "), says)
}

// unseen judges each class on each of its models, learned from its others.
// estimate gets what was learned from, the result and its level.
func unseen(groups map[string][]result, keep func(result) bool, estimate func(rest []result, r result, i int) float64) *verdict {
	var v verdict
	for class, rs := range groups {
		models := map[string]bool{}
		for _, r := range rs {
			models[modelOf(r)] = true
		}
		if class == "" || len(models) < 2 {
			continue
		}
		for m := range models {
			var rest []result
			for _, r := range rs {
				if modelOf(r) != m {
					rest = append(rest, r)
				}
			}
			for _, r := range rs {
				if modelOf(r) != m || !keep(r) {
					continue
				}
				for i, w := range r.watts {
					v.add(m, w, estimate(rest, r, i))
				}
			}
		}
	}
	return &v
}

func everything(result) bool                       { return true }
func allLevels(r result) bool                      { return !math.IsNaN(r.watts[5]) }
func aLine(rest []result, _ result, i int) float64 { return perThread(learn(rest), float64(i)/10) }

// Each figure of the table follows from the published results.
func TestTableFollowsFromResults(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	groups := byClass(classes, results(t))
	_, body, _ := strings.Cut(cpusTSV, "\nclass\t")
	lines := strings.Split(strings.TrimSpace(body), "\n")[1:]
	require.Len(t, lines, len(classes))
	for i, line := range lines {
		f := strings.Split(line, "\t")
		rs := groups[classes[i].name]
		require.NotEmpty(t, rs, f[0])
		models, years := map[string]bool{}, []string{}
		for _, r := range rs {
			models[modelOf(r)] = true
			years = append(years, r.published)
		}
		require.Equal(t, []string{
			fmt.Sprintf("%.2f", medianOf(rs, wattsAt(0))), fmt.Sprintf("%.2f", medianOf(rs, wattsAt(10))),
			strconv.Itoa(len(rs)), strconv.Itoa(len(models)), slices.Min(years) + "-" + slices.Max(years),
		}, f[4:], f[0])
	}
}

// The estimate of CPUs that it has not seen, one model left out at a time, is
// as good as is asked of it, and as its head says.
func TestUnseenModels(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	groups := byClass(classes, results(t))
	for _, keep := range []func(result) bool{
		everything,
		allLevels,
		func(r result) bool { return !allLevels(r) },
	} {
		v := unseen(groups, keep, aLine)
		inHead(t, v.says(knownError))
		require.Less(t, v.mean(), 0.30)
		require.GreaterOrEqual(t, covered(v.band, knownError), 0.9)
	}
	require.LessOrEqual(t, knownError, 0.60)
	inHead(t, fmt.Sprintf("each model counted once, %.0f %% lie inside", 100*unseen(groups, everything, aLine).perModel(knownError)))
}

// CPUs outside of the table, a class left out at a time and the CPU known by
// maker and kind only.
func TestUnseenClasses(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	groups := byClass(classes, results(t))
	vendors := map[string]string{"amd": "AuthenticAMD", "intel": "GenuineIntel", "arm": "ARM"}
	judge := func(since string) *verdict {
		var v verdict
		for i, c := range classes {
			first := slices.MinFunc(groups[c.name], func(a, b result) int { return strings.Compare(a.published, b.published) })
			if first.published < since {
				continue
			}
			maker, _, _ := strings.Cut(c.name, "-")
			p := cpu{vendor: vendors[maker], name: map[string]string{"server": "Xeon", "desktop": "Core 1", "laptop": "Core 1U"}[c.kind]}
			require.Equal(t, c.kind, p.kind())
			rest := classify(slices.Delete(slices.Clone(classes), i, i+1), p)
			require.Equal(t, unknownError, rest.relative)
			for _, r := range groups[c.name] {
				for i, w := range r.watts {
					v.add(modelOf(r), w, perThread(rest, float64(i)/10))
				}
			}
		}
		return &v
	}
	all := judge("")
	inHead(t, all.says(unknownError))
	require.GreaterOrEqual(t, covered(all.band, unknownError), 0.9)
	inHead(t, judge("2014").says(unknownError))

	// What is older than the table is beyond any band.
	var old verdict
	for _, r := range groups[""] {
		vendor, name := "GenuineIntel", "Xeon"
		switch {
		case strings.Contains(r.cpu, "Opteron"):
			vendor, name = "AuthenticAMD", r.cpu
		case !strings.Contains(r.cpu, "Xeon"):
			name = r.cpu
		}
		c := classify(classes, cpu{vendor: vendor, name: name})
		for i, w := range r.watts {
			old.add(modelOf(r), w, perThread(c, float64(i)/10))
		}
	}
	inHead(t, fmt.Sprintf("%d loads of %d models outside: mean absolute error %.0f %%, %.0f %% of them within %.0f %%",
		len(old.off), len(old.byModel), 100*old.mean(), 100*covered(old.band, unknownError), 100*unknownError))
}

// Desktops, laptops and boards, by what people measured of theirs.
func TestDesktops(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	var v verdict
	for _, f := range rows(t, "testdata/desktops.tsv", "source vendor cpu threads load watts") {
		c := classify(classes, cpu{vendor: f[1], name: f[2]})
		require.Equal(t, unknownError, c.relative, f)
		estimate := perThread(c, number(t, f[4])) * number(t, f[3])
		v.add(f[2], number(t, f[5]), estimate)
		t.Logf("%-40s %3s threads at %s: %.1f W measured, %.1f W estimated by %s", f[2], f[3], f[4], number(t, f[5]), estimate, c.name)
	}
	inHead(t, v.says(unknownError))
	require.GreaterOrEqual(t, covered(v.band, unknownError), 0.9)
}

// Why the curve is a line and memory is not added.
func TestRejected(t *testing.T) {
	classes, err := parseClasses(cpusTSV)
	require.NoError(t, err)
	groups := byClass(classes, results(t))

	line := unseen(groups, allLevels, aLine)
	shape := unseen(groups, allLevels, func(rest []result, _ result, i int) float64 {
		c := learn(rest)
		rest = slices.DeleteFunc(slices.Clone(rest), func(r result) bool { return !allLevels(r) })
		if len(rest) == 0 {
			return perThread(c, float64(i)/10)
		}
		at := medianOf(rest, func(r result) float64 { return (r.watts[i] - r.watts[0]) / (r.watts[10] - r.watts[0]) })
		return perThread(c, at)
	})
	t.Logf("line:  %s", line.says(knownError))
	t.Logf("shape: %s", shape.says(knownError))
	require.InDelta(t, 0.22, line.mean(), 0.005, "as estimate.go says")
	require.InDelta(t, 0.19, shape.mean(), 0.005, "likewise")
	require.Greater(t, shape.width(), line.width(), "likewise")

	const perGB = 0.392 // cloud-carbon-footprint's coefficient
	dram := func(r result) float64 { return perGB * r.gb / r.threads }
	memory := unseen(groups, everything, func(rest []result, r result, i int) float64 {
		idle := medianOf(rest, func(r result) float64 { return r.watts[0] - dram(r) })
		full := medianOf(rest, func(r result) float64 { return r.watts[10] - dram(r) })
		return max(idle+(full-idle)*float64(i)/10+dram(r), 0.01)
	})
	bare := unseen(groups, everything, aLine)
	t.Logf("with memory: %s", memory.says(knownError))
	require.Greater(t, memory.mean(), bare.mean())
	require.InDelta(t, memory.width(), bare.width(), 0.005)
}
