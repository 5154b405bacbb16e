package ollama

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/fs/ggml"
	"github.com/shirou/gopsutil/v3/process"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"
)

// One server, from its start to its end, as the harness uses it.
func TestServer(t *testing.T) {
	s := live(t)
	ctx := t.Context()
	if location(t).Origin == "cache" {
		require.Equal(t, Version, s.Version())
	}
	require.Equal(t, "unknown", s.CPU(), "no runner has started yet")
	require.Empty(t, s.CPUWarning())

	weights := randomWeights(t, 1)
	digests := make(map[string]bool)
	for _, precision := range Precisions() {
		m := Model{Name: "random", Weights: weights, Template: "{{ .Prompt }}", Precision: precision}
		name, digest, err := s.Create(ctx, m)
		require.NoError(t, err)
		require.Equal(t, "random-"+digest+":"+precision, name)
		digests[digest] = true

		_, err = s.CheckCPU(ctx, name)
		require.ErrorContains(t, err, "is not loaded")
		answer, err := s.Generate(ctx, short(name, 4))
		require.NoError(t, err)
		require.Equal(t, 4, answer.EvalCount)
		require.Equal(t, "length", answer.DoneReason)
		require.Equal(t, 6, answer.PromptEvalCount, "begin of text and five bytes")
		size, err := s.CheckCPU(ctx, name)
		require.NoError(t, err)
		require.Greater(t, size, int64(1_000_000), "a megabyte of weights or more")

		show, err := s.Client().Show(ctx, &api.ShowRequest{Model: name})
		require.NoError(t, err)
		before := show.ModifiedAt
		again, _, err := s.Create(ctx, m)
		require.NoError(t, err)
		require.Equal(t, name, again)
		show, err = s.Client().Show(ctx, &api.ShowRequest{Model: name})
		require.NoError(t, err)
		require.Equal(t, before, show.ModifiedAt, "a model that is there is used as it is")

		m.Template = "{{ .Prompt }}!"
		_, _, err = s.Create(ctx, m)
		require.NoError(t, err)
		answer, err = s.Generate(ctx, short(name, 4))
		require.NoError(t, err)
		require.Equal(t, 7, answer.PromptEvalCount, "another template is another model, though of the same weights")
	}
	require.Len(t, digests, 1, "the digest is of the weights as given")
	require.NotEqual(t, "unknown", s.CPU())
	require.Contains(t, s.CPUFeatures(), "compiler=")
	if location(t).Origin == "cache" {
		require.Empty(t, s.CPUWarning(), "make builds the libraries too")
	}

	pids, err := s.PIDs()
	require.NoError(t, err)
	require.Len(t, pids, 2, "the server and its one runner")
	rss, err := s.RSS()
	require.NoError(t, err)
	require.Greater(t, rss, int64(10<<20))

	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "idempotent")
	for _, pid := range pids {
		exists, err := process.PidExists(pid)
		require.NoError(t, err)
		require.False(t, exists, "process %d outlived Close", pid)
	}
	_, err = s.RSS()
	require.ErrorContains(t, err, "has ended")
	_, err = s.Generate(within(t, 10*time.Second), short("random", 1))
	require.ErrorContains(t, err, "the server ended")
}

// A server without its CPU libraries computes without AVX, and says so only in its log.
func TestServerWithoutLibraries(t *testing.T) {
	loc := location(t)
	if loc.Origin != "cache" {
		t.Skip("only of the server that make builds is it known that its libraries lie apart")
	}
	bare := filepath.Join(t.TempDir(), "ollama")
	program, err := os.ReadFile(loc.Binary)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(bare, program, 0o700))
	s, err := Start(t.Context(), Location{Binary: bare, Origin: "test"}, Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	name, _, err := s.Create(t.Context(), Model{Name: "random", Weights: randomWeights(t, 1), Precision: "f16"})
	require.NoError(t, err)
	_, err = s.Generate(t.Context(), short(name, 1))
	require.NoError(t, err)
	if runtime.GOARCH == "amd64" {
		require.Equal(t, "none", s.CPU(), s.CPUFeatures())
		require.Equal(t, cpu.X86.HasAVX2, s.CPUWarning() != "")
	}
}

