package ollama

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

// reply is what v0.17.4 answers to a sentence of the sentiment set, in length and fields.
const reply = `{"model":"llama3.2-mini-0123456789ab:q8_0","created_at":"2026-11-22T15:59:00.063518541Z","response":" positive","done":true,"done_reason":"stop","context":[104,101,108,108,111,46,46,46,46,512,513,514,515,516,517,518,519,520,521,522,523,524,525,526,527,528,529,530,531,532,533,534,535,536,537,538,539,540],"total_duration":7323570,"load_duration":2137815,"prompt_eval_count":62,"prompt_eval_duration":1567638,"eval_count":2,"eval_duration":653551}`

func mustParse(tb testing.TB, address string) *url.URL {
	u, err := url.Parse(address)
	require.NoError(tb, err)
	return u
}

// fake is a server that answers at once.
func fake(tb testing.TB, status int, answer string) *Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	tb.Cleanup(server.Close)
	return newServer(mustParse(tb, server.URL), nil)
}

func sentence() *api.GenerateRequest {
	return &api.GenerateRequest{
		Model:  "llama3.2-mini-0123456789ab:q8_0",
		Prompt: "What is the sentiment of this financial news sentence: negative, neutral or positive?\nSentence: Order intake rose by a fifth to EUR 41 million, and the board lifted its outlook for the year.\nSentiment:",
		Options: map[string]any{
			"temperature": 0, "seed": 1, "num_ctx": 512, "num_predict": 8, "num_thread": 1, "repeat_penalty": 1,
		},
	}
}

func TestGenerate(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		answer string
		fault  string
	}{
		{"whole", 200, reply, ""},
		{"cut off", 200, `{"response":"a a a","done":false}`, `the answer was cut off after "a a a"`},
		{"not JSON", 200, `<html>`, `the answer "<html>" is not JSON`},
		{"empty", 200, ``, `is not JSON`},
		{"missing model", 404, `{"error":"model 'm' not found"}`, "has no model llama3.2-mini-0123456789ab:q8_0"},
		{"bad request", 400, `{"error":"the input length exceeds the context length"}`, "refused the request: 400 Bad Request: the input length exceeds"},
		{"runner died", 500, `{"error":"model runner has unexpectedly stopped"}`, "has unexpectedly stopped (its runner failed; the next request starts a new one)"},
		{"proxy", 502, `Bad Gateway`, `502 Bad Gateway: "Bad Gateway"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := fake(t, test.status, test.answer)
			answer, err := s.Generate(t.Context(), sentence())
			if test.fault != "" {
				require.ErrorContains(t, err, test.fault)
				require.ErrorContains(t, err, s.URL())
				var status api.StatusError
				if test.status != 200 {
					require.ErrorAs(t, err, &status)
					require.Equal(t, test.status, status.StatusCode)
				}
				return
			}
			require.NoError(t, err)
			require.Equal(t, " positive", answer.Response)
			require.Equal(t, 62, answer.PromptEvalCount)
		})
	}
}

// The request says that it is not to be streamed, and the caller's value stays as it was.
func TestGenerateRequest(t *testing.T) {
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = r.Method + " " + r.URL.Path + " " + string(b)
		_, _ = io.WriteString(w, reply)
	}))
	defer server.Close()
	stream := true
	r := &api.GenerateRequest{Model: "m", Stream: &stream}
	_, err := newServer(mustParse(t, server.URL+"/behind/proxy"), nil).Generate(t.Context(), r)
	require.NoError(t, err)
	require.Contains(t, body, `POST /behind/proxy/api/generate {"model":"m"`)
	require.Contains(t, body, `"stream":false`)
	require.True(t, *r.Stream)
}

func TestGenerateAtNobody(t *testing.T) {
	s := fake(t, 200, reply)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Generate(ctx, sentence())
	require.ErrorIs(t, err, context.Canceled)

	gone := httptest.NewServer(nil)
	s = newServer(mustParse(t, gone.URL), nil)
	gone.Close()
	_, err = s.Generate(t.Context(), sentence())
	require.ErrorContains(t, err, "is that server still running")
}
