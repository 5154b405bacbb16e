package energy

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A fakePlug follows a known power curve on the clock of the test and answers as the
// devices do, with the resolution that they have.
type fakePlug struct {
	kind  string
	began time.Time
	power func(time.Duration) (joules float64)

	mu     sync.Mutex
	start  float64       // joules of its counter at the beginning
	uptime time.Duration // at the beginning
	every  time.Duration // how often the counter is brought up to date
	frozen time.Duration // if not 0, it answers as it did then
	lie    func(watts, joules float64) (float64, float64)
}

func newFakePlug(kind string, power func(time.Duration) float64) *fakePlug {
	return &fakePlug{kind: kind, began: time.Now(), power: power, start: 1_234_567.8, uptime: time.Hour, every: time.Second}
}

// change makes it another one from now on.
func (p *fakePlug) change(f func(*fakePlug)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p)
}

func (p *fakePlug) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := time.Since(p.began)
	if p.frozen != 0 {
		d = p.frozen
	}
	// The device measures once a second: the mean power of the second before.
	second := d.Truncate(time.Second)
	watts := p.power(second) - p.power(max(second-time.Second, 0))
	if second == 0 {
		watts = p.power(time.Second)
	}
	joules := p.start + p.power(d.Truncate(p.every))
	if p.lie != nil {
		watts, joules = p.lie(watts, joules)
	}
	uptime := int64((p.uptime + d).Seconds())
	floor := func(x float64, decimals int) string {
		k := math.Pow10(decimals)
		return fmt.Sprintf("%.*f", decimals, math.Floor(x*k)/k)
	}
	path := r.URL.Path
	switch {
	case path == "/shelly" && p.kind == "gen1":
		fmt.Fprint(w, `{"type":"SHPLG-S","mac":"7C87CEB52F01","auth":false,"fw":"20230913-113610/v1.14.0-gcb84623","longid":1,"num_outputs":1,"num_meters":1}`)
	case path == "/status" && p.kind == "gen1":
		fmt.Fprintf(w, `{"wifi_sta":{"connected":true},"time":"12:00","unixtime":0,"uptime":%d,"relays":[{"ison":true}],"meters":[{"power":%.2f,"overpower":0.00,"is_valid":true,"timestamp":0,"counters":[0.000,0.000,0.000],"total":%s}]}`,
			uptime, watts, floor(joules/60, 0))
	case path == "/shelly" && p.kind == "gen2":
		fmt.Fprint(w, `{"name":null,"id":"shellyplusplugs-a8032ab1","mac":"A8032AB1","model":"SNPL-00112EU","gen":2,"fw_id":"20241011-114455/1.4.4-g6d2a586","app":"PlusPlugS","auth_en":false,"auth_domain":null}`)
	case path == "/rpc/Shelly.GetStatus" && p.kind == "gen2":
		fmt.Fprintf(w, `{"ble":{},"switch:0":{"id":0,"source":"init","output":true,"apower":%.1f,"voltage":230.4,"current":0.1,"aenergy":{"total":%s,"by_minute":[0.000,0.000,0.000],"minute_ts":0},"temperature":{"tC":30.1}},"sys":{"mac":"A8032AB1","restart_required":false,"time":null,"unixtime":null,"uptime":%d},"wifi":{"rssi":-50}}`,
			watts, floor(joules/3600, 3), uptime)
	case path == "/cm" && p.kind == "tasmota" && r.URL.RawQuery == "cmnd=Status%208":
		fmt.Fprintf(w, `{"StatusSNS":{"Time":%q,"ENERGY":{"TotalStartTime":"2024-01-01T00:00:00","Total":%s,"Yesterday":0.1,"Today":0.2,"Power":%s,"ApparentPower":30,"ReactivePower":10,"Factor":0.9,"Voltage":230,"Current":0.1}}}`,
			p.began.Add(second).Format("2006-01-02T15:04:05"), floor(joules/3.6e6, 3), floor(watts, 0))
	default:
		http.NotFound(w, r)
	}
}

func openFake(t *testing.T, p http.Handler, socket string) *plug {
	t.Helper()
	m, err := openPlug(place{web: web{transport: inMemory{p}}}, "http://plug.local"+socket)
	require.NoError(t, err)
	return m
}

