package carbon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// web is what live sources are reached by.
type web struct {
	client *http.Client
	cache  string // folder of the hour's grids; "" for none
}

// How long a server is asked. A benchmark waits for this before it begins.
const (
	tries    = 3
	tryFor   = 2500 * time.Millisecond // one try
	patience = 10 * time.Second        // all tries and the pauses between them
	pause    = 500 * time.Millisecond
	largest  = 64 << 10 // bytes of an answer; the published ones have a few hundred
)

// A passing error may be gone at the next try.
type passing struct {
	error
	after time.Duration // which the server asks to wait before it
}

func (p passing) Unwrap() error { return p.error }

// get returns the body of the answer. It tries again what may pass, which is
// what the network does, 429 and 5xx, after a pause that differs from machine
// to machine, and nothing else.
func (l live) get(ctx context.Context) ([]byte, error) {
	all, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no good answer within %v", patience))
	defer cancel()
	for n := 1; ; n++ {
		body, err := l.try(all)
		if err == nil {
			return body, nil
		}
		var p passing
		if !errors.As(err, &p) {
			return nil, err
		}
		if n > 1 {
			err = fmt.Errorf("%w (tried %d times)", err, n)
		}
		// From half of it to all of it, twice as long the second time.
		wait := pause << (n - 1)
		wait = max(p.after, wait/2+rand.N(wait/2))
		end, _ := all.Deadline()
		switch {
		case n == tries:
			return nil, err
		case time.Until(end) <= wait && p.after > 0:
			return nil, fmt.Errorf("%w: it asks to be left alone for %v", err, p.after)
		case time.Until(end) <= wait:
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (l live) try(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, tryFor, fmt.Errorf("no answer within %v", tryFor))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url, nil)
	if err != nil {
		return nil, err
	}
	req.Header = l.header.Clone()
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "joulebench")
	failed := func(err error) error {
		if ctx.Err() != nil {
			err = fmt.Errorf("GET %s: %w", l.url, context.Cause(ctx))
		}
		return passing{err, 0}
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return nil, failed(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	if err != nil {
		return nil, failed(fmt.Errorf("GET %s: reading the answer: %w", l.url, err))
	}
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests || status >= 500:
		return nil, passing{fmt.Errorf("GET %s: %s", l.url, resp.Status), retryAfter(resp.Header.Get("Retry-After"))}
	case status >= 300 && status < 400:
		return nil, fmt.Errorf("GET %s: %s: redirects are not followed, since a token would be taken along", l.url, resp.Status)
	case status != http.StatusOK:
		why := l.refusal(status)
		if why == "" {
			why = fmt.Sprintf("it says %.200q", body)
		}
		return nil, fmt.Errorf("GET %s: %s: %s", l.url, resp.Status, why)
	case len(body) > largest:
		return nil, fmt.Errorf("GET %s: the answer is longer than %d bytes", l.url, largest)
	case strings.HasPrefix(strings.TrimSpace(string(body)), "<"):
		return nil, fmt.Errorf("GET %s: answered with a page, not with JSON (is there a proxy that wants a log-in?)", l.url)
	}
	return body, nil
}

// retryAfter reads a header that has seconds or a date (RFC 9110, 10.2.3); 0
// if it has neither.
func retryAfter(s string) time.Duration {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, time.Until(t).Round(time.Second))
	}
	return 0
}
