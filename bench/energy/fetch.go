package energy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// web is how meters reach the network; the zero value is the network itself.
type web struct {
	transport http.RoundTripper // nil: a direct connection
	timeout   time.Duration     // of one request with its answer, 0: two seconds
}

// An endpoint is a device or an exporter that is asked over HTTP. It follows no
// redirect and asks no proxy: both are on this machine or in its network, where
// a proxy of the environment would be shown their password and could answer
// from a cache, and an old reading looks like any other. Whoever uses it locks.
type endpoint struct {
	url     *url.URL // without user and fragment
	user    *url.Userinfo
	client  *http.Client
	timeout time.Duration
	limit   int64 // of an answer, bytes

	authorize func(uri string) string // the header that the last challenge asked for, nil before it
}

// endpoint takes an address apart. What stands before an @ is the user and the
// password, which appear in no error and no name.
func (w web) endpoint(address string, limit int64) (*endpoint, error) {
	u, err := url.Parse(address)
	if err != nil {
		// A url.Error repeats the address, and with it the password.
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err
		}
		return nil, fmt.Errorf("%q is no address: %s", redact(address), redact(err.Error()))
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q: want http://HOST or https://HOST", redact(address))
	}
	e := &endpoint{user: u.User, timeout: w.timeout, limit: limit, client: &http.Client{
		Transport:     w.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if e.timeout == 0 {
		e.timeout = 2 * time.Second
	}
	if w.transport == nil {
		e.client.Transport = &http.Transport{Proxy: nil, IdleConnTimeout: 10 * time.Second}
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if u.Path == "" {
		u.Path = "/" // what is joined to nothing is relative
	}
	e.url = u
	return e, nil
}

// get returns the body of an answer 200. If the server wants a password and
// there is one, it is asked a second time.
func (e *endpoint) get(ctx context.Context, u *url.URL) ([]byte, error) {
	within, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	body, challenge, err := e.once(within, u)
	if challenge != nil && e.user != nil {
		if e.authorize, err = authorization(challenge, e.user); err == nil {
			body, _, err = e.once(within, u)
		}
	}
	if err == nil {
		return body, nil
	}
	var status statusError
	remedy := "is it switched on, and can this machine reach it? try the address in a browser"
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("GET %s: %w", where(u), ctx.Err())
	case within.Err() != nil:
		err = fmt.Errorf("no whole answer within %v: %w", e.timeout, within.Err())
	case errors.As(err, &status) && status.target != "":
		remedy = "redirects are not followed; give that address itself, if it is the device's"
	case errors.As(err, &status) && status.code == http.StatusUnauthorized && e.user == nil:
		remedy = "it wants a password: put USER:PASSWORD@ before the host; the user of a Shelly or Tasmota is admin"
	case errors.As(err, &status) && status.code == http.StatusUnauthorized:
		remedy = "user or password are wrong"
	case errors.As(err, &status):
		remedy = "try the address in a browser"
	}
	return nil, fmt.Errorf("GET %s: %w (%s)", where(u), err, remedy)
}

// once asks; the challenge is not nil if the server answers that it wants to
// know who asks.
func (e *endpoint) once(ctx context.Context, u *url.URL) (body []byte, challenge []string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, errors.New("no request can be made of this address")
	}
	req.Header.Set("Accept", "application/json, text/plain;version=0.0.4")
	if e.authorize != nil {
		req.Header.Set("Authorization", e.authorize(u.RequestURI()))
	}
	resp, err := e.client.Do(req)
	if err != nil {
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err // its text repeats the address with query, which may hold a password
		}
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, e.limit+1))
	switch {
	case resp.StatusCode != http.StatusOK:
		if resp.StatusCode == http.StatusUnauthorized {
			challenge = resp.Header.Values("WWW-Authenticate")
		}
		return nil, challenge, statusError{resp.StatusCode, redact(clip(resp.Header.Get("Location")))}
	case err != nil:
		return nil, nil, fmt.Errorf("the answer broke off: %w", err)
	case int64(len(body)) > e.limit:
		return nil, nil, fmt.Errorf("the answer is longer than %d KiB: this is no device that can be read", e.limit>>10)
	}
	return body, nil, nil
}

// statusError is an answer that is not 200.
type statusError struct {
	code   int
	target string // of a redirect
}

func (e statusError) Error() string {
	s := strings.TrimSpace(fmt.Sprintf("status %d %s", e.code, http.StatusText(e.code)))
	if e.target != "" {
		s += fmt.Sprintf(", to %q", e.target)
	}
	return s
}

// isStatus reports whether somebody answered at all.
func isStatus(err error) bool {
	var s statusError
	return errors.As(err, &s)
}

// where is an address that may be printed: a Tasmota has its password in the query.
func where(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

var userinfo = regexp.MustCompile(`//.*@`)

// redact takes user and password out of what somebody typed.
func redact(s string) string { return userinfo.ReplaceAllString(s, "//") }