// Over a day of 200 W and 50 W in turns by the minute (10.8 MJ in all) each of them is right to
// within 0.1 %, 10.8 kJ, though their counters move by 60 J, 3.6 J and 3.6 kJ, and Tasmota
// shows whole watts. More closely: what is not known is how far beyond its last step a
// counter was at both ends (where the watts stand in, and are late by a second
// and a reading: 2 × 150 J) and when within the second between two readings it stepped (200 J).
func TestPlugDay(t *testing.T) {
	length := 24 * time.Hour
	if testing.Short() {
		length = 2 * time.Hour
	}
	for kind, every := range map[string]time.Duration{"gen1": time.Minute, "gen2": time.Second, "tasmota": time.Second} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newFakePlug(kind, square)
				p.every = every
				time.Sleep(17300 * time.Millisecond)
				m := openFake(t, p, "")
				w, err := Start(t.Context(), m)
				require.NoError(t, err)
				time.Sleep(length)
				r, err := w.Stop()
				require.NoError(t, err)
				require.InDelta(t, m.Error()+m.Period().Seconds()/length.Seconds(), r.Error, 1e-9)
				require.InDelta(t, 125*length.Seconds(), r.Gross.Joules(), 2*150+2*200)
			})
		})
	}
}

// Short windows, opened anywhere within a step: 100 W for 45 s are 4.5 kJ, seen through counters of
// 60 J, 3.6 J and 3.6 kJ per step, and through one that is brought up to date once a
// minute. The first reading may be a second old, and so may the last.
func TestPlugShortWindow(t *testing.T) {
	for kind, often := range map[string][]time.Duration{"gen1": {time.Second, time.Minute}, "gen2": {time.Second, time.Minute}, "tasmota": {time.Second}} {
		for _, every := range often {
			for _, offset := range []time.Duration{0, 7 * time.Second, 20 * time.Second, 33500 * time.Millisecond, 40 * time.Second, 51 * time.Second, 59900 * time.Millisecond} {
				synctest.Test(t, func(t *testing.T) {
					p := newFakePlug(kind, watts(100))
					p.every = every
					time.Sleep(offset)
					m := openFake(t, p, "")
					for range 3 { // the third begins with a counter that is known
						w, err := Start(t.Context(), m)
						require.NoError(t, err)
						time.Sleep(45 * time.Second)
						r, err := w.Stop()
						require.NoError(t, err)
						require.InDelta(t, 4500, r.Gross.Joules(), 200, "%s %v %v", kind, every, offset)
						time.Sleep(10 * time.Second)
					}
				})
			}
		}
	}
}

