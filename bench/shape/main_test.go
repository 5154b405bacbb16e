package shape_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/shape"
)

func TestMain(m *testing.M) {
	ollama.Guard()
	os.Exit(m.Run())
}

// live starts a server that ends with the test. Without one the test is skipped, or fails under CI=true.
func live(tb testing.TB) *ollama.Server {
	tb.Helper()
	loc, err := ollama.Find()
	if errors.Is(err, ollama.ErrNotFound) && os.Getenv("CI") != "true" {
		tb.Skip(err)
	}
	require.NoError(tb, err)
	s, err := ollama.Start(tb.Context(), loc, ollama.Options{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// twin writes a twin of s into a file.
func twin(tb testing.TB, s shape.Shape) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "twin.gguf")
	f, err := os.Create(path)
	require.NoError(tb, err)
	w := bufio.NewWriter(f)
	require.NoError(tb, shape.Write(w, s, 1))
	require.NoError(tb, w.Flush())
	require.NoError(tb, f.Close())
	return path
}

// ask is a raw request for an answer of n tokens at most.
func ask(model, prompt string, n int) *api.GenerateRequest {
	return &api.GenerateRequest{Model: model, Prompt: prompt, Raw: true, Options: options(n)}
}

func options(n int) map[string]any {
	return map[string]any{"temperature": 0, "repeat_penalty": 1, "num_ctx": 1024, "num_thread": 1, "num_predict": n}
}

// small is a shape of each architecture that takes milliseconds.
func small(architecture string) shape.Shape {
	return shape.Shape{
		Architecture: architecture, Blocks: 2, Embedding: 256, FeedForward: 512, Heads: 4, KVHeads: 2, HeadDim: 64,
		Vocabulary: 4096, Context: 2048, RopeBase: 10000, Source: fmt.Sprint("made up for ", architecture),
	}
}
