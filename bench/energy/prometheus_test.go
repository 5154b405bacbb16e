package energy

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// kepler is what Kepler exposes since 0.10 of a machine with one socket, in the order of a
// map, and of some of its processes (docs/user/metrics.md).
const kepler = `# HELP kepler_build_info A metric with a constant '1' value labeled with version information
# TYPE kepler_build_info gauge
kepler_build_info{arch="amd64",goversion="go1.24.1",version="v0.11.3"} 1
# HELP kepler_node_cpu_active_joules_total Energy consumption of cpu in active state at node level in joules
# TYPE kepler_node_cpu_active_joules_total counter
kepler_node_cpu_active_joules_total{node_name="lab",path="/sys/class/powercap/intel-rapl:0",zone="package"} 99999
# HELP kepler_node_cpu_joules_total Energy consumption of cpu at node level in joules
# TYPE kepler_node_cpu_joules_total counter
kepler_node_cpu_joules_total{node_name="lab",path="/sys/class/powercap/intel-rapl:0/intel-rapl:0:0",zone="core"} 81234.5
kepler_node_cpu_joules_total{node_name="lab",path="/sys/class/powercap/intel-rapl:0/intel-rapl:0:2",zone="dram"} 1234.567891
kepler_node_cpu_joules_total{node_name="lab",path="/sys/class/powercap/intel-rapl:0",zone="package"} 1.21234567891e+05
kepler_node_cpu_joules_total{node_name="lab",path="/sys/class/powercap/intel-rapl:1",zone="psys"} 200000
# HELP kepler_node_cpu_watts Power consumption of cpu at node level in watts
# TYPE kepler_node_cpu_watts gauge
kepler_node_cpu_watts{node_name="lab",path="/sys/class/powercap/intel-rapl:0",zone="package"} 17.5
# HELP kepler_process_cpu_joules_total Energy consumption of cpu at process level in joules
# TYPE kepler_process_cpu_joules_total counter
kepler_process_cpu_joules_total{comm="ollama",node_name="lab",pid="7",state="running",zone="package"} 5
kepler_process_cpu_joules_total{comm="sh",node_name="lab",pid="8",state="running",zone="package"} 6
`

// scaphandre is what Scaphandre 1.0 exposes of two sockets (docs_src/references/metrics.md).
const scaphandre = `# HELP scaph_host_energy_microjoules Energy measurement for the whole host, as extracted from the sensor, in microjoules.
# TYPE scaph_host_energy_microjoules counter
scaph_host_energy_microjoules{value_source="powercap_rapl_pkg"} 300000000000
# HELP scaph_host_power_microwatts Power measurement on the whole host, in microwatts
# TYPE scaph_host_power_microwatts gauge
scaph_host_power_microwatts 17500000
# HELP scaph_socket_energy_microjoules Socket related energy measurement in microjoules.
# TYPE scaph_socket_energy_microjoules counter
scaph_socket_energy_microjoules{socket_id="0"} 100000000000

scaph_socket_energy_microjoules{socket_id="1"} 150000000000
# HELP scaph_domain_energy_microjoules Domain related energy measurement in microjoules.
# TYPE scaph_domain_energy_microjoules counter
scaph_domain_energy_microjoules{domain_id="0",domain_name="core",socket_id="0"} 5
scaph_domain_energy_microjoules{domain_id="2",domain_name="dram",socket_id="0"} 20000000000
scaph_domain_energy_microjoules{domain_id="2",domain_name="dram",socket_id="1"} 30000000000
`

