package bench

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/ollama"
)

// watched stands between harness and server and looks at what is asked, or changes it.
type watched struct {
	url string

	mu sync.Mutex
	sight
}

// sight is what was seen.
type sight struct {
	asked, raw       int
	together, most   int
	formats, prompts []string
}

func (w *watched) seen() sight {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sight
}

func watch(t *testing.T, o ollama.Options, change func(*api.GenerateRequest)) *watched {
	needServer(t)
	at, err := ollama.Find()
	require.NoError(t, err)
	server, err := ollama.Start(t.Context(), at, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	target, err := url.Parse(server.URL())
	require.NoError(t, err)
	onward := httputil.NewSingleHostReverseProxy(target)
	w := &watched{}
	proxy := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		// A body that is still being read when the answer begins would have the proxy break that off.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.URL.Path == "/api/generate" {
			var ask api.GenerateRequest
			if err := json.Unmarshal(body, &ask); err != nil {
				t.Error(err)
			}
			defer w.begin(ask)()
			if change != nil {
				change(&ask)
				body, _ = json.Marshal(ask)
			}
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		onward.ServeHTTP(out, r)
	}))
	t.Cleanup(proxy.Close)
	w.url = proxy.URL
	return w
}

func (w *watched) begin(ask api.GenerateRequest) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case ask.Raw:
		w.raw++
	case ask.Prompt != "":
		w.asked++
		w.formats = append(w.formats, string(ask.Format))
		w.prompts = append(w.prompts, ask.Prompt)
	}
	w.together++
	w.most = max(w.most, w.together)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.together--
	}
}

// through has this test binary record the answers of 24 sentences of the watched server as golden, and returns these.
func (w *watched) through(t *testing.T, env string, args ...string) *gate.Golden {
	t.Helper()
	dir := t.TempDir()
	args = append([]string{"-test.run=^TestSentiment$", "-models=llama3.2-mini", "-precisions=q8_0", "-sample=24", "-update", "-golden=" + dir}, args...)
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+w.url, env)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	g, err := gate.ReadGolden(dir, gate.Pair{Suite: "Sentiment", Model: "llama3.2-mini", Precision: "q8_0"})
	require.NoError(t, err)
	return g
}
