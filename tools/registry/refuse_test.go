package registry

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
)

// A tag that was moved to other weights is refused before a byte of them is downloaded.
func TestChangedTag(t *testing.T) {
	r, maker, dir := newRegistry(t), start(t, ollama.Options{}), t.TempDir()
	name, before := push(t, maker, r, mini("llama3.2-mini", "q4_K_M"), "m:latest")
	s := start(t, ollama.Options{Models: dir})
	old, err := s.Pull(t.Context(), name, "", nil)
	require.NoError(t, err)
	lock := filepath.Join(t.TempDir(), "models.lock")
	pins := ollama.Pins{}
	pins.Pin(old, time.Now())
	require.NoError(t, pins.Write(lock))

	_, after := push(t, maker, r, mini("qwen2-mini", "q4_K_M"), "m:latest")
	now, err := ollama.Remote(t.Context(), name)
	require.NoError(t, err)
	require.NotEqual(t, old.Digest, now.Digest)
	pins, err = ollama.ReadPins(lock)
	require.NoError(t, err)
	got, err := s.Pull(t.Context(), name, pins.Want(name), nil)
	require.NoError(t, err, "who has the pinned ones keeps them")
	require.Equal(t, old.Digest, got.Digest)
	require.Equal(t, before, ask(t, s, name))

	other := start(t, ollama.Options{})
	r.set(func() { clear(r.served) })
	for _, want := range []string{pins.Want(name), pins.Want(name)[:12], "sha256:" + pins.Want(name)} {
		_, err = other.Pull(t.Context(), name, want, nil)
		require.ErrorIs(t, err, ollama.ErrChanged)
		require.ErrorContains(t, err, "it is sha256:"+now.Digest+" now and was sha256:"+old.Digest[:12])
	}
	r.set(func() { require.Empty(t, r.served) })
	require.Empty(t, listed(t, other))

	theirs, err := ollama.Start(t.Context(), ollama.Location{URL: s.URL(), Origin: "OLLAMA_HOST"}, ollama.Options{})
	require.NoError(t, err)
	_, err = theirs.Pull(t.Context(), name, "", nil)
	require.ErrorContains(t, err, "yours is not replaced")
	require.Equal(t, before, ask(t, s, name))

	got, err = s.Pull(t.Context(), name, "", nil)
	require.NoError(t, err, "meant: nothing is pinned any more")
	require.Equal(t, now.Digest, got.Digest)
	require.Equal(t, after, ask(t, s, name))
	require.Len(t, blobs(t, dir), len(now.Layers), "the old weights do not lie about")
	require.NoError(t, theirs.Close())
	require.Len(t, listed(t, s), 1)
}

// What there is not, and what there is no room for.
func TestRefused(t *testing.T) {
	r := newRegistry(t)
	name, _ := push(t, start(t, ollama.Options{}), r, mini("llama3.2-mini", "f16"), "m:f16")
	m, err := ollama.Remote(t.Context(), name)
	require.NoError(t, err)
	free := m.Size() + 50_000_000 // 5 % of the disk below
	s := start(t, ollama.Options{Disk: func(string) (int64, int64, error) { return free - 1, 1_000_000_000, nil }})
	r.set(func() { clear(r.served) })
	_, err = s.Pull(t.Context(), name, "", nil)
	require.ErrorContains(t, err, "needs 4.6MB on disk, 55MB free in ")
	require.ErrorContains(t, err, "of which 50MB must stay free: nothing was downloaded (free some, name a store on another disk, or choose fewer -precisions)")
	r.set(func() { require.Empty(t, r.served) })
	require.Empty(t, listed(t, s))
	free++
	_, err = s.Pull(t.Context(), name, "", nil)
	require.NoError(t, err)

	for _, test := range []struct{ name, fault, why string }{
		{r.prefix + "m:q2_K", "has no such model or tag", "no such tag"},
		{r.prefix + "n:f16", "has no such model or tag", "no such model"},
		{name[len("http://"):], "server gave HTTP response to HTTPS client", "plain HTTP only where the name says so"},
		{"http://127.0.0.1:1/library/m:f16", "connection refused (no way to that registry from here", "no registry"},
		{"a b", "is no name of a model", ""},
	} {
		_, err := s.Pull(t.Context(), test.name, "", nil)
		require.ErrorContains(t, err, test.fault, test.why)
		require.ErrorContains(t, err, test.name)
	}
	require.Len(t, listed(t, s), 1)
}
