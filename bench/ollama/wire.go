package ollama

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// A wire carries the hot request. It writes and reads HTTP with net/http's own functions, but on a connection that the
// caller's goroutine works itself: http.Transport hands each request to two other goroutines and back, and waking them
// takes more CPU time than all else on the client's side (BenchmarkGenerate, client=transport).
type wire struct {
	url *url.URL

	mu   sync.Mutex
	idle []*connection
}

type connection struct {
	net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
	used bool
}

// post sends a body of JSON and returns the whole reply with its status line.
func (w *wire) post(ctx context.Context, body []byte) (resp *http.Response, reply []byte, err error) {
	for {
		c, err := w.take(ctx)
		if err != nil {
			return nil, nil, err
		}
		reused := c.used
		resp, reply, err = w.exchange(ctx, c, body)
		if err == nil || !reused || resp != nil || ctx.Err() != nil {
			return resp, reply, err
		}
		// The server may have closed the connection while it lay idle: a fresh one tells.
	}
}

// exchange does one request on c and puts c back if it can serve another. resp is nil if nothing came back.
func (w *wire) exchange(ctx context.Context, c *connection, body []byte) (resp *http.Response, reply []byte, err error) {
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) }) // ends a read or write under way
	whole := false
	defer func() {
		if !stop() {
			err = ctx.Err()
		}
		if err != nil || !whole {
			c.Close()
			return
		}
		w.mu.Lock()
		w.idle = append(w.idle, c)
		w.mu.Unlock()
	}()
	c.used = true
	r := &http.Request{
		Method: http.MethodPost, URL: w.url, Host: w.url.Host,
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}},
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
	if err := r.Write(c.out); err != nil {
		return nil, nil, err
	}
	if err := c.out.Flush(); err != nil {
		return nil, nil, err
	}
	if resp, err = http.ReadResponse(c.in, r); err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if n := resp.ContentLength; n > 0 && n < 1<<20 {
		reply = make([]byte, n)
		_, err = io.ReadFull(resp.Body, reply)
	} else {
		reply, err = io.ReadAll(resp.Body)
	}
	if err != nil {
		return resp, nil, fmt.Errorf("the answer broke off: %w", err)
	}
	whole = !resp.Close
	return resp, reply, nil
}

// take returns an idle connection or a new one.
func (w *wire) take(ctx context.Context) (*connection, error) {
	w.mu.Lock()
	if n := len(w.idle); n > 0 {
		c := w.idle[n-1]
		w.idle = w.idle[:n-1]
		w.mu.Unlock()
		return c, nil
	}
	w.mu.Unlock()
	var c net.Conn
	var err error
	if w.url.Scheme == "https" {
		c, err = new(tls.Dialer).DialContext(ctx, "tcp", w.url.Host)
	} else {
		c, err = new(net.Dialer).DialContext(ctx, "tcp", w.url.Host)
	}
	if err != nil {
		return nil, err
	}
	// The buffer holds a request whole, so that it is one write.
	return &connection{Conn: c, in: bufio.NewReader(c), out: bufio.NewWriterSize(c, 1<<14)}, nil
}

// close drops the idle connections.
func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.idle {
		c.Close()
	}
	w.idle = nil
}