func TestPlugDevices(t *testing.T) {
	const sys = `"sys":{"uptime":7,"unixtime":1}`
	answers := func(pairs ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				if r.URL.RequestURI() == pairs[i] {
					fmt.Fprint(w, pairs[i+1])
					return
				}
			}
			http.NotFound(w, r)
		})
	}
	gen1 := func(status string) http.Handler {
		return answers("/shelly", `{"type":"SHSW-25"}`, "/status", `{"uptime":7,`+status+`}`)
	}
	gen3 := func(status string) http.Handler {
		return answers("/shelly", `{"gen":3}`, "/rpc/Shelly.GetStatus", `{`+sys+`,`+status+`}`)
	}
	tasmota := func(energy string) http.Handler {
		return answers("/cm?cmnd=Status%208", `{"StatusSNS":{"Time":"2026-11-28T12:00:00","ENERGY":`+energy+`}}`)
	}
	two := gen1(`"meters":[{"power":1,"is_valid":true,"total":60},{"power":2,"is_valid":true,"total":60}]`)
	for _, tt := range []struct {
		why    string
		device http.Handler
		socket string
		want   string  // name, or "error: "
		watts  float64 // then
	}{
		{"first generation", gen1(`"meters":[{"power":22.5,"is_valid":true,"total":60}]`), "", "plug:shelly-gen1/meter:0", 22.5},
		{"the second of two", two, "#meter:1", "plug:shelly-gen1/meter:1", 2},
		{"one of two is not guessed", two, "", "error: has 2 sockets (put #meter:0 or #meter:1 behind its address", 0},
		{"no such socket", two, "#meter:2", `error: has no socket "meter:2" (want #meter:0 or #meter:1)`, 0},
		{"clamps", gen1(`"emeters":[{"power":300.1,"is_valid":true,"total":5.3,"voltage":230}]`), "", "plug:shelly-gen1/emeter:0", 300.1},
		{"says that it is wrong", gen1(`"meters":[{"power":22.5,"is_valid":false,"total":60}]`), "", "error: says itself that its reading is not valid", 0},
		{"a relay without meter gives a power that its owner typed in", gen1(`"meters":[{"power":0,"is_valid":true}]`), "", "error: meter:0 gives no total, so it only switches", 0},
		{"no meters", gen1(`"relays":[{}]`), "", "error: meters nothing", 0},

		{"third generation, meter only", gen3(`"pm1:0":{"apower":11.7,"aenergy":{"total":1}}`), "", "plug:shelly-gen3/pm1:0", 11.7},
		{"a component that only switches is none", gen3(`"switch:0":{"output":true},"switch:1":{"apower":5,"aenergy":{"total":1}}`), "", "plug:shelly-gen3/switch:1", 5},
		{"only switches", gen3(`"switch:0":{"output":true}`), "", "error: meters nothing", 0},
		{"a strip", gen3(`"switch:0":{"apower":5,"aenergy":{"total":1}},"switch:1":{"apower":6,"aenergy":{"total":1}}`), "#switch:1", "plug:shelly-gen3/switch:1", 6},
		{"a strip, not guessed", gen3(`"switch:0":{"apower":5,"aenergy":{"total":1}},"switch:1":{"apower":6,"aenergy":{"total":1}}`), "", "error: has 2 sockets", 0},
		{"another socket's failure is not ours", gen3(`"switch:0":{"errors":["power_meter_failure"]},"switch:1":{"apower":6,"aenergy":{"total":1}}`), "#switch:1", "plug:shelly-gen3/switch:1", 6},
		{"its own is", gen3(`"switch:0":{"apower":0,"aenergy":{"total":1},"errors":["power_meter_failure"]}`), "", `error: reports "power_meter_failure"`, 0},
		{"one phase, total elsewhere", gen3(`"em1:0":{"act_power":501.8},"em1data:0":{"total_act_energy":12.5}`), "", "plug:shelly-gen3/em1:0", 501.8},
		{"three phases, total elsewhere", gen3(`"em:0":{"total_act_power":1501.8},"emdata:0":{"total_act":12.5}`), "", "plug:shelly-gen3/em:0", 1501.8},
		{"a total that is missing elsewhere", gen3(`"em:0":{"total_act_power":1501.8}`), "", "error: em:0 gives no total", 0},

		{"Tasmota", tasmota(`{"Total":1.234,"Power":45}`), "", "plug:tasmota/energy", 45},
		{"Tasmota, a strip", tasmota(`{"Total":[1.2,3.4],"Power":[45,46]}`), "#energy:1", "plug:tasmota/energy:1", 46},
		{"Tasmota, a strip with one total", tasmota(`{"Total":4.6,"Power":[45,46]}`), "#energy:1", "plug:tasmota/energy:1", 46},
		{"Tasmota, a strip, not guessed", tasmota(`{"Total":[1.2,3.4],"Power":[45,46]}`), "", "error: has 2 sockets (put #energy:0 or #energy:1", 0},
		{"Tasmota without meter", answers("/cm?cmnd=Status%208", `{"StatusSNS":{"Time":"x"}}`), "", "error: the device only switches", 0},
		{"Tasmota with a password", answers("/cm?cmnd=Status%208", `{"WARNING":"Need user=<username>&password=<password>"}`), "", "error: user or password are missing or wrong", 0},

		{"nobody known", answers(), "", "error: neither a Shelly nor a Tasmota answers: GET http://plug.local/shelly: status 404", 0},
		{"something else", answers("/shelly", `{"hello":1}`), "", `error: GET http://plug.local/shelly says "{\"hello\":1}"`, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, err := openPlug(place{web: web{transport: inMemory{tt.device}}}, "http://plug.local"+tt.socket)
			if want, failing := strings.CutPrefix(tt.want, "error: "); failing {
				require.ErrorContains(t, err, want, tt.why)
				return
			}
			require.NoError(t, err, tt.why)
			require.Equal(t, tt.want, m.Name(), tt.why)
			require.EqualValues(t, math.Round(tt.watts*1e6), m.last.power, tt.why)
			require.Empty(t, Caveat(m))
			time.Sleep(4 * time.Second)
			e, err := m.Read(t.Context())
			require.NoError(t, err, tt.why)
			require.InDelta(t, 4*tt.watts, e.Joules(), 1e-5, tt.why) // these counters stand still
		})
	}

	// Behind a path, and with the password in the query, which is where Tasmota reads it.
	synctest.Test(t, func(t *testing.T) {
		m, err := openPlug(place{web: web{transport: inMemory{answers("/desk/cm?cmnd=Status%208&password=hu%26sh%20&user=admin",
			`{"StatusSNS":{"ENERGY":{"Total":1,"Power":4}}}`)}}}, "http://admin:hu&sh%20@plug.local/desk/")
		require.NoError(t, err)
		require.Equal(t, "plug:tasmota/energy", m.Name())
	})
}

