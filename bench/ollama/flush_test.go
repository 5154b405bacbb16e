package ollama

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var slotLine = regexp.MustCompile(`msg="loading cache slot" .* used=(\d+) remaining=(\d+)`)

// reused waits until the server has logged n prompts, and lists how many tokens of each it had already evaluated.
func reused(t *testing.T, s *Server, n int) (used []int) {
	t.Helper()
	told := func() bool {
		log, err := os.ReadFile(filepath.Join(s.keeper.dir, logName))
		require.NoError(t, err)
		used = nil
		for _, m := range slotLine.FindAllSubmatch(log, -1) {
			u, err := strconv.Atoi(string(m[1]))
			require.NoError(t, err)
			used = append(used, u)
		}
		return len(used) >= n
	}
	require.Eventually(t, told, 5*time.Second, 10*time.Millisecond)
	return used
}

// What a runner took from its cache it tells in the log of a server that debugs.
func TestFlush(t *testing.T) {
	for _, engine := range []string{llamaEngine, ollamaEngine} {
		t.Run(engine, func(t *testing.T) {
			t.Setenv("OLLAMA_DEBUG", "1")
			if engine == ollamaEngine {
				t.Setenv("OLLAMA_NEW_ENGINE", "1")
			}
			s := live(t)
			name, _, err := s.Create(t.Context(), Model{Name: "random", Weights: randomWeights(t, 1), Template: "Q:{{ .Prompt }}", Precision: "f16"})
			require.NoError(t, err)
			r := short(name, 4)
			ask := func() {
				_, err := s.Generate(t.Context(), r)
				require.NoError(t, err)
			}
			flush := func() { require.NoError(t, s.Flush(t.Context(), name, r.Options)) }
			ask() // 8 tokens: begin of text, two bytes of the template and five of the prompt
			ask()
			flush()
			ask()
			flush()
			flush()
			ask()
			require.Equal(t, 4, r.Options["num_predict"], "the caller's options stay as they are")
			// 7: the last token is always evaluated, to have something to answer. 1: begin of text.
			require.Equal(t, []int{0, 7, 1, 1, 1, 1, 1}, reused(t, s, 7))

			got, err := s.Runner()
			require.NoError(t, err)
			require.Equal(t, 1, got.Parallel)
			require.Equal(t, engine, got.Engine)
			log, err := os.ReadFile(filepath.Join(s.keeper.dir, logName))
			require.NoError(t, err)
			require.Len(t, regexp.MustCompile(`msg="starting runner" .* --model `).FindAll(log, -1), 1, "other options would have loaded the model again")
		})
	}
}

func TestFlushRefuses(t *testing.T) {
	s := fake(t, 200, reply)
	require.ErrorContains(t, s.Flush(t.Context(), "m", nil), "set OLLAMA_NUM_PARALLEL=1 for the server and for this command", "what is not known may be several")
	s.parallel = 4
	require.ErrorContains(t, s.Flush(t.Context(), "m", nil), "computes 4 requests at once", "one request flushes one of four prompts")
	s.parallel = 1
	require.NoError(t, s.Flush(t.Context(), "m", nil))
}
