package carbon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

// What is sent, and what is made of answers that follow the published schemas.
func TestLive(t *testing.T) {
	for _, tt := range []struct {
		why, spec, answer string
		url, token        string // as the server sees them
		want              Grid
		line              string
	}{
		{"metered hour", "electricitymaps:fr", "electricitymaps.json",
			"api.electricitymaps.com/v4/carbon-intensity/latest?disableCallerLookup=true&emissionFactorType=lifecycle&temporalGranularity=hourly&zone=FR", "secret",
			Grid{Code: "FR", Name: "zone FR", Time: time.Date(2026, 11, 28, 23, 0, 0, 0, time.UTC), Intensity: 31, Source: "Electricity Maps, lifecycle"},
			"FR 2026-11-28T23:00Z 31 gCO2e/kWh (Electricity Maps, lifecycle)"},
		{"estimated hour of a part of a country", "electricitymaps:US-CAL-CISO", "electricitymaps-estimated.json",
			"api.electricitymaps.com/v4/carbon-intensity/latest?disableCallerLookup=true&emissionFactorType=lifecycle&temporalGranularity=hourly&zone=US-CAL-CISO", "secret",
			Grid{Code: "US-CAL-CISO", Name: "zone US-CAL-CISO", Time: time.Date(2026, 11, 28, 23, 0, 0, 0, time.UTC), Intensity: 262.5, Source: "Electricity Maps, lifecycle, estimated"},
			"US-CAL-CISO 2026-11-28T23:00Z 262.5 gCO2e/kWh (Electricity Maps, lifecycle, estimated)"},
		{"half-hour that is only forecast yet", "ukcarbon", "ukcarbon.json", "api.carbonintensity.org.uk/intensity", "",
			Grid{Code: "GB", Name: "Great Britain", Time: time.Date(2026, 11, 28, 23, 30, 0, 0, time.UTC), Intensity: 187, CO2Only: true, Source: "Carbon Intensity API, forecast, direct"},
			"GB 2026-11-28T23:30Z 187 gCO2/kWh (Carbon Intensity API, forecast, direct)"},
		{"metered half-hour", "UKcarbon", "ukcarbon-actual.json", "api.carbonintensity.org.uk/intensity", "",
			Grid{Code: "GB", Name: "Great Britain", Time: time.Date(2026, 11, 28, 23, 30, 0, 0, time.UTC), Intensity: 181, CO2Only: true, Source: "Carbon Intensity API, actual, direct"},
			"GB 2026-11-28T23:30Z 181 gCO2/kWh (Carbon Intensity API, actual, direct)"},
		{"region", "ukcarbon:13", "ukcarbon-region.json", "api.carbonintensity.org.uk/regional/regionid/13", "",
			Grid{Code: "GB region 13", Name: "London, Great Britain", Time: time.Date(2026, 11, 28, 23, 30, 0, 0, time.UTC), Intensity: 142, CO2Only: true, Source: "Carbon Intensity API, forecast, direct"},
			"GB region 13 2026-11-28T23:30Z 142 gCO2/kWh (Carbon Intensity API, forecast, direct)"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			t.Setenv("ELECTRICITYMAPS_TOKEN", " secret\n") // as files have it
			answer := fixture(t, tt.answer)
			at(t, "2026-11-28T23:42Z", func(t *testing.T) {
				var url, token string
				src, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
					url, token = r.Host+r.URL.String(), r.Header.Get("auth-token")
					w.Write(answer)
				}).open(tt.spec)
				require.NoError(t, err)
				got, err := src.Now(t.Context())
				require.NoError(t, err)
				require.Equal(t, tt.url, url)
				require.Equal(t, tt.token, token)
				require.Empty(t, cmp.Diff(tt.want, got))
				require.Equal(t, tt.line, got.String())
			})
		})
	}
}