func TestSelect(t *testing.T) {
	const old = `kepler_node_package_joules_total{instance="lab",mode="dynamic",package="0",source="rapl-sysfs"} 5
kepler_node_package_joules_total{instance="lab",mode="idle",package="0",source="rapl-sysfs"} 7.5
`
	sum := func(list []series) (e Energy) {
		for _, s := range list {
			e += s.total
		}
		return e
	}
	for _, tt := range []struct{ why, text, selector, want string }{
		{"package alone", kepler, `kepler_node_cpu_joules_total{zone="package"}`, "121234567891"},
		{"package and the DRAM beside it", kepler, `kepler_node_cpu_joules_total{zone=~"package|dram"}`, "122469135782"},
		{"the same by what it is not", kepler, `kepler_node_cpu_joules_total{zone!="core", zone!~"ps.*" ,}`, "122469135782"},
		{"a regexp matches all of the value", kepler, `kepler_node_cpu_joules_total{zone=~"pack"}`, "error: no series matches (there are kepler_node_cpu_joules_total{"},
		{"all of them", kepler, `kepler_node_cpu_joules_total`, `error: these series overlap, or may: kepler_node_cpu_joules_total{node_name="lab",path="/sys/class/powercap/intel-rapl:0",zone="package"}, `},
		{"core is in the package", kepler, `kepler_node_cpu_joules_total{zone=~"core|package"}`, `error: (choose those that don't, such as {zone=~"package.*|dram"})`},
		{"the package is in psys", kepler, `kepler_node_cpu_joules_total{zone=~"psys|package"}`, "error: overlap, or may"},
		{"DRAM may be in psys", kepler, `kepler_node_cpu_joules_total{zone=~"psys|dram"}`, "error: overlap, or may"},
		{"psys alone", kepler, `kepler_node_cpu_joules_total{zone="psys"}`, "200000000000"},
		{"core and DRAM do not overlap", kepler, `kepler_node_cpu_joules_total{zone=~"core|dram"}`, "82469067891"},
		{"another metric that begins so", kepler, `kepler_node_cpu_joules`, "error: no kepler_node_cpu_joules in an answer that begins with"},
		{"processes", kepler, `kepler_process_cpu_joules_total`, `error: 2 series differ in comm, and it is not known whether they overlap: kepler_process_cpu_joules_total{comm="ollama"`},
		{"a process", kepler, `kepler_process_cpu_joules_total{pid="7"}`, "5000000"},
		{"up to Kepler 0.9: idle and dynamic are parts", old, `kepler_node_package_joules_total`, "12500000"},
		{"two nodes", old + strings.ReplaceAll(old, "lab", "hall"), `kepler_node_package_joules_total`, `error: differ in instance`},
		{"host", scaphandre, `scaph_host_energy_microjoules`, "300000000000"},
		{"sockets", scaphandre, `scaph_socket_energy_microjoules{}`, "250000000000"},
		{"one socket", scaphandre, `scaph_socket_energy_microjoules{socket_id="1"}`, "150000000000"},
		{"DRAM of two sockets", scaphandre, `scaph_domain_energy_microjoules{domain_name="dram"}`, "50000000000"},
		{"no such label means empty", scaphandre, `scaph_socket_energy_microjoules{zone=""}`, "250000000000"},
		{"two packages of node_exporter", "node_rapl_package_joules_total{index=\"0\",path=\"a\"} 1\nnode_rapl_package_joules_total{index=\"1\",path=\"b\"} 2\n", "node_rapl_package_joules_total", "3000000"},
		{"numbered packages and DRAM", "x_joules{zone=\"package-0\"} 1\nx_joules{zone=\"package-1\"} 2\nx_joules{zone=\"dram\"} 4\n", "x_joules", "7000000"},
		{"chips of which nothing is known", "x_joules{zone=\"soc\"} 1\nx_joules{zone=\"gpu\"} 2\n", "x_joules", "error: overlap, or may"},
		{"a sum beside its parts", "x_joules 3\nx_joules{zone=\"package\"} 2\n", "x_joules", "error: overlap, or may"},
		{"dies may show one counter twice", "x_joules{zone=\"package-0-die-0\"} 2\nx_joules{zone=\"package-0-die-1\"} 2\n", "x_joules", "error: overlap, or may"},
		{"millijoules, escaped", "x_millijoules{a=\"q\\\"\\n\\\\\"} 1.5 1700000000000\n", `x_millijoules{a="q\"\n\\"}`, "1500"},

		{"no metric", "", "", "error: names no metric (want URL#METRIC"},
		{"power", "", "kepler_node_cpu_watts", "error: kepler_node_cpu_watts is power, whose mean"},
		{"power, small", "", "scaph_host_power_microwatts", "error: (take the counter beside it: kepler_node_cpu_joules_total, scaph_host_energy_microjoules)"},
		{"another unit", "", "up", "error: up: its unit is not known (want a name that ends in _joules"},
		{"no closing brace", "", `x_joules{a="b"`, `error: want {label="value"} behind the name`},
		{"no quotes", "", `x_joules{a=b}`, `error: "a=b": want label="value"`},
		{"no comma", "", `x_joules{a="b" c="d"}`, `error: want label="value"`},
		{"no such escape", "", `x_joules{a="\q"}`, `error: invalid syntax`},
		{"bad regexp", "", `x_joules{a=~"("}`, "error: missing closing )"},

		{"gauge", "# TYPE x_joules gauge\nx_joules 1\n", "x_joules", "error: x_joules is a gauge, want a counter"},
		{"histogram", "# TYPE x_joules histogram\nx_joules 1\n", "x_joules", "error: "},
		{"NaN", "x_joules NaN\n", "x_joules", "error: x_joules is NaN, which is no amount of energy"},
		{"infinite", "x_joules +Inf\n", "x_joules", "error: x_joules is +Inf"},
		{"negative", "x_joules -1\n", "x_joules", "error: x_joules is -1"},
		{"too large", "x_joules 1e15\n", "x_joules", "error: x_joules is 1e+15"},
		{"no number", "x_joules one\n", "x_joules", "error: x_joules cannot be read: text format parsing error in line 1"},
		{"twice", "x_joules{a=\"b\"} 1\nx_joules{a=\"b\"} 2\n", "x_joules", "error: x_joules{a=\"b\"} is there twice"},
		{"cut short: 12 may have been 123", "x_joules 12", "x_joules", "error: unexpected end of input stream"},
		{"login page", "<html><body>Please log in</body></html>", "x_joules", `error: in an answer that begins with "<html><body>Please log in</body></html>"`},
		{"nothing", "", "x_joules", "error: no x_joules in an answer"},
	} {
		sel, err := parseSelector(tt.selector)
		var list []series
		if err == nil {
			list, err = parseSeries([]byte(tt.text), sel)
		}
		if err == nil {
			err = overlap(list)
		}
		if want, failing := strings.CutPrefix(tt.want, "error: "); failing {
			require.ErrorContains(t, err, want, tt.why)
			continue
		}
		require.NoError(t, err, tt.why)
		require.Equal(t, tt.want, fmt.Sprint(int64(sum(list))), tt.why)
	}
}

