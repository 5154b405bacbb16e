package energy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// inMemory serves requests without a network, so that they happen in a synctest bubble.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Result(), nil
}

// A server lets a good answer through, or does something else as a test says.
type server struct {
	good http.Handler

	mu    sync.Mutex
	fault func(http.ResponseWriter, *http.Request)
}

func (s *server) do(fault func(http.ResponseWriter, *http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.fault
	s.mu.Unlock()
	if fault != nil {
		fault(w, r)
		return
	}
	s.good.ServeHTTP(w, r)
}

func replies(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

func status500(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }

// A remote is what a meter asks over HTTP, and the meter.
type remote struct {
	prefix string
	good   http.Handler
	open   func(place, string) (Meter, error)
	lie    string // what the meter says of a login page
	limit  string // and of an endless answer
}

func remotes() []remote {
	return []remote{
		{"plug:", newFakePlug("gen2", watts(20)), func(at place, a string) (Meter, error) { return openPlug(at, a) },
			"invalid character '<'", "longer than 64 KiB"},
		{"prometheus:", http.HandlerFunc(replies(kepler)), func(at place, a string) (Meter, error) {
			return openPrometheus(at, a+`#kepler_node_cpu_joules_total{zone="dram"}`)
		}, `no kepler_node_cpu_joules_total in an answer that begins with "<html>`, "longer than 16384 KiB"},
	}
}

// What a network and a foreign server can do, to a meter that is being opened and to
// one that is open; then the server is itself again, and the meter goes on.
func TestHTTPFaults(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		fault     func(http.ResponseWriter, *http.Request)
		want      string
	}{
		{"drop", "the connection ends without an answer",
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		{"cut short", "the connection ends within the answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"gen":2,`)
		}, "the answer broke off: unexpected EOF"},
		{"redirect", "a captive portal", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://u:hush@portal.example/login", http.StatusFound)
		}, `status 302 Found, to "http://portal.example/login" (redirects are not followed`},
		{"error", "the device is ill", status500, "status 500 Internal Server Error (try the address in a browser)"},
		{"no password", "it was set meanwhile", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) },
			"status 401 Unauthorized (it wants a password: put USER:PASSWORD@"},
		{"endless", "a stream instead of an answer", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<20)); err != nil {
					return
				}
			}
		}, "<limit>"},
		{"login page", "a router answers everything", replies("<html><body>Please log in</body></html>"), "<lie>"},
	} {
		for _, m := range remotes() {
			t.Run(m.prefix+tt.name, func(t *testing.T) {
				require.NotEmpty(t, tt.why)
				want := tt.want
				switch want {
				case "<lie>":
					want = m.lie
				case "<limit>":
					want = m.limit
				}
				s := &server{good: m.good}
				remote := httptest.NewServer(s)
				defer remote.Close()
				at := place{web: web{timeout: 20 * time.Second}} // nothing but the fault may fail, however slow the machine is
				s.do(tt.fault)
				_, err := m.open(at, remote.URL)
				require.Error(t, err)
				require.NotContains(t, err.Error(), "hush")
				require.Contains(t, err.Error(), "GET "+remote.URL+"/")
				if tt.name != "login page" {
					require.Contains(t, err.Error(), want)
				}

				s.do(nil)
				open, err := m.open(at, remote.URL)
				require.NoError(t, err)
				s.do(tt.fault)
				e, err := open.Read(t.Context())
				require.ErrorContains(t, err, want)
				require.Zero(t, e)

				s.do(nil)
				_, err = open.Read(t.Context())
				require.NoError(t, err)
			})
		}
	}
}

// No answer, or half of one, for longer than a request may take: two seconds, though the
// server would go on.
func TestStall(t *testing.T) {
	for i := range remotes() {
		for _, half := range []bool{false, true} {
			t.Run(fmt.Sprint(remotes()[i].prefix, half), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := remotes()[i] // on the clock of the bubble
					stall := false
					at := place{web: web{transport: roundTrip(func(r *http.Request) (*http.Response, error) {
						switch {
						case stall && half:
							return &http.Response{StatusCode: 200, Body: io.NopCloser(stalled{r.Context()})}, nil
						case stall:
							<-r.Context().Done()
							return nil, r.Context().Err()
						}
						return inMemory{m.good}.RoundTrip(r)
					})}}
					open, err := m.open(at, "http://lab")
					require.NoError(t, err)
					stall = true
					began := time.Now()
					_, err = open.Read(t.Context())
					require.ErrorContains(t, err, "no whole answer within 2s: context deadline exceeded (is it switched on")
					require.Equal(t, 2*time.Second, time.Since(began))
					_, err = m.open(at, "http://lab")
					require.ErrorIs(t, err, context.DeadlineExceeded)

					// Whoever gives up before is not told of a time-out.
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					_, err = open.Read(ctx)
					require.ErrorContains(t, err, ": context deadline exceeded")
					require.NotContains(t, err.Error(), "no whole answer")
					stall = false
					_, err = open.Read(t.Context())
					require.NoError(t, err)
				})
			})
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// stalled is a body that does not come.
type stalled struct{ context.Context }