func TestOpen(t *testing.T) {
	t.Setenv("ELECTRICITYMAPS_TOKEN", "")
	for _, tt := range []struct{ why, spec, fails string }{
		{"table", "FRA", ""},
		{"own", "my site=12", ""},
		{"own that looks like a live one", "ukcarbon:13=50", ""},
		{"Great Britain needs no token", " ukcarbon ", ""},
		{"last region", "ukcarbon:17", ""},
		{"no grid", "Atlantis", `unknown grid "Atlantis"`},
		{"no such source", "wattime:FR", "electricitymaps:ZONE or ukcarbon"},
		{"no token", "electricitymaps:FR", "grid electricitymaps:FR: ELECTRICITYMAPS_TOKEN is not set: put the token there that app.electricitymaps.com gives, or use the year's average, -grid FRA"},
		{"no token, remedy for a part of a country", "electricitymaps:DK-DK1", "-grid DNK"},
		{"no token, zone of no country", "electricitymaps:ZZ", "-grid WORLD"},
		{"no zone", "electricitymaps:", "want electricitymaps:ZONE"},
		{"no zone, no colon", "electricitymaps", "want electricitymaps:ZONE"},
		{"zone that would leave its place in the URL", "electricitymaps:FR&lat", "want electricitymaps:ZONE"},
		{"zone that would leave the cache", "electricitymaps:../../FR", "want electricitymaps:ZONE"},
		{"region 0", "ukcarbon:0", "1 to 17"},
		{"region that is all of it", "ukcarbon:18", "1 to 17"},
		{"region by name", "ukcarbon:London", "13 for London"},
		{"region forgotten", "ukcarbon:", "1 to 17"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			src, err := unreachable(t).open(tt.spec)
			if tt.fails != "" {
				require.ErrorContains(t, err, tt.fails)
				require.Nil(t, src)
				return
			}
			require.NoError(t, err)
			require.NotNil(t, src)
		})
	}
	src, err := Open("my site=12")
	require.NoError(t, err)
	g, err := src.Now(t.Context())
	require.NoError(t, err)
	require.Equal(t, Grid{Code: "my site", Name: "my site", Intensity: 12, Source: "given by user"}, g)
}