// A fakeExporter has one counter that follows a known curve and is renewed as the exporters do it.
type fakeExporter struct {
	began     time.Time
	power     func(time.Duration) float64
	format    string                             // of joules
	renew     func(age, rest time.Duration) bool // by age of its value, and time since the last request
	value     float64
	read      time.Time
	requested time.Time
}

func (x *fakeExporter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if now := time.Now(); x.renew(now.Sub(x.read), now.Sub(x.requested)) {
		x.read, x.value = now, x.power(now.Sub(x.began))
	}
	x.requested = time.Now()
	fmt.Fprintf(w, x.format, x.value)
}

func openExporter(t *testing.T, h http.Handler, selector string) *prometheus {
	t.Helper()
	m, err := openPrometheus(place{web: web{transport: inMemory{h}}}, "http://lab:28282#"+selector)
	require.NoError(t, err)
	return m
}

// A day of 200 W and 50 W in turns, 10.8 MJ. What may be missing or too much at each end is
// what is used in the age that a value can have: 200 W × 0.5 s with Kepler, × 3 s with
// Scaphandre (2.1 s of rest, rounded up to the next poll), nothing with an exporter that reads on demand.
// All are within 0.1 %, 10.8 kJ.
func TestPrometheusDay(t *testing.T) {
	length := 24 * time.Hour
	if testing.Short() {
		length = 2 * time.Hour
	}
	for _, tt := range []struct {
		metric, format string
		renew          func(age, rest time.Duration) bool
		age            float64 // seconds
		period         time.Duration
		relative       float64
	}{
		{`kepler_node_cpu_joules_total{zone="package"}`, "# TYPE kepler_node_cpu_joules_total counter\nkepler_node_cpu_joules_total{zone=\"package\",path=\"a\"} %.6f\n",
			func(age, _ time.Duration) bool { return age > 500*time.Millisecond }, 0.5, 500 * time.Millisecond, raplError},
		{"scaph_host_energy_microjoules", "scaph_host_energy_microjoules %.0fe6\n",
			func(_, rest time.Duration) bool { return rest > 2*time.Second }, 3, 3 * time.Second, raplError},
		{"node_rapl_package_joules_total", "node_rapl_package_joules_total{index=\"0\"} %.6f\n",
			func(_, _ time.Duration) bool { return true }, 0, time.Millisecond, raplError},
		{"my_joules_total", "my_joules_total %g\n",
			func(age, _ time.Duration) bool { return age >= 5*time.Second }, 5, 5 * time.Second, 0.1},
	} {
		t.Run(tt.metric, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := &fakeExporter{began: time.Now(), power: square, format: tt.format, renew: tt.renew}
				time.Sleep(17300 * time.Millisecond)
				m := openExporter(t, x, tt.metric)
				require.Equal(t, "prometheus:"+tt.metric, m.Name())
				require.Equal(t, tt.period, m.Period())
				require.Equal(t, tt.relative, m.Error())
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				time.Sleep(length + 200*time.Millisecond)
				r, err := w.Stop()
				require.NoError(t, err)
				require.InDelta(t, 125*length.Seconds()+0.2*200, r.Gross.Joules(), 200*tt.age+1)
			})
		})
	}
}

