package ollama

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestVersionIsTheOneBuilt(t *testing.T) {
	for _, file := range []string{"../../go.mod", "../../tools/ollama/go.mod"} {
		mod, err := os.ReadFile(file)
		require.NoError(t, err)
		pinned := regexp.MustCompile(`github\.com/ollama/ollama v(\S+)`).FindSubmatch(mod)
		require.NotNil(t, pinned, file)
		require.Equal(t, Version, string(pinned[1]), file)
	}
}

func TestFindOrder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("moves the user's cache by XDG_CACHE_HOME")
	}
	program := func(path string) string {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700))
		return path
	}
	cache, bin := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("PATH", bin)
	t.Setenv("OLLAMA_HOST", "")

	_, err := Find()
	require.ErrorIs(t, err, ErrNotFound)
	require.ErrorContains(t, err, "make server")

	built := program(filepath.Join(cache, "joulebench", "ollama", Version, "bin", "ollama"))
	loc, err := Find()
	require.NoError(t, err)
	require.Equal(t, Location{Binary: built, Origin: "cache"}, loc)

	installed := program(filepath.Join(bin, "ollama"))
	loc, err = Find()
	require.NoError(t, err)
	require.Equal(t, Location{Binary: installed, Origin: "PATH"}, loc)

	t.Setenv("OLLAMA_HOST", "127.0.0.1:1")
	loc, err = Find()
	require.NoError(t, err)
	require.Equal(t, Location{URL: "http://127.0.0.1:1", Origin: "OLLAMA_HOST"}, loc)
}

func TestFindHost(t *testing.T) {
	for _, test := range []struct{ host, url, fault, why string }{
		{host: "localhost", url: "http://localhost:11434", why: "Ollama's own port"},
		{host: "127.0.0.1:8000", url: "http://127.0.0.1:8000", why: "as given"},
		{host: "http://127.0.0.1", url: "http://127.0.0.1:80", why: "as Ollama's client reads it"},
		{host: "[::1]:8000", url: "http://[::1]:8000", why: "IPv6 loopback"},
		{host: "0.0.0.0", url: "http://127.0.0.1:11434", why: "what a server listens by is not what one dials"},
		{host: "https://127.0.0.1:8443/ollama", url: "https://127.0.0.1:8443/ollama", why: "behind a proxy on this machine"},
		{host: "192.0.2.1:11434", fault: "another machine", why: "TEST-NET-1 is nobody's own (RFC 5737)"},
		{host: "127.0.0.1:port", fault: `port "port"`, why: "Ollama's client would take 11434"},
		{host: "127.0.0.1:99999", fault: `port "99999"`, why: "ports end at 65535"},
		{host: "nowhere.invalid", fault: "nowhere.invalid", why: "never resolves (RFC 6761)"},
	} {
		t.Run(test.host, func(t *testing.T) {
			t.Setenv("OLLAMA_HOST", test.host)
			loc, err := Find()
			if test.fault != "" {
				require.ErrorContains(t, err, "OLLAMA_HOST="+test.host, test.why)
				require.ErrorContains(t, err, test.fault, test.why)
				require.NotErrorIs(t, err, ErrNotFound, "a test is not skipped for a wrong OLLAMA_HOST")
				return
			}
			require.NoError(t, err, test.why)
			require.Equal(t, Location{URL: test.url, Origin: "OLLAMA_HOST"}, loc, test.why)
		})
	}
}

func TestFindOwnAddress(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, address := range addresses {
		if ip := address.(*net.IPNet).IP; ip.To4() != nil {
			t.Setenv("OLLAMA_HOST", ip.String())
			loc, err := Find()
			require.NoError(t, err)
			require.Equal(t, "http://"+ip.String()+":11434", loc.URL)
		}
	}
}

// Whatever answers at OLLAMA_HOST must be an Ollama.
func TestStartAtWhatIsNotOllama(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		fault   string
	}{
		{"page not found", http.NotFound, `not Ollama: /api/version gave 404 Not Found, "404 page not found\n"`},
		{"other JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"name":"x"}`)) }, "not Ollama"},
		{"breaks off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		{"nobody", nil, "connection refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := closed.URL
			if test.handler != nil {
				server := httptest.NewServer(test.handler)
				defer server.Close()
				address = server.URL
			}
			_, err := Start(within(t, 10*time.Second), Location{URL: address, Origin: "OLLAMA_HOST"}, Options{})
			require.ErrorContains(t, err, address)
			require.ErrorContains(t, err, test.fault)
			require.False(t, errors.Is(err, ErrNotFound))
		})
	}
}