// say answers with a status and a body, the header given as name and value.
func say(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func stall(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func stallHalfway(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, `{"zone":`)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func cutShort(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, `{"zone":"FR"`)
}

// What a network and a server can do to Electricity Maps, and what comes of
// it. The last answer is given to all further tries.
func TestFaults(t *testing.T) {
	good := string(fixture(t, "electricitymaps.json"))
	but := func(old, new string) http.HandlerFunc {
		require.Equal(t, 1, strings.Count(good, old), old)
		return say(200, strings.Replace(good, old, new, 1))
	}
	for _, tt := range []struct {
		why     string
		answers []http.HandlerFunc
		tries   int
		fails   string // "" if the hour's grid comes in the end
	}{
		{"dropped once", []http.HandlerFunc{drop, say(200, good)}, 2, ""},
		{"stalls once", []http.HandlerFunc{stall, say(200, good)}, 2, ""},
		{"cut short once, then too busy once", []http.HandlerFunc{cutShort, say(503, ""), say(200, good)}, 3, ""},
		{"asks to wait for a time that there is", []http.HandlerFunc{say(429, "", "Retry-After", "4"), say(200, good)}, 2, ""},
		{"asks to wait until a time that there is", []http.HandlerFunc{say(429, "", "Retry-After", "Sat, 28 Nov 2026 23:42:05 GMT"), say(200, good)}, 2, ""},
		{"Retry-After of neither kind counts for nothing", []http.HandlerFunc{say(429, "", "Retry-After", "soon"), say(200, good)}, 2, ""},

		{"always dropped", []http.HandlerFunc{drop}, 3, "EOF (tried 3 times)"},
		{"always stalls", []http.HandlerFunc{stall}, 3, "no answer within 2.5s (tried 3 times)"},
		{"stalls in the middle of an answer", []http.HandlerFunc{stallHalfway}, 3, "no answer within 2.5s (tried 3 times)"},
		{"always cut short", []http.HandlerFunc{cutShort}, 3, "reading the answer: unexpected EOF (tried 3 times)"},
		{"always broken", []http.HandlerFunc{say(502, "")}, 3, "502 Bad Gateway (tried 3 times)"},
		{"asks to wait longer than anybody waits", []http.HandlerFunc{say(429, "", "Retry-After", "3600")}, 1, "429 Too Many Requests: it asks to be left alone for 1h0m0s"},
		{"asks to wait for most of the time, twice", []http.HandlerFunc{say(429, "", "Retry-After", "6")}, 2, "429 Too Many Requests (tried 2 times): it asks to be left alone for 6s"},

		{"wrong token", []http.HandlerFunc{say(401, `{"error":"Invalid auth-token"}`)}, 1, "401 Unauthorized: it refuses the token in ELECTRICITYMAPS_TOKEN"},
		{"token for another zone", []http.HandlerFunc{say(403, "")}, 1, "a free one is for a single zone"},
		{"unknown zone", []http.HandlerFunc{say(404, "")}, 1, "it has no zone FR"},
		{"a wrong request is not sent again", []http.HandlerFunc{say(400, "what?")}, 1, `400 Bad Request: it says "what?"`},
		{"a redirect would take the token along", []http.HandlerFunc{say(302, "", "Location", "https://elsewhere.example")}, 1, "302 Found: redirects are not followed"},
		{"a page", []http.HandlerFunc{say(200, " <html>log in</html>")}, 1, "answered with a page, not with JSON"},
		{"garbage", []http.HandlerFunc{say(200, "\x00\xff")}, 1, "answered what cannot be used: invalid character"},
		{"nothing", []http.HandlerFunc{say(200, "")}, 1, "unexpected end of JSON input"},
		{"more after the answer", []http.HandlerFunc{say(200, good+good)}, 1, "after top-level value"},
		{"an endless answer", []http.HandlerFunc{say(200, strings.Repeat(" ", 1<<20)+good)}, 1, "longer than 65536 bytes"},
		{"a list", []http.HandlerFunc{say(200, "[]")}, 1, "cannot unmarshal array"},
		{"an empty object", []http.HandlerFunc{say(200, "{}")}, 1, "it has no intensity"},
		{"no figure yet", []http.HandlerFunc{but(": 31,", ": null,")}, 1, "it has no intensity"},
		{"zero", []http.HandlerFunc{but(": 31,", ": 0,")}, 1, "0 gCO2/kWh: want a number above 0"},
		{"negative", []http.HandlerFunc{but(": 31,", ": -31,")}, 1, "-31 gCO2/kWh: want a number above 0"},
		{"NaN", []http.HandlerFunc{but(": 31,", ": NaN,")}, 1, "invalid character 'N'"},
		{"larger than any float", []http.HandlerFunc{but(": 31,", ": 1e999,")}, 1, "cannot unmarshal number 1e999"},
		{"in another unit", []http.HandlerFunc{but(": 31,", ": 31000,")}, 1, "31000 gCO2/kWh: want"},
		{"text", []http.HandlerFunc{but(": 31,", `: "31",`)}, 1, "cannot unmarshal string"},
		{"another zone", []http.HandlerFunc{but(`"FR"`, `"DE"`)}, 1, `it is of zone "DE"`},
		{"other factors", []http.HandlerFunc{but(`"lifecycle"`, `"direct"`)}, 1, `its emission factors are "direct"`},
		{"no time", []http.HandlerFunc{but(`"datetime"`, `"when"`)}, 1, "it has no time"},
		{"yesterday", []http.HandlerFunc{but("2026-11-28T23:00", "2026-11-27T23:00")}, 1, "it is of 2026-11-27T23:00Z, and this machine's clock says 2026-11-28T23:42Z"},
		{"tomorrow", []http.HandlerFunc{but("2026-11-28T23:00", "2026-11-29T23:00")}, 1, "it is of 2026-11-29T23:00Z"},
		{"no date at all", []http.HandlerFunc{but("2026-11-28T23:00:00.000Z", "now")}, 1, "parsing time"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			at(t, "2026-11-28T23:42Z", func(t *testing.T) {
				var tries atomic.Int32 // a stalled server may still be at it
				w := serve(t, func(w http.ResponseWriter, r *http.Request) {
					n := int(tries.Add(1))
					tt.answers[min(n, len(tt.answers))-1](w, r)
				})
				src, err := w.electricityMaps("FR", "secret")
				require.NoError(t, err)
				start := time.Now()
				g, err := src.Now(t.Context())
				require.LessOrEqual(t, time.Since(start), patience, "on the clock of the test")
				require.EqualValues(t, tt.tries, tries.Load())
				if tt.fails == "" {
					require.NoError(t, err)
					require.Equal(t, 31.0, g.Intensity)
					return
				}
				require.ErrorContains(t, err, tt.fails)
				require.ErrorContains(t, err, "carbon: grid electricitymaps:FR: ")
				require.ErrorContains(t, err, "without it there are the year's average, -grid FRA, and a figure of your own")
				require.NotContains(t, err.Error(), "secret")
				require.Zero(t, g)
				files, err := os.ReadDir(w.cache)
				require.NoError(t, err)
				require.Empty(t, files, "a fault is not kept for an hour")
			})
		})
	}
}

