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
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
)

// A gate that has never been seen to say no is none. Between harness and server stands a proxy that cuts each sentence
// to its first word, as a server with far too small a context would: same model, same prompt, worse answers.
func TestWorseAnswersFail(t *testing.T) {
	needServer(t)
	at, err := ollama.Find()
	require.NoError(t, err)
	server, err := ollama.Start(t.Context(), at, ollama.Options{})
	require.NoError(t, err)
	defer server.Close()
	target, err := url.Parse(server.URL())
	require.NoError(t, err)
	onward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A body that is still being read when the answer begins would have the proxy break that off.
		body, err := io.ReadAll(r.Body)
		if r.URL.Path == "/api/generate" && err == nil {
			var ask api.GenerateRequest
			err = json.Unmarshal(body, &ask)
			ask.Prompt = cutSentence(ask.Prompt, 1)
			body, _ = json.Marshal(ask)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		onward.ServeHTTP(w, r)
	}))
	defer proxy.Close()

	cmd := exec.Command(os.Args[0], "-test.run=^TestSentiment$", "-models=llama3.2-mini", "-precisions=q4_K_M")
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+proxy.URL)
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "worse answers passed:\n%s", out)
	require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s", out)
	require.Contains(t, string(out), "Sentiment/model=llama3.2-mini/precision=q4_K_M: regressed: F1 0.")
	require.Regexp(t, `jb-\d+ is (positive|neutral|negative): \w+ → \w+: "`, string(out), "the sentences that changed")
	t.Logf("%s", out)
}

func cutSentence(prompt string, words int) string {
	before, rest, ok := strings.Cut(prompt, "\nSentence: ")
	sentence, after, ok2 := strings.Cut(rest, "\n")
	if !ok || !ok2 {
		return prompt
	}
	fields := strings.Fields(sentence)
	return before + "\nSentence: " + strings.Join(fields[:min(words, len(fields))], " ") + "\n" + after
}
