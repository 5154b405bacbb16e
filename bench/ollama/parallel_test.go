package ollama

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Eight requests at once to a server that computes four are answered like one after another, where the engine promises
// it.
func TestParallel(t *testing.T) {
	s := liveWith(t, Options{Parallel: 4})
	name := makeRandom(t, s, "q8_0")
	require.Empty(t, s.Settings())
	ask := func(i int) string {
		r := short(name, 8)
		r.Prompt = fmt.Sprint(i, " hello")
		answer, err := s.Generate(t.Context(), r)
		if err != nil {
			return err.Error()
		}
		return answer.Response
	}
	const clients = 8
	var alone, together [clients]string
	for i := range clients {
		alone[i] = ask(i)
	}
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() { together[i] = ask(i) })
	}
	all.Wait()
	require.Equal(t, alone, together)
	different := map[string]bool{}
	for _, answer := range alone {
		different[answer] = true
	}
	require.Greater(t, len(different), 1, "answers that are all the same could not be mixed up: %q", alone)

	r, err := s.Runner()
	require.NoError(t, err)
	require.Equal(t, Runner{Parallel: 4, Engine: "llama.cpp", FlashAttention: "Auto"}, r)
	require.NoError(t, s.CheckRunner(name))
	require.ErrorContains(t, s.Flush(t.Context(), name, nil), "computes 4 requests at once")
}

// The engine is the runner's, not a matter of the model alone.
func TestNewEngine(t *testing.T) {
	t.Setenv("OLLAMA_NEW_ENGINE", "1")
	s := liveWith(t, Options{Parallel: 2})
	require.Equal(t, "OLLAMA_NEW_ENGINE=1", s.Settings())
	_, err := s.Runner()
	require.ErrorContains(t, err, "tells of no runner")
	name, _, err := s.Create(t.Context(), Model{Name: "qwen2-mini", Weights: "../../fixtures/models/qwen2-mini.gguf", Precision: "q8_0"})
	require.NoError(t, err)
	_, err = s.Generate(t.Context(), short(name, 1))
	require.NoError(t, err)
	r, err := s.Runner()
	require.NoError(t, err)
	require.Equal(t, Runner{Parallel: 2, Engine: "ollama", FlashAttention: "Disabled"}, r)
	require.True(t, r.BatchDependent())
	require.NoError(t, s.CheckRunner(name))
}