// Asked every second, Scaphandre never renews what it says; a meter that did so would see nothing.
func TestScaphandreIsLeftItsRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &fakeExporter{began: time.Now(), power: watts(10), format: "scaph_host_energy_microjoules %.0fe6\n",
			renew: func(_, rest time.Duration) bool { return rest > 2*time.Second }}
		time.Sleep(time.Minute)
		m := openExporter(t, x, "scaph_host_energy_microjoules")
		m.rest = 0
		w, err := Start(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		_, err = w.Stop()
		require.ErrorContains(t, err, "counted 0 µJ in 10s")
	})
}

func TestPrometheusFaults(t *testing.T) {
	const base = "x_joules{socket_id=\"0\"} 100\nx_joules{socket_id=\"1\"} 200\n"
	for _, tt := range []struct{ name, why, text, want string }{
		{"fell", "the exporter was started again", "x_joules{socket_id=\"0\"} 3\nx_joules{socket_id=\"1\"} 200\n",
			`x_joules{socket_id="0"} fell from 100000000 to 3000000 µJ: its exporter has started again`},
		{"leapt", "10 s, a period of 5 s and a second at 25 kW are 400 kJ", "x_joules{socket_id=\"0\"} 400101\nx_joules{socket_id=\"1\"} 200\n",
			`x_joules{socket_id="0"} went from 100000000 to 400101000000 µJ in 10s, more than 25000 W`},
		{"vanished", "a socket was taken away", "x_joules{socket_id=\"0\"} 110\n", `x_joules{socket_id="1"} has vanished`},
		{"new", "a socket came", base + "x_joules{socket_id=\"2\"} 9\n", `x_joules{socket_id="2"} is new`},
		{"gone", "the exporter lost its meter", "y 1\n", "GET http://lab:28282/metrics: no x_joules in an answer"},
		{"NaN", "not a number is not zero", "x_joules{socket_id=\"0\"} NaN\nx_joules{socket_id=\"1\"} 200\n", `x_joules{socket_id="0"} is NaN`},
		{"gauge", "it was another one before", "# TYPE x_joules gauge\n" + base, "x_joules is a gauge"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NotEmpty(t, tt.why)
			synctest.Test(t, func(t *testing.T) {
				text := base
				m := openExporter(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					require.Equal(t, "/metrics", r.URL.Path)
					fmt.Fprint(w, text)
				}), "x_joules")
				time.Sleep(10 * time.Second)
				text = tt.text
				e, err := m.Read(t.Context())
				require.ErrorContains(t, err, tt.want)
				require.Zero(t, e)

				time.Sleep(time.Second)
				text = base
				m.Read(t.Context()) // back to what it was, which may be a step too
				time.Sleep(time.Second)
				text = "x_joules{socket_id=\"0\"} 101.5\nx_joules{socket_id=\"1\"} 200.000001\n"
				e, err = m.Read(t.Context())
				require.NoError(t, err)
				require.GreaterOrEqual(t, e, 1500*1000*Microjoule+1, "and no less than it told before")
			})
		})
	}
}