func (s stalled) Read([]byte) (int, error) { <-s.Done(); return 0, s.Err() }

func TestEndpointAddresses(t *testing.T) {
	check := func(why, address, want string) {
		t.Helper()
		_, err := web{}.endpoint(address, 1)
		if want == "" {
			require.NoError(t, err, why)
			return
		}
		require.ErrorContains(t, err, want, why)
		require.NotContains(t, err.Error(), "hush", why)
	}
	check("plain", "http://10.0.0.7", "")
	check("all of it", "https://u:hush@[fe80::1]:8443/a/b", "")
	check("no scheme", "10.0.0.7", `"10.0.0.7": want http://HOST`)
	check("another scheme", "file:///etc/passwd", "want http://HOST or https://HOST")
	check("no host", "http:///status", "want http://HOST")
	check("a port alone", "http://:80/", "want http://HOST")
	check("bad port", "http://u:hush@host:port/", "invalid port")
	check("a slash in the password", "http://u:hu/hush@host/", `"http://host/" is no address`)
	check("a control character", "http://u:hush@host/\n", "is no address")
}

// A proxy of the environment would see passwords and could answer from a cache.
func TestNoProxy(t *testing.T) {
	e, err := web{}.endpoint("http://10.0.0.7", 1)
	require.NoError(t, err)
	require.Nil(t, e.client.Transport.(*http.Transport).Proxy)
	require.Equal(t, 2*time.Second, e.timeout)
}

// What is typed reaches no error, whichever part of it is wrong.
func TestPasswordsAreNotPrinted(t *testing.T) {
	for _, spec := range []string{
		"plug:http://admin:hush@127.0.0.1:1", "plug:ftp://admin:hush@x", "plug:http://admin:hush@127.0.0.1:1?x=y",
		"plug:http://admin:hu%sh@x", "plug:http://admin:hu/hush@x", "plug:http://admin:hush@[x",
		"prometheus:http://admin:hush@127.0.0.1:1#a_joules", "prometheus:http://admin:hush@127.0.0.1:1", "rapl:http://admin:hush@x", "what:http://admin:hush@x",
	} {
		_, _, err := open(Options{Name: spec}, fakeMachine{})
		require.Error(t, err, spec)
		require.NotContains(t, err.Error(), "hush", spec)
	}
	// A Tasmota has the password in the query, which an error of net/http repeats.
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cm" {
			panic(http.ErrAbortHandler)
		}
		http.NotFound(w, r)
	}))
	defer s.Close()
	_, _, err := open(Options{Name: "plug:" + strings.Replace(s.URL, "://", "://admin:hush@", 1)}, fakeMachine{})
	require.ErrorContains(t, err, "/cm: EOF")
	require.NotContains(t, err.Error(), "hush")
}

// The example of RFC 7616, section 3.9.1, computed there for both algorithms.
func TestDigest(t *testing.T) {
	for algorithm, want := range map[string]string{
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
	} {
		d, ok := parseDigest(`realm="http-auth@example.org", qop="auth, auth-int", algorithm=` + algorithm +
			`, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`)
		require.True(t, ok)
		d.user, d.password, d.cnonce = "Mufasa", "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
		h := d.header("/dir/index.html")
		require.Contains(t, h, `response="`+want+`"`)
		require.Contains(t, h, `nc=00000001`)
		require.Contains(t, h, `algorithm=`+algorithm)
		require.Contains(t, d.header("/dir/index.html"), `nc=00000002`)
	}
}

