package energy

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// series is one counter of an exposition.
type series struct {
	key    string // as the exposition writes it, labels sorted
	labels map[string]string
	total  Energy
}

// A selector says which series of a metric are meant.
type selector struct {
	metric   string
	unit     float64 // microjoules
	matchers []matcher
}

type matcher struct {
	label   string
	negated bool
	value   *regexp.Regexp // anchored, also where it stands for a plain value
}

var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*`)
	matching   = regexp.MustCompile(`^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)`)
)

// parseSelector reads `metric` or `metric{label="value",label=~"regexp"}`, as
// Prometheus writes it: https://prometheus.io/docs/prometheus/latest/querying/basics/
func parseSelector(s string) (*selector, error) {
	sel := &selector{metric: metricName.FindString(s)}
	if sel.metric == "" {
		return nil, fmt.Errorf(`%q names no metric (want URL#METRIC, such as `+
			`http://localhost:28282#kepler_node_cpu_joules_total{zone="package"})`, clip(s))
	}
	var err error
	if sel.unit, err = unit(sel.metric); err != nil {
		return nil, err
	}
	rest := s[len(sel.metric):]
	if rest == "" {
		return sel, nil
	}
	inner, opened := strings.CutPrefix(rest, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !opened || !closed {
		return nil, fmt.Errorf(`%q: want {label="value"} behind the name`, clip(rest))
	}
	for inner = strings.TrimSpace(inner); inner != ""; {
		m := matching.FindStringSubmatch(inner)
		if m == nil {
			return nil, fmt.Errorf(`%q: want label="value", with =, !=, =~ or !~`, clip(inner))
		}
		value, err := strconv.Unquote(m[3])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", clip(m[3]), err)
		}
		if !strings.HasSuffix(m[2], "~") {
			value = regexp.QuoteMeta(value)
		}
		re, err := regexp.Compile("^(?s:" + value + ")$")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", clip(m[3]), err)
		}
		sel.matchers = append(sel.matchers, matcher{m[1], m[2][0] == '!', re})
		inner = strings.TrimSpace(inner[len(m[0]):])
	}
	return sel, nil
}

// unit is how many microjoules one of the metric is, by the end of its name.
func unit(metric string) (float64, error) {
	name := strings.TrimSuffix(metric, "_total")
	switch {
	case strings.HasSuffix(name, "_joules"):
		return 1e6, nil
	case strings.HasSuffix(name, "_millijoules"):
		return 1e3, nil
	case strings.HasSuffix(name, "_microjoules"):
		return 1, nil
	case strings.HasSuffix(name, "watts"):
		return 0, fmt.Errorf("%s is power, whose mean between two readings nobody knows "+
			"(take the counter beside it: kepler_node_cpu_joules_total, scaph_host_energy_microjoules)", metric)
	}
	return 0, fmt.Errorf("%s: its unit is not known "+
		"(want a name that ends in _joules, _millijoules or _microjoules, with or without _total)", metric)
}

func (sel *selector) match(labels map[string]string) bool {
	for _, m := range sel.matchers {
		if m.value.MatchString(labels[m.label]) == m.negated {
			return false
		}
	}
	return true
}

