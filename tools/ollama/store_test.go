package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o755))
}

// built makes a sealed build with the given text for a binary.
func built(t *testing.T, s store, binary string) string {
	t.Helper()
	dir := s.beside("building")
	write(t, filepath.Join(dir, "bin", "ollama"), binary)
	write(t, filepath.Join(dir, "lib", "ollama", "libggml-cpu-x64.so"), "x")
	require.NoError(t, s.seal(dir))
	return dir
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		spoil     func(s store) error
		want      string
	}{
		{"untouched", "a complete build is used", func(store) error { return nil }, ""},
		{"no stamp", "a copy made by hand, or half of one", func(s store) error {
			return os.Remove(filepath.Join(s.dir(), stampFile))
		}, "stamp.txt"},
		{"library gone", "the server would compute without AVX", func(s store) error {
			return os.Remove(filepath.Join(s.dir(), "lib", "ollama", "libggml-cpu-x64.so"))
		}, "not those that were built"},
		{"binary cut short", "a disk that was full", func(s store) error {
			return os.Truncate(s.binary(), 1)
		}, "not those that were built"},
		{"another recipe", "a newer clone wants another build", func(s store) error {
			return os.WriteFile(filepath.Join(s.dir(), stampFile), []byte("ollama 1.2.3 for linux/amd64, recipe 0\n"), 0o644)
		}, `holds "ollama 1.2.3 for linux/amd64, recipe 0", not "ollama 1.2.3 for linux/amd64, recipe 1"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t.TempDir(), "v1.2.3", linux)
			require.ErrorIs(t, s.check(), fs.ErrNotExist)
			require.NoError(t, s.install(built(t, s, "server")))
			require.NoError(t, tt.spoil(s))
			if err := s.check(); tt.want == "" {
				require.NoError(t, err, tt.why)
			} else {
				require.ErrorContains(t, err, tt.want, tt.why)
			}
		})
	}
}

func TestInstallReplaces(t *testing.T) {
	s := newStore(t.TempDir(), "v1.2.3", linux)
	for _, binary := range []string{"first", "second"} {
		require.NoError(t, s.install(built(t, s, binary)))
		got, err := os.ReadFile(s.binary())
		require.NoError(t, err)
		require.Equal(t, binary, string(got))
	}
	left, err := filepath.Glob(filepath.Join(s.parent, "*"))
	require.NoError(t, err)
	require.Equal(t, []string{s.dir()}, left)
}

func TestInstallFailureKeepsTheOld(t *testing.T) {
	s := newStore(t.TempDir(), "v1.2.3", linux)
	require.NoError(t, s.install(built(t, s, "first")))
	require.ErrorIs(t, s.install(s.beside("nothing")), fs.ErrNotExist)
	require.NoError(t, s.check())
}

func TestLock(t *testing.T) {
	if !(target{goos: hostOS}).supported() {
		t.Skip("nothing is built here")
	}
	s := newStore(t.TempDir(), "v1.2.3", linux)
	unlock, err := s.lock(context.Background(), func() { t.Error("waits for nobody") })
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(context.Background())
	_, err = s.lock(ctx, cancel) // gives up as soon as it has to wait
	require.ErrorIs(t, err, context.Canceled)

	// The second is let in when the first is done, not before.
	next, err := s.lock(context.Background(), unlock)
	require.NoError(t, err)
	next()
}