// The faults that only the other source can have.
func TestFaultsUK(t *testing.T) {
	for _, tt := range []struct{ why, spec, file, old, new, fails string }{
		{"a region on wind alone", "ukcarbon:13", "ukcarbon-region.json", ": 142,", ": 0,", "0 gCO2/kWh: want a number above 0"},
		{"another region", "ukcarbon:13", "ukcarbon-region.json", `"regionid": 13`, `"regionid": 1`, "it is of region 1"},
		{"region without its half-hour", "ukcarbon:13", "ukcarbon-region.json", `"data": [
        {`, `"old": [
        {`, "not the present half-hour of one region"},
		{"name that would spoil the output", "ukcarbon:13", "ukcarbon-region.json", `"London"`, `"London\nPASS"`, "a name that cannot be printed"},
		{"neither metered nor forecast", "ukcarbon", "ukcarbon.json", `"forecast": 187`, `"forecast": null`, "it has no intensity"},
		{"metered as 0 is not replaced by the forecast", "ukcarbon", "ukcarbon.json", `"actual": null`, `"actual": 0`, "0 gCO2/kWh"},
		{"no half-hour", "ukcarbon", "ukcarbon.json", `"data"`, `"error"`, "it has 0 half-hours"},
		{"no time", "ukcarbon", "ukcarbon.json", `"from"`, `"for"`, "it has no time"},
		{"time as a number", "ukcarbon", "ukcarbon.json", `"2026-11-28T23:30Z"`, `1795908600`, "cannot unmarshal number"},
		{"yesterday", "ukcarbon", "ukcarbon.json", "2026-11-28T23:30Z", "2026-11-27T23:30Z", "it is of 2026-11-27T23:30Z"},
		{"not JSON", "ukcarbon:13", "ukcarbon-region.json", `"data": [
    {`, `"data": [[[`, "invalid character"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			answer := string(fixture(t, tt.file))
			require.Equal(t, 1, strings.Count(answer, tt.old))
			answer = strings.Replace(answer, tt.old, tt.new, 1)
			at(t, "2026-11-28T23:42Z", func(t *testing.T) {
				src, err := serve(t, say(200, answer)).open(tt.spec)
				require.NoError(t, err)
				g, err := src.Now(t.Context())
				require.ErrorContains(t, err, tt.fails)
				require.ErrorContains(t, err, "carbon: grid "+tt.spec+": ")
				require.ErrorContains(t, err, "-grid GBR")
				require.Zero(t, g)
			})
		})
	}
}

func TestCancel(t *testing.T) {
	why := errors.New("the user pressed Ctrl-C")
	for name, h := range map[string]http.HandlerFunc{"while it answers": stall, "in a pause": say(503, "")} {
		t.Run(name, func(t *testing.T) {
			at(t, "2026-11-28T23:42Z", func(t *testing.T) {
				src, err := serve(t, h).open("ukcarbon")
				require.NoError(t, err)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
				start := time.Now()
				_, err = src.Now(ctx)
				require.ErrorIs(t, err, why)
				require.Equal(t, 100*time.Millisecond, time.Since(start), "on the clock of the test")
			})
		})
	}
}

// Whatever a server answers, there is a grid that can be printed or an error.
func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"electricitymaps.json", "electricitymaps-estimated.json", "ukcarbon.json", "ukcarbon-actual.json", "ukcarbon-region.json"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	now := time.Date(2026, 11, 28, 23, 42, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, read := range []func([]byte) (Grid, error){
			func(b []byte) (Grid, error) { return readElectricityMaps(b, "FR") },
			readUKCarbon,
			func(b []byte) (Grid, error) { return readUKRegion(b, 13) },
		} {
			g, err := read(body)
			if err != nil {
				if g != (Grid{}) {
					t.Errorf("%+v beside %v", g, err)
				}
				continue
			}
			if plausible(g, now) != nil {
				continue
			}
			got, err := ParseLine(g.String())
			if err != nil {
				t.Fatal(err)
			}
			if got.Code != g.Code || got.Intensity != g.Intensity || got.Time.IsZero() {
				t.Errorf("%q read back as %+v", g.String(), got)
			}
		}
		if d := retryAfter(string(body)); d < 0 {
			t.Errorf("retryAfter(%q) = %v", body, d)
		}
	})
}
