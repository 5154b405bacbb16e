package ollama

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// answering listens and answers n requests on each connection; then it closes the connection without a word.
func answering(t *testing.T, n int) (w *wire, connections func() int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	accepted := 0
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			accepted++
			mu.Unlock()
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for range n {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					body, _ := io.ReadAll(r.Body)
					fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
				}
			}()
		}
	}()
	return &wire{url: mustParse(t, "http://"+l.Addr().String()+"/api/generate")}, func() int {
		mu.Lock()
		defer mu.Unlock()
		return accepted
	}
}

func TestWire(t *testing.T) {
	for _, test := range []struct {
		why         string
		answers     int // a connection
		connections int // for three requests
	}{
		{"a connection is kept", 3, 1},
		{"one that the server closed while it lay idle is replaced", 1, 3},
		{"a request on a fresh connection is sent once only: the server may have computed it", 0, 1},
	} {
		w, connections := answering(t, test.answers)
		for i := range 3 {
			resp, reply, err := w.post(t.Context(), fmt.Appendf(nil, "request %d", i))
			if test.answers == 0 {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, test.why)
				break
			}
			require.NoError(t, err, test.why)
			require.Equal(t, 200, resp.StatusCode)
			require.Equal(t, fmt.Sprintf("request %d", i), string(reply), test.why)
			time.Sleep(10 * time.Millisecond) // for the close to arrive
		}
		w.close()
		require.Equal(t, test.connections, connections(), test.why)
	}
}

// Requests at the same time have connections of their own.
func TestWireConcurrently(t *testing.T) {
	w, _ := answering(t, 1000)
	defer w.close()
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 50 {
				want := fmt.Sprint(i, " ", j)
				_, reply, err := w.post(t.Context(), []byte(want))
				if err != nil || string(reply) != want {
					t.Errorf("sent %q, got %q, %v", want, reply, err)
					return
				}
			}
		})
	}
	group.Wait()
}

// A request that is given up ends at once, and its connection, on which the answer may still come, is not used again.
func TestWireGivenUp(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) == "slow" {
			<-release
		}
		w.Write(body)
	}))
	defer server.Close()
	defer close(release)
	w := &wire{url: mustParse(t, server.URL)}
	defer w.close()
	_, _, err := w.post(t.Context(), []byte("quick"))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err = w.post(ctx, []byte("slow"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, reply, err := w.post(t.Context(), []byte("next"))
	require.NoError(t, err)
	require.Equal(t, "next", string(reply))
}

// Replies without a length, and of a server that closes after each.
func TestWireForms(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first ")
		w.(http.Flusher).Flush() // chunked from here on
		io.WriteString(w, "second")
	}))
	defer server.Close()
	w := &wire{url: mustParse(t, server.URL)}
	defer w.close()
	for _, keep := range []bool{true, false, false} {
		server.Config.SetKeepAlivesEnabled(keep)
		_, reply, err := w.post(t.Context(), []byte("x"))
		require.NoError(t, err)
		require.Equal(t, "first second", string(reply))
	}
}