// Each fault strikes in the middle of a window and gives its own error and no number.
func TestPlugFaults(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		kinds     string
		fault     func(*fakePlug)
		want      string
	}{
		{"restart", "a plug that was without power counts on, but the machine was too", "gen1 gen2",
			func(p *fakePlug) { p.uptime = -20 * time.Second }, "the plug has started again: it has been running for "},
		{"reset", "somebody pressed reset", "gen1 gen2 tasmota",
			func(p *fakePlug) { p.start = 0 }, "the plug's counter stepped back by "},
		{"one step back", "the last step was lost", "gen2",
			func(p *fakePlug) { p.start -= 200 }, "the plug's counter stepped back by "},
		{"leap", "1 MJ in a second", "gen1 gen2 tasmota",
			func(p *fakePlug) { p.start += 1e6 }, "the plug contradicts itself: its counter went on by 100"},
		{"10¹² W", "no number of a device is believed unseen", "gen1 gen2 tasmota",
			func(p *fakePlug) { p.lie = func(w, j float64) (float64, float64) { return 1e12, j } }, "gives 1e+12 W, more than the 25000 W"},
		{"negative", "solar panels, or turned round", "gen1 gen2 tasmota",
			func(p *fakePlug) { p.lie = func(w, j float64) (float64, float64) { return -5, j } }, "gives -5 W: something feeds in there"},
		{"negative total", "an overflow", "gen1 gen2 tasmota",
			func(p *fakePlug) { p.lie = func(w, j float64) (float64, float64) { return w, -j } }, "gives an impossible total of -"},
		{"no number", "a broken sensor", "gen1 gen2 tasmota",
			func(p *fakePlug) { p.lie = func(w, j float64) (float64, float64) { return math.NaN(), j } }, "invalid character"},
		{"repeats itself", "a hung measuring task behind a web server that lives", "gen1 gen2 tasmota",
			func(p *fakePlug) { p.frozen = time.Since(p.began) }, "the plug repeats itself: its clock stands at "},
		{"counter stands", "after 130 s at 100 W", "gen1 gen2 tasmota",
			func(p *fakePlug) {
				stood := p.start + p.power(time.Since(p.began))
				p.lie = func(w, j float64) (float64, float64) { return w, stood }
			}, "the plug's counter stands still since 2m11s, while its watts add up to 13"},
	} {
		require.NotEmpty(t, tt.why, tt.name)
		for _, kind := range strings.Fields(tt.kinds) {
			t.Run(tt.name+" "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := newFakePlug(kind, watts(100))
					m := openFake(t, p, "")
					w, err := Start(t.Context(), m)
					require.NoError(t, err)
					time.Sleep(100 * time.Second) // until Tasmota's counter has stepped twice
					p.change(tt.fault)
					time.Sleep(12 * time.Second)
					if tt.name == "counter stands" {
						time.Sleep(2 * time.Minute)
					}
					r, err := w.Stop()
					require.ErrorContains(t, err, tt.want)
					require.Zero(t, r)

					p.change(func(p *fakePlug) { p.lie, p.frozen = nil, 0 })
					time.Sleep(time.Second)
					m.Read(t.Context()) // back to what it was, which may be a step too
					time.Sleep(time.Second)
					w, err = Start(t.Context(), m)
					require.NoError(t, err, "the next window is good again")
					time.Sleep(time.Minute)
					r, err = w.Stop()
					require.NoError(t, err)
					require.InDelta(t, 6000, r.Gross.Joules(), 150)
				})
			})
		}
	}
}

