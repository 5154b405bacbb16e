package carbon

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// at runs f at a time (as minute has it) of a clock that moves only while all
// of f waits, so that no test waits for a pause or a time-out.
func at(t *testing.T, now string, f func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		when, err := time.Parse(minute, now)
		require.NoError(t, err)
		time.Sleep(time.Until(when))
		f(t)
	})
}

// pipes is a network in memory, which is what such a clock needs.
type pipes struct {
	conns chan net.Conn
	stop  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.stop:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.stop) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.stop:
		return nil, net.ErrClosed
	}
}

// serve answers every host with h, over what the client takes for TLS, and
// keeps the cache in a folder of the test.
func serve(t *testing.T, h http.HandlerFunc) web {
	p := &pipes{conns: make(chan net.Conn), stop: make(chan struct{})}
	s := httptest.NewUnstartedServer(h)
	require.NoError(t, s.Listener.Close())
	s.Listener = p
	s.Config.ErrorLog = nil
	s.Start()
	transport := &http.Transport{DialTLSContext: p.dial, DialContext: p.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.Close()
	})
	return web{&http.Client{Transport: transport, CheckRedirect: stay}, t.TempDir()}
}

// unreachable is a network on which every request is a mistake of the test's.
func unreachable(t *testing.T) web {
	return web{client: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		t.Errorf("asked %s", r.URL)
		return nil, net.ErrClosed
	})}}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