// parseSeries reads those series of a text exposition that are selected. It
// parses the lines of their metric alone, since an exporter may list some
// thousand processes. Values are doubles there, which hold every microjoule up to
// 2⁵³ of them (9 GJ, three years of 95 W), and the nearest other one beyond.
func parseSeries(body []byte, sel *selector) ([]series, error) {
	var lines bytes.Buffer
	for line := range bytes.Lines(body) {
		name := bytes.TrimPrefix(bytes.TrimLeft(line, " \t"), []byte("# TYPE "))
		rest, ok := bytes.CutPrefix(name, []byte(sel.metric))
		if ok && (len(rest) == 0 || strings.IndexByte(" \t{\r\n", rest[0]) >= 0) {
			lines.Write(line)
		}
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(&lines)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", sel.metric, err)
	}
	f := families[sel.metric]
	if f == nil {
		return nil, fmt.Errorf("no %s in an answer that begins with %q (is this the address of the metrics, is the exporter ready?)",
			sel.metric, clip(string(body)))
	}
	var all []string
	byKey := map[string]series{}
	for _, m := range f.GetMetric() {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		s := series{key: sel.metric + written(labels), labels: labels}
		all = append(all, s.key)
		if !sel.match(labels) {
			continue
		}
		var value float64
		switch f.GetType() {
		case dto.MetricType_COUNTER:
			value = m.GetCounter().GetValue()
		case dto.MetricType_UNTYPED:
			value = m.GetUntyped().GetValue()
		default:
			return nil, fmt.Errorf("%s is a %s, want a counter: nothing says that it adds up",
				sel.metric, strings.ToLower(f.GetType().String()))
		}
		if !(value >= 0 && value*sel.unit < 1<<62) {
			return nil, fmt.Errorf("%s is %v, which is no amount of energy", s.key, value)
		}
		if _, twice := byKey[s.key]; twice {
			return nil, fmt.Errorf("%s is there twice", s.key)
		}
		s.total = Energy(math.Round(value * sel.unit))
		byKey[s.key] = s
	}
	if len(byKey) == 0 {
		return nil, fmt.Errorf("no series matches (there are %s)", some(all))
	}
	var list []series
	for _, k := range slices.Sorted(maps.Keys(byKey)) {
		list = append(list, byKey[k])
	}
	return list, nil
}

func written(labels map[string]string) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		list = append(list, k+"="+strconv.Quote(labels[k]))
	}
	if len(list) == 0 {
		return ""
	}
	return "{" + strings.Join(list, ",") + "}"
}

// some lists the first few of what may be many.
func some(list []string) string {
	const most = 8
	if len(list) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
	}
	return strings.Join(list, ", ")
}

// domains are the labels that name a part of the machine whose energy may be inside another's.
var domains = []string{"zone", "domain_name"}

// parts are the labels that tell things of one kind from each other, which
// therefore never overlap: Kepler's path, package and mode (idle and dynamic,
// which it splits the energy into) and gpu, Scaphandre's socket_id and domain_id,
// node_exporter's index.
var parts = []string{"path", "package", "mode", "gpu", "gpu_uuid", "gpu_name", "socket_id", "domain_id", "index"}

// overlap is an error unless the series may be added up: psys holds packages,
// packages hold core and uncore, DRAM lies outside of packages.
func overlap(list []series) error {
	keys := make([]string, len(list))
	differ := map[string]bool{}
	for i, s := range list {
		keys[i] = s.key
		for _, labels := range []map[string]string{s.labels, list[0].labels} {
			for k := range labels {
				if s.labels[k] != list[0].labels[k] {
					differ[k] = true
				}
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(differ)) {
		switch {
		case slices.Contains(parts, k):
		case !slices.Contains(domains, k):
			return fmt.Errorf("%d series differ in %s, and it is not known whether they overlap: %s (choose one with {%s=%q})",
				len(list), k, some(keys), k, list[0].labels[k])
		case !apart(list, k, "package", "dram") && !apart(list, k, "core", "uncore", "dram"):
			return fmt.Errorf(`these series overlap, or may: %s (choose those that don't, such as {%s=~"package.*|dram"})`,
				some(keys), k)
		}
	}
	return nil
}

// apart reports whether no series is of another domain than these.
func apart(list []series, label string, domains ...string) bool {
	return !slices.ContainsFunc(list, func(s series) bool {
		return !slices.Contains(domains, numbered.ReplaceAllString(s.labels[label], "package"))
	})
}

// numbered matches the number of a package. Dies ("package-0-die-1") keep
// theirs: some show one counter twice (see mirrors), which is not seen from here.
var numbered = regexp.MustCompile(`^package-\d+$`)