// A Tasmota shows 20 W of 20.9 W, which its counter corrects: 6 h are 451,440 J, and what
// is missing at the end is 4.3 % of at most a step. By the watts alone it were 432,000 J.
// The same with watts that are too high, by 2 W to 22 W, where the total must wait for the counter.
func TestPlugCounterCorrectsWatts(t *testing.T) {
	for _, more := range []float64{0, 2} {
		synctest.Test(t, func(t *testing.T) {
			p := newFakePlug("tasmota", watts(20.9))
			p.lie = func(w, j float64) (float64, float64) { return w + more, j }
			m := openFake(t, p, "")
			var e, last Energy
			for range 6 * 60 * 60 {
				time.Sleep(time.Second)
				var err error
				e, err = m.Read(t.Context())
				require.NoError(t, err)
				require.GreaterOrEqual(t, e, last)
				last = e
			}
			require.InDelta(t, 451_440, e.Joules(), 2*0.053*3600+2*21)
		})
	}
}

// A reading that comes late, 10 s after the one before. A counter of 3.6 kJ at 100 W stepped at 36 s
// and steps at 72 s: that it has done so when it is read at 81.5 s tells less than the
// watts do (8150 J by then; by its steps alone, 7200 J). A counter that steps all
// the time knows what the watts do not, 1 kW for 4 s in between: 815 J + 3960 J.
func TestPlugLateReading(t *testing.T) {
	burst := func(d time.Duration) float64 {
		return 10*d.Seconds() + 990*min(max(d.Seconds()-73, 0), 4)
	}
	for kind, tt := range map[string]struct {
		power        func(time.Duration) float64
		want, within float64
	}{"tasmota": {watts(100), 8150, 150}, "gen2": {burst, 815 + 3960, 10 + 2*3.6}} {
		synctest.Test(t, func(t *testing.T) {
			p := newFakePlug(kind, tt.power)
			p.start = 0
			m := openFake(t, p, "")
			read := func(after time.Duration) Energy {
				time.Sleep(after)
				e, err := m.Read(t.Context())
				require.NoError(t, err)
				return e
			}
			for range 71 {
				read(time.Second)
			}
			read(500 * time.Millisecond)
			require.InDelta(t, tt.want, read(10*time.Second).Joules(), tt.within, kind)
			for range 60 { // and its next step, at 108 s, is no whole one either
				read(time.Second)
			}
			require.InDelta(t, tt.want+tt.power(141500*time.Millisecond)-tt.power(81500*time.Millisecond), m.total.Joules(), tt.within, kind)
		})
	}
}

// Between windows nobody reads, and the power of that time is nobody's: not even when
// the watts before and after it would make a large trapezoid.
func TestPlugUnreadTimes(t *testing.T) {
	for _, kind := range []string{"gen1", "gen2", "tasmota"} {
		synctest.Test(t, func(t *testing.T) {
			p := newFakePlug(kind, watts(100))
			m := openFake(t, p, "")
			time.Sleep(time.Hour)
			before, err := m.Read(t.Context())
			require.NoError(t, err)
			require.Zero(t, before)
			time.Sleep(time.Second)
			e, err := m.Read(t.Context())
			require.NoError(t, err)
			require.InDelta(t, 100, e.Joules(), 1)
		})
	}
}