func TestChallenges(t *testing.T) {
	user := url.UserPassword("admin", "hush")
	check := func(why, want string, challenges ...string) {
		t.Helper()
		f, err := authorization(challenges, user)
		if rest, failing := strings.CutPrefix(want, "error: "); failing {
			require.ErrorContains(t, err, rest, why)
			return
		}
		require.NoError(t, err, why)
		require.True(t, strings.HasPrefix(f("/x"), want), why)
	}
	check("Basic", "Basic YWRtaW46aHVzaA==", `Basic realm="shelly"`) // base64 of admin:hush
	check("Digest is better, whatever comes first", "Digest ", `Basic realm="a"`, `Digest realm="b", nonce="c"`)
	check("no algorithm is MD5, no qop is RFC 2069", `Digest username="admin", realm="b", nonce="c", uri="/x", response=`, `Digest realm="b", nonce="c"`)
	check("an algorithm that is not spoken", "error: asking with", `Digest realm="b", nonce="c", algorithm=SHA-512-256`)
	check("nor this one", "error: only Basic and Digest", `Digest realm="b", nonce="c", algorithm=MD5-sess`)
	check("integrity only", "error: only Basic and Digest", `Digest realm="b", nonce="c", qop="auth-int"`)
	check("no nonce", "error: only Basic and Digest", `Digest realm="b"`)
	check("another scheme", `error: status 401 Unauthorized, asking with "Bearer"`, "Bearer")
	check("none", `error: asking with ""`)
}

// A Shelly of the second generation with a password: it lets nobody in whose count does not
// rise, and gives out a new nonce after three answers.
func TestPasswordProtectedPlug(t *testing.T) {
	plug := newFakePlug("gen2", watts(20))
	seen, nonce, count := 0, 0, 0
	field := func(h, name string) string {
		m := regexp.MustCompile(`[ ,]` + name + `="?([^",]*)`).FindStringSubmatch(h)
		require.NotNil(t, m, name)
		return m[1]
	}
	hash := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header.Get("Authorization")
		fresh := strings.HasPrefix(h, "Digest") && field(h, "nonce") == fmt.Sprint(nonce) && count < 3
		if r.URL.Path == "/shelly" { // open to all
			require.Empty(t, h, "nobody asked for the password yet")
		} else if !fresh {
			nonce++
			count = 0
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Digest qop="auth", realm="shellyplusplugs-a8032ab1", nonce="%d", algorithm=SHA-256`, nonce))
			w.WriteHeader(401)
			return
		} else {
			count++
			seen++
			want := hash(strings.Join([]string{hash("admin:shellyplusplugs-a8032ab1:hu@sh"), fmt.Sprint(nonce), fmt.Sprintf("%08x", count),
				field(h, "cnonce"), "auth", hash("GET:/rpc/Shelly.GetStatus")}, ":"))
			if field(h, "response") != want {
				w.Header().Set("WWW-Authenticate", `Digest realm="x", nonce="never", algorithm=SHA-256`)
				w.WriteHeader(401)
				return
			}
		}
		plug.ServeHTTP(w, r)
	}))
	defer s.Close()
	m, _, err := open(Options{Name: "plug:" + strings.Replace(s.URL, "://", "://admin:hu%40sh@", 1)}, fakeMachine{})
	require.NoError(t, err)
	require.Equal(t, "plug:shelly-gen2/switch:0", m.Name())
	for range 10 {
		_, err := m.Read(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, 11, seen)
	require.Equal(t, 4, nonce, "three answers to each of the first three, two to the last")

	_, _, err = open(Options{Name: "plug:" + strings.Replace(s.URL, "://", "://admin:wrong@", 1)}, fakeMachine{})
	require.ErrorContains(t, err, "status 401 Unauthorized (user or password are wrong)")
	_, _, err = open(Options{Name: "plug:" + s.URL}, fakeMachine{})
	require.ErrorContains(t, err, "it wants a password")
}

func FuzzParseDigest(f *testing.F) {
	f.Add(`realm="a", nonce="b", qop="auth", algorithm=SHA-256`)
	f.Add(`nonce=`)
	f.Add(`nonce="b\"`)
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := parseDigest(s); ok {
			// Nothing that a server says gets out of its quotes.
			for _, v := range []string{d.realm, d.nonce, d.opaque, d.algorithm} {
				if strings.ContainsAny(v, `"\`) {
					t.Errorf("parseDigest(%q): %q", s, v)
				}
			}
			d.header("/")
		}
	})
}
