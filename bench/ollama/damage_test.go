package ollama

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"
)

// A file of the store that is damaged is found before it is asked, and named as the cause when it is.
func TestDamagedBlob(t *testing.T) {
	dir := t.TempDir()
	s := liveWith(t, Options{Models: dir})
	name := makeRandom(t, s, "q8_0")
	ctx := t.Context()
	require.NoError(t, s.Verify(ctx, name))
	digest, err := s.Held(ctx, name)
	require.NoError(t, err)
	require.Len(t, digest, 64)
	n, err := parseName(name)
	require.NoError(t, err)
	m, err := store(dir).manifest(n)
	require.NoError(t, err)
	require.Equal(t, digest, m.Digest, "the store is read as the server reads it")
	weights := store(dir).blob(m.Layers[0].Digest)
	whole, err := os.ReadFile(weights)
	require.NoError(t, err)
	require.Equal(t, "GGUF", string(whole[:4]))

	damaged := bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 0x10
	require.NoError(t, os.WriteFile(weights, damaged, 0o600))
	require.ErrorContains(t, s.Verify(ctx, name), weights+" is damaged: its SHA-256 is sha256:", "one bit among the weights")
	got, err := s.Held(ctx, name)
	require.NoError(t, err)
	require.Equal(t, digest, got, "the size is right")

	damaged = bytes.Clone(whole)
	for i := range 64 {
		damaged[i] ^= 0xff
	}
	require.NoError(t, os.WriteFile(weights, damaged, 0o600))
	require.ErrorContains(t, s.Verify(ctx, name), weights+" is damaged")
	_, err = s.Generate(ctx, short(name, 1))
	require.ErrorContains(t, err, name)
	require.ErrorContains(t, err, weights+" is damaged: its SHA-256 is sha256:", "the file that could not be loaded")
	require.ErrorContains(t, err, "runtime error: slice bounds out of range", "the server's own words, far from the end of its log")

	require.NoError(t, os.WriteFile(weights, whole[:len(whole)-1], 0o600))
	_, err = s.Held(ctx, name)
	require.ErrorContains(t, err, "it is damaged (delete that file and pull "+name+" again)")
	require.ErrorContains(t, s.Verify(ctx, name), "it is damaged")
	require.NoError(t, os.Remove(weights))
	got, err = s.Held(ctx, name)
	require.NoError(t, err)
	require.Empty(t, got, "a pull fetches it")

	require.NoError(t, os.WriteFile(weights, whole, 0o600))
	require.NoError(t, s.Verify(ctx, name))
	_, err = s.Generate(ctx, short(name, 1))
	require.NoError(t, err, "the server is none the worse")
	require.ErrorContains(t, s.Verify(ctx, "absent:f16"), "absent:f16 in store "+dir)
}

// Weights that crash the runner cost that model its answer, and no other.
func TestCrashingModel(t *testing.T) {
	s := live(t)
	whole, err := os.ReadFile(randomWeights(t, 1))
	require.NoError(t, err)
	f, err := os.Open(randomWeights(t, 1))
	require.NoError(t, err)
	defer f.Close()
	g, err := ggml.Decode(f, -1)
	require.NoError(t, err)
	noise := rand.NewChaCha8([32]byte{1})
	_, err = noise.Read(whole[g.Tensors().Offset:]) // infinities and NaN among them
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "noise.gguf")
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	name, _, err := s.Create(t.Context(), Model{Name: "noise", Weights: path, Precision: "f16"})
	require.NoError(t, err)
	_, err = s.Generate(t.Context(), short(name, 4))
	require.ErrorContains(t, err, name)
	require.ErrorContains(t, err, "Assertion `found' failed", "the cause, far from the end of the log")
	require.ErrorContains(t, err, "SIGABRT: abort")
	good := makeRandom(t, s, "f16")
	_, err = s.Generate(t.Context(), short(good, 4))
	require.NoError(t, err, "the next model is computed as if nothing had been")
}