// Somebody else's server is used, left running, and left as it was.
func TestServerOfOthers(t *testing.T) {
	theirs, name := liveModel(t)
	t.Setenv("OLLAMA_HOST", strings.TrimPrefix(theirs.URL(), "http://"))
	loc, err := Find()
	require.NoError(t, err)
	require.Equal(t, Location{URL: theirs.URL(), Origin: "OLLAMA_HOST"}, loc)

	s, err := Start(t.Context(), loc, Options{})
	require.NoError(t, err)
	require.Equal(t, theirs.Version(), s.Version())
	made, _, err := s.Create(t.Context(), Model{Name: "random", Weights: randomWeights(t, 1), Precision: "q8_0"})
	require.NoError(t, err)
	reused, _, err := s.Create(t.Context(), Model{Name: "random", Weights: randomWeights(t, 1), Template: "{{ .Prompt }}", Precision: "f16"})
	require.NoError(t, err)
	require.Equal(t, name, reused)
	_, err = s.Generate(t.Context(), short(made, 2))
	require.NoError(t, err)
	_, err = s.CheckCPU(t.Context(), made)
	require.NoError(t, err)
	require.Equal(t, "unknown", s.CPU(), "its log is not ours to read")

	pids, err := s.PIDs()
	require.NoError(t, err)
	require.EqualValues(t, theirs.keeper.pid, pids[0])
	require.Len(t, pids, 2)

	require.NoError(t, s.Close())
	list, err := theirs.Client().List(t.Context())
	require.NoError(t, err)
	require.Len(t, list.Models, 1, "what was made is deleted")
	require.Equal(t, name, list.Models[0].Name, "what was there is not")
}

// An Ollama that is older than the model's architecture takes the weights and cannot load them.
func TestUnknownArchitecture(t *testing.T) {
	s := live(t)
	path := filepath.Join(t.TempDir(), "new.gguf")
	f, err := os.Create(path)
	require.NoError(t, err)
	tokens, types := byteTokens()
	require.NoError(t, ggml.WriteGGUF(f, ggml.KV{
		"general.architecture": "joule", "general.file_type": uint32(ggml.FileTypeF16), "joule.block_count": uint32(1),
		"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": types,
	}, []*ggml.Tensor{{
		Name: "token_embd.weight", Kind: uint32(ggml.TensorTypeF16), Shape: []uint64{256, uint64(len(tokens))},
		WriterTo: bytes.NewReader(make([]byte, 2*256*len(tokens))),
	}}))
	require.NoError(t, f.Close())
	name, _, err := s.Create(t.Context(), Model{Name: "new", Weights: path, Template: "{{ .Prompt }}", Precision: "f16"})
	require.NoError(t, err)
	_, err = s.Generate(t.Context(), short(name, 1))
	require.ErrorContains(t, err, name)
	require.ErrorContains(t, err, "Ollama "+s.Version()+` does not know the architecture "joule" (use a newer Ollama`)
}

func TestGenerateFaults(t *testing.T) {
	s, name := liveModel(t)
	_, err := s.Generate(t.Context(), short("absent:f16", 1))
	require.ErrorContains(t, err, "has no model absent:f16")

	long := short(name, 4)
	long.Prompt = strings.Repeat("hello ", 1000)
	whole := false
	long.Truncate = &whole
	_, err = s.Generate(t.Context(), long)
	require.ErrorContains(t, err, "exceeds the context length")

	_, err = s.Generate(within(t, 300*time.Millisecond), endless(name))
	require.ErrorContains(t, err, "had not answered")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	_, err = s.Generate(t.Context(), short(name, 1000)) // random weights soon repeat one token
	require.ErrorIs(t, err, ErrCutOff)

	for _, who := range []string{"runner", "server"} {
		_, err = s.Generate(t.Context(), short(name, 1))
		require.NoError(t, err, "the fault before is forgotten")
		pids, err := s.PIDs()
		require.NoError(t, err)
		victim := map[string]int32{"runner": pids[len(pids)-1], "server": pids[0]}[who]

		failed := make(chan error)
		go func() {
			_, err := s.Generate(within(t, time.Minute), endless(name))
			failed <- err
		}()
		time.Sleep(300 * time.Millisecond)
		kill(t, victim)
		err = <-failed
		require.ErrorContains(t, err, name)
		require.ErrorContains(t, err, map[string]string{"runner": "starts a new one", "server": "the server ended"}[who])
	}
	require.Eventually(t, func() bool { _, err := s.PIDs(); return err != nil }, 5*time.Second, 10*time.Millisecond)
}

func kill(t *testing.T, pid int32) {
	t.Helper()
	p, err := os.FindProcess(int(pid))
	require.NoError(t, err)
	require.NoError(t, p.Kill(), fmt.Sprint(pid))
}