// Doubles hold microjoules exactly up to 2⁵³ of them.
func TestExactMicrojoules(t *testing.T) {
	sel, err := parseSelector("x_microjoules")
	require.NoError(t, err)
	list, err := parseSeries([]byte("x_microjoules 9007199254740991\n"), sel)
	require.NoError(t, err)
	require.EqualValues(t, 1<<53-1, list[0].total)
	sel, err = parseSelector("x_joules_total")
	require.NoError(t, err)
	for _, e := range []Energy{1, 123_456_789, 4_999_999_999_999_999, 1<<53 - 1} {
		list, err = parseSeries(fmt.Appendf(nil, "x_joules_total %d.%06d\n", e/Joule, e%Joule), sel)
		require.NoError(t, err)
		require.InDelta(t, float64(e), float64(list[0].total), math.Ceil(float64(e)/(1<<52)), "multiplied by a million, one more rounding")
	}
}

func TestPrometheusByName(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(replies(kepler)))
	defer s.Close()
	m, why, err := open(Options{Name: "prometheus:" + s.URL + `#kepler_node_cpu_joules_total{zone=~"package|dram"}`}, fakeMachine{})
	require.NoError(t, err)
	require.Equal(t, `prometheus:kepler_node_cpu_joules_total{zone=~"package|dram"}: asked for by name`, why)
	require.Empty(t, Caveat(m))
	_, _, err = open(Options{Name: "prometheus:" + s.URL + `#kepler_node_cpu_joules_total`}, fakeMachine{})
	require.ErrorContains(t, err, "overlap, or may")
	_, _, err = open(Options{Name: "prometheus:"}, fakeMachine{})
	require.ErrorContains(t, err, "want prometheus:URL#METRIC")
	_, _, err = open(Options{Name: "plug"}, fakeMachine{})
	require.ErrorContains(t, err, "want plug:URL")
}

func FuzzParseSelector(f *testing.F) {
	f.Add(`a_joules_total{b="c",d=~"e|f",g!="h",i!~"j"}`)
	f.Add(`a_joules{b="\q"}`)
	f.Add(`a_joules{}}`)
	f.Fuzz(func(t *testing.T, s string) {
		if sel, err := parseSelector(s); err == nil {
			if !strings.HasPrefix(s, sel.metric) || sel.unit <= 0 {
				t.Errorf("parseSelector(%q) = %+v", s, sel)
			}
			sel.match(map[string]string{"b": "c"})
		}
	})
}

func FuzzParseSeries(f *testing.F) {
	f.Add(kepler, "kepler_node_cpu_joules_total")
	f.Add(scaphandre, `scaph_domain_energy_microjoules{domain_name="dram"}`)
	f.Add("# TYPE x_joules counter\nx_joules 1 2\n{\"x_joules\"} 3\n", "x_joules")
	f.Fuzz(func(t *testing.T, text, selector string) {
		sel, err := parseSelector(selector)
		if err != nil {
			return
		}
		list, err := parseSeries([]byte(text), sel)
		if err != nil {
			return
		}
		overlap(list)
		for _, s := range list {
			if s.total < 0 {
				t.Errorf("%q %q: %+v", text, selector, s)
			}
		}
	})
}

// BenchmarkPrometheusRead reads an exporter that lists a thousand processes.
func BenchmarkPrometheusRead(b *testing.B) {
	var text strings.Builder
	text.WriteString(kepler)
	for i := range 1000 {
		fmt.Fprintf(&text, "kepler_process_cpu_joules_total{comm=\"p\",node_name=\"lab\",pid=\"%d\",state=\"running\",zone=\"package\"} 6\n", 100+i)
	}
	m, err := openPrometheus(place{web: web{transport: inMemory{http.HandlerFunc(replies(text.String()))}}}, `http://lab#kepler_node_cpu_joules_total{zone="package"}`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Read(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