func TestParsePlugs(t *testing.T) {
	parsers := map[string]func([]byte) ([]socket, error){"gen1": parseShelly1, "gen2": parseShelly2, "tasmota": parseTasmota}
	for _, tt := range []struct{ kind, in, want string }{
		{"gen1", ``, "unexpected end of JSON"},
		{"gen1", `null`, `no "uptime"`},
		{"gen1", `{"meters":[]}`, `no "uptime"`},
		{"gen1", `{"uptime":"7"}`, "cannot unmarshal string"},
		{"gen1", `{"uptime":7,"meters":[{"power":"22","total":1}]}`, "cannot unmarshal string"},
		{"gen1", `{"uptime":7,"meters":[{"power":NaN,"total":1}]}`, "invalid character"},
		{"gen1", `{"uptime":7,"meters":[{"power":null,"total":1}]}`, "meter:0 gives no power"},
		{"gen1", `{"uptime":7,"meters":[{"power":1,"total":1e300}]}`, "impossible total"},
		{"gen1", `{"uptime":7,"meters":[{"power":1e999,"total":1}]}`, "cannot unmarshal number"},
		{"gen2", `[]`, "cannot unmarshal array"},
		{"gen2", `{"switch:0":{"apower":1,"aenergy":{"total":1}}}`, `no "sys" with an "uptime"`},
		{"gen2", `{"sys":{"uptime":null}}`, `no "sys" with an "uptime"`},
		{"gen2", `{"sys":{"uptime":1},"switch:0":{"apower":"1"}}`, "cannot unmarshal string"},
		{"gen2", `{"sys":{"uptime":1},"switch:0":{"apower":1}}`, "switch:0 gives no total"},
		{"gen2", `{"sys":{"uptime":1},"switch:0":{"apower":1,"aenergy":null}}`, "switch:0 gives no total"},
		{"gen2", `{"sys":{"uptime":1},"em:0":{"total_act_power":1},"emdata:0":{"total_act":"1"}}`, "cannot unmarshal string"},
		{"tasmota", `{"Command":"Unknown"}`, `no "StatusSNS"`},
		{"tasmota", `{"StatusSNS":{"ENERGY":{}}}`, "no power"},
		{"tasmota", `{"StatusSNS":{"ENERGY":{"Power":"4","Total":1}}}`, "cannot unmarshal string"},
		{"tasmota", `{"StatusSNS":{"ENERGY":{"Power":nan,"Total":1}}}`, "invalid character"},
		{"tasmota", `{"StatusSNS":{"ENERGY":{"Power":null,"Total":1}}}`, "no power"},
		{"tasmota", `{"StatusSNS":{"ENERGY":{"Power":[1,null],"Total":[1,1]}}}`, "energy:1 gives no power"},
		{"tasmota", `{"StatusSNS":{"ENERGY":{"Power":1,"Total":-1}}}`, "impossible total"},
	} {
		all, err := parsers[tt.kind]([]byte(tt.in))
		for _, s := range all {
			if err == nil {
				err = s.err
			}
		}
		require.ErrorContains(t, err, tt.want, tt.in)
	}
}

func FuzzParsePlugs(f *testing.F) {
	for _, s := range []string{
		`{"uptime":7,"meters":[{"power":22.5,"is_valid":true,"total":60}],"emeters":[{"power":1,"total":2}]}`,
		`{"sys":{"uptime":1},"switch:0":{"apower":1,"aenergy":{"total":1}},"em:0":{"total_act_power":1},"emdata:0":{"total_act":1}}`,
		`{"StatusSNS":{"Time":"x","ENERGY":{"Power":[1,2],"Total":[1,1]}}}`, `{"gen":2}`, `null`, `[]`, `{`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		shelly(b)
		for _, parse := range []func([]byte) ([]socket, error){parseShelly1, parseShelly2, parseTasmota} {
			all, err := parse(b)
			if err != nil && all != nil {
				t.Errorf("%q: sockets beside an error", b)
			}
			for _, s := range all {
				if s.err == nil && (s.power < 0 || s.power > maxWall*1e6 || s.total < 0) {
					t.Errorf("%q: %+v", b, s)
				}
			}
		}
	})
}

func BenchmarkPlugRead(b *testing.B) {
	m, err := openPlug(place{web: web{transport: inMemory{newFakePlug("gen2", watts(20))}}}, "http://plug.local")
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
