package energy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// An exporter is what is known of the joules under some name.
type exporter struct {
	prefix   string // of the metric's name
	relative float64
	period   time.Duration
	rest     time.Duration // to be left between two requests
}

// exporters are the known ones; the first whose prefix fits is taken.
var exporters = []exporter{
	// Kepler from 0.10 on reads RAPL every 5 s, and anew for whoever asks when
	// what it has is older than 500 ms (docs/user/configuration.md, interval and
	// staleness, at 13944a69 of 2026-08-21).
	{"kepler_node_cpu_", raplError, 500 * time.Millisecond, 0},
	// Kepler up to 0.9 reads every 3 s (SAMPLE_PERIOD_SEC in pkg/config, v0.9.0 of
	// 2025-06-05). Where it finds no RAPL it counts what a model says, under the
	// same name: look whether its label "source" says rapl.
	{"kepler_node_", unknownMetricError, 3 * time.Second, 0},
	// Scaphandre reads RAPL when it is asked, but only if nobody has asked for more
	// than 2 s (show_metrics in src/exporters/prometheus.rs, at 04cc6ec of 2026-07-19): asked once
	// a second, it would say the same forever. It passes on the kernel's sum as it
	// is, which falls where one of its parts wraps, after 65 kJ or 262 kJ; such a window is lost.
	{"scaph_", raplError, 3 * time.Second, 2100 * time.Millisecond},
	// node_exporter reads RAPL whenever it is asked (collector/rapl_linux.go), and
	// passes wraps on too.
	{"node_rapl_", raplError, time.Millisecond, 0},
	{"", unknownMetricError, 5 * time.Second, 0},
}

// unknownMetricError is an assumption about counters of which nothing is known:
// twice that of RAPL, which is what most of them read.
const unknownMetricError = 0.1

// prometheus sums series of one counter of an exporter, so that a machine on
// which Kepler or Scaphandre runs as root has exact joules for everybody. Its
// error is that of what the exporter reads, RAPL with those two.
type prometheus struct {
	name string
	exporter
	fetch func(context.Context) ([]series, error)

	mu    sync.Mutex
	at    time.Time // of the last answer
	last  []series  // then
	total Energy
}

// openPrometheus opens "URL#METRIC" or `URL#METRIC{label="value"}`, with the
// matchers of Prometheus (=, !=, =~, !~). A URL without path means /metrics. The
// series that match are added up if they are known not to overlap.
func openPrometheus(at place, arg string) (*prometheus, error) {
	address, text, _ := strings.Cut(arg, "#")
	sel, err := parseSelector(text)
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	e, err := at.web.endpoint(address, 16<<20) // Kepler lists every process
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	if strings.Trim(e.url.Path, "/") == "" {
		e.url = e.url.JoinPath("metrics")
	}
	p := &prometheus{name: "prometheus:" + text}
	known := func(x exporter) bool { return strings.HasPrefix(sel.metric, x.prefix) }
	p.exporter = exporters[slices.IndexFunc(exporters, known)]
	p.fetch = func(ctx context.Context) ([]series, error) {
		body, err := e.get(ctx, e.url)
		if err != nil {
			return nil, fmt.Errorf("prometheus: %w", err)
		}
		list, err := parseSeries(body, sel)
		if err != nil {
			return nil, fmt.Errorf("prometheus: GET %s: %w", where(e.url), err)
		}
		return list, nil
	}
	if p.last, err = p.fetch(context.Background()); err != nil {
		return nil, err
	}
	if err := overlap(p.last); err != nil {
		return nil, fmt.Errorf("prometheus: %s: %w", text, err)
	}
	p.at = time.Now()
	return p, nil
}

func (p *prometheus) Name() string          { return p.name }
func (p *prometheus) Error() float64        { return p.relative }
func (p *prometheus) Period() time.Duration { return p.period }

// Read adds what each series has counted since the last reading. If the request
// fails, the next reading starts where this one did; if a series has vanished,
// fallen or leapt, it starts here.
func (p *prometheus) Read(ctx context.Context) (Energy, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("prometheus: %w", err)
	}
	if time.Since(p.at) < p.rest {
		return p.total, nil
	}
	list, err := p.fetch(ctx)
	if err != nil {
		return 0, err
	}
	now := time.Now()
	elapsed := now.Sub(p.at)
	// What was counted before the last answer and is only shown now lies within a period.
	limit := Energy((elapsed + p.period + time.Second).Seconds() * maxWall * float64(Joule))
	var sum Energy
	var wrong error
	for _, s := range list {
		i := slices.IndexFunc(p.last, func(l series) bool { return l.key == s.key })
		if i < 0 {
			wrong = errors.Join(wrong, fmt.Errorf("%s is new (name one series by its labels)", s.key))
			continue
		}
		switch d := s.total - p.last[i].total; {
		case d < 0:
			wrong = errors.Join(wrong, fmt.Errorf("%s fell from %d to %d µJ: its exporter has started again, or passes on a wrap "+
				"(run again; if it recurs every few minutes, take an exporter that undoes wraps, such as Kepler)",
				s.key, p.last[i].total, s.total))
		case d > limit:
			wrong = errors.Join(wrong, fmt.Errorf("%s went from %d to %d µJ in %v, more than %d W",
				s.key, p.last[i].total, s.total, elapsed.Round(time.Millisecond), maxWall))
		default:
			sum += d
		}
	}
	for _, l := range p.last {
		if !slices.ContainsFunc(list, func(s series) bool { return s.key == l.key }) {
			wrong = errors.Join(wrong, fmt.Errorf("%s has vanished", l.key))
		}
	}
	p.at = now
	if len(list) > 0 {
		p.last = list
	}
	if wrong != nil {
		return 0, fmt.Errorf("prometheus: %w", wrong)
	}
	p.total += sum
	return p.total, nil
}
