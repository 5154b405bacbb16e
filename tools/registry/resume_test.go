package registry

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
)

// weights is the largest layer of a model.
func weights(m ollama.Manifest) ollama.Layer {
	var most ollama.Layer
	for _, l := range m.Layers {
		if l.Size > most.Size {
			most = l
		}
	}
	return most
}

// A connection that is cut once costs nothing: Ollama goes on from there.
func TestCutOnce(t *testing.T) {
	r := newRegistry(t)
	name, answer := push(t, start(t, ollama.Options{}), r, mini("llama3.2-mini", "f16"), "m:f16")
	m, err := ollama.Remote(t.Context(), name)
	require.NoError(t, err)
	w := weights(m)
	require.Greater(t, w.Size, int64(4_000_000))
	r.set(func() { r.cut[w.Digest] = w.Size / 2 })
	s := start(t, ollama.Options{})
	got, err := s.Pull(t.Context(), name, m.Digest[:12], nil)
	require.NoError(t, err)
	require.Equal(t, m, got)
	require.Equal(t, answer, ask(t, s, got.Name))
	r.set(func() {
		require.NotContains(t, r.cut, w.Digest, "it was cut")
		require.Less(t, r.served[w.Digest], w.Size*3/2, "what had come was not sent again")
	})
}

// A registry that is gone in mid-file ends the pull with its cause; nothing of the model counts as there, and another
// process goes on where it stopped.
func TestGoneAndResumed(t *testing.T) {
	r, dir := newRegistry(t), t.TempDir()
	name, answer := push(t, start(t, ollama.Options{}), r, mini("phi3-mini", "f16"), "m:f16")
	m, err := ollama.Remote(t.Context(), name)
	require.NoError(t, err)
	w := weights(m)
	r.set(func() { r.cut[w.Digest] = w.Size / 2 })

	s := start(t, ollama.Options{Models: dir, Stall: 3 * time.Second})
	_, err = s.Pull(t.Context(), name, "", func(p ollama.Progress) {
		if p.Completed > 0 {
			r.set(func() { r.gone = true })
		}
	})
	require.ErrorContains(t, err, "nothing has come from the registry for 3s")
	require.ErrorContains(t, err, "of 4.6MB")
	require.ErrorContains(t, err, "EOF, retrying in", "the server's log tells the cause")
	require.Empty(t, listed(t, s))
	require.Empty(t, s.Pulled())
	_, err = s.Pull(t.Context(), name, "", nil)
	require.ErrorContains(t, err, "no way to that registry from here")
	require.NoError(t, s.Close())
	var came int64
	r.set(func() { came, r.gone = r.served[w.Digest], false })
	require.GreaterOrEqual(t, came, w.Size/2)
	require.Less(t, came, w.Size)

	room, err := ollama.NewRoom(dir, nil, m)
	require.NoError(t, err)
	require.Equal(t, m.Size()-w.Size/2, room.Download, "half of the weights is there")
	s = start(t, ollama.Options{Models: dir})
	first := int64(-1)
	got, err := s.Pull(t.Context(), name, "", func(p ollama.Progress) {
		if first < 0 && p.Completed > 0 {
			first = p.Completed
		}
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, first, w.Size/2, "counted from where it stopped")
	require.Equal(t, answer, ask(t, s, got.Name))
	r.set(func() { require.Less(t, r.served[w.Digest], w.Size*3/2) })
	left, err := filepath.Glob(filepath.Join(dir, "blobs", "*-partial*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// A connection that hangs is given up in the end, and at once when the caller wants no more.
func TestStalled(t *testing.T) {
	r := newRegistry(t)
	name, _ := push(t, start(t, ollama.Options{}), r, mini("mistral-mini", "q4_K_M"), "m:q4_K_M")
	r.set(func() { r.stalls = true })
	s := start(t, ollama.Options{Stall: 3 * time.Second})
	_, err := s.Pull(t.Context(), name, "", nil)
	require.ErrorContains(t, err, "nothing has come from the registry for 3s")

	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.Pull(ctx, name, "", func(p ollama.Progress) {
		// Given up before it has begun, a download of v0.17.4 takes the server along: blobDownload.release calls a function
		// that run has not set yet. It tells of itself 60 ms later.
		if strings.HasPrefix(p.Status, "pulling ") && p.Status != "pulling manifest" {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	r.set(func() { r.stalls = false })
	_, err = s.Pull(t.Context(), name, "", nil)
	require.NoError(t, err, "nothing of it is in the way of the next")
}

// The server dies in mid-pull, and leaves an account of what has come that is cut to nothing: on that Ollama fails with EOF
// at every pull. Another one pulls all the same.
func TestServerKilled(t *testing.T) {
	r, dir := newRegistry(t), t.TempDir()
	name, _ := push(t, start(t, ollama.Options{}), r, mini("mistral-mini", "f16"), "m:f16")
	m, err := ollama.Remote(t.Context(), name)
	require.NoError(t, err)
	s := start(t, ollama.Options{Models: dir})
	pids, err := s.PIDs()
	require.NoError(t, err)
	r.set(func() { r.stalls = true })
	_, err = s.Pull(t.Context(), name, "", func(p ollama.Progress) {
		if p.Total > 0 && strings.HasPrefix(p.Status, "pulling ") && p.Status != "pulling manifest" {
			server, err := os.FindProcess(int(pids[0]))
			require.NoError(t, err)
			_ = server.Kill()
		}
	})
	require.ErrorContains(t, err, "the server ended")
	r.set(func() { r.stalls = false })
	accounts, err := filepath.Glob(filepath.Join(dir, "blobs", "*-partial-0"))
	require.NoError(t, err)
	require.Len(t, accounts, 1)
	require.NoError(t, os.Truncate(accounts[0], 0))
	s = start(t, ollama.Options{Models: dir})
	require.ErrorContains(t, s.Client().Pull(t.Context(), &api.PullRequest{Model: m.Name, Insecure: true}, func(api.ProgressResponse) error { return nil }), "EOF")
	got, err := s.Pull(t.Context(), name, m.Digest, nil)
	require.NoError(t, err)
	require.NoError(t, s.Verify(t.Context(), got.Name))
}
