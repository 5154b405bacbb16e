package ollama

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file that the server has is not sent again, and a model counts as made when the server has said so to the end.
func TestCreateSendsOnce(t *testing.T) {
	server := live(t)
	onward := httputil.NewSingleHostReverseProxy(mustParse(t, server.URL()))
	var sent atomic.Int64
	var breakOff atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A body that is still being read when the answer begins would have the proxy break that off.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		switch {
		case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/blobs/"):
			sent.Add(1)
		case r.URL.Path == "/api/create" && breakOff.Load():
			fmt.Fprintln(w, `{"status":"parsing GGUF"}`)
			return
		}
		onward.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	s, err := Start(t.Context(), Location{URL: proxy.URL, Origin: "test"}, Options{})
	require.NoError(t, err)
	m := Model{Name: "random", Weights: randomWeights(t, 1), Precision: "q8_0"}
	name, _, err := s.Create(t.Context(), m)
	require.NoError(t, err)
	require.EqualValues(t, 1, sent.Load())
	require.NoError(t, s.Delete(t.Context(), name))
	m.Precision = "q4_K_M"
	_, _, err = s.Create(t.Context(), m)
	require.NoError(t, err)
	require.EqualValues(t, 1, sent.Load(), "its f16 weights lie in the server")

	breakOff.Store(true)
	m.Precision = "f16"
	_, _, err = s.Create(t.Context(), m)
	require.ErrorContains(t, err, `broke off after "parsing GGUF"`)
	require.NoError(t, s.Close())
}
