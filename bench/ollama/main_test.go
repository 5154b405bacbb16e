package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	Guard()
	if os.Getenv(fakeVariable) != "" {
		serveFake()
		return
	}
	for _, name := range append(passed, "OLLAMA_NUM_PARALLEL") {
		if err := os.Unsetenv(name); err != nil { // what a test needs of them it sets
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// location is a server that tests may start. Without one they are skipped, or fail under CI=true.
func location(tb testing.TB) Location {
	tb.Helper()
	loc, err := Find()
	if errors.Is(err, ErrNotFound) && os.Getenv("CI") != "true" {
		tb.Skip(err)
	}
	require.NoError(tb, err)
	if loc.Binary == "" {
		tb.Skip("this test starts servers of its own: unset OLLAMA_HOST")
	}
	return loc
}

// live starts a server that ends with the test.
func live(tb testing.TB) *Server { return liveWith(tb, Options{}) }

func liveWith(tb testing.TB, o Options) *Server {
	tb.Helper()
	s, err := Start(tb.Context(), location(tb), o)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// liveModel starts a server with random weights in it.
func liveModel(tb testing.TB) (*Server, string) {
	tb.Helper()
	s := live(tb)
	return s, makeRandom(tb, s, "f16")
}

// makeRandom puts random weights into a server.
func makeRandom(tb testing.TB, s *Server, precision string) string {
	tb.Helper()
	name, _, err := s.Create(tb.Context(), Model{Name: "random", Weights: randomWeights(tb, 1), Template: "{{ .Prompt }}", Precision: precision})
	require.NoError(tb, err)
	return name
}

// short is a request for an answer of n tokens.
func short(model string, n int) *api.GenerateRequest {
	return &api.GenerateRequest{Model: model, Prompt: "hello", Options: map[string]any{"num_predict": n, "num_thread": 1, "num_ctx": 512}}
}

// endless is a request whose answer takes minutes: a grammar lets nothing but a very long word through. Left to itself the
// model would soon repeat one token, which Ollama cuts off.
func endless(model string) *api.GenerateRequest {
	r := short(model, 100_000)
	r.Format = json.RawMessage(`{"type":"string","enum":["` + strings.Repeat("cd", 20_000) + `"]}`)
	return r
}

// within is a context for what must not hang.
func within(tb testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(tb.Context(), d)
	tb.Cleanup(cancel)
	return ctx
}
