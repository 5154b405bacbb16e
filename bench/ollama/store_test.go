package ollama

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// put writes a file into a store, by the digest of one repeated digit.
func put(t *testing.T, s store, name, text string) {
	t.Helper()
	path := filepath.Join(string(s), name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestRoom(t *testing.T) {
	s := store(t.TempDir())
	m := Manifest{Name: "m:f16", Layers: []Layer{{digits("a"), 1000}, {digits("b"), 10}}}
	other := Manifest{Name: "n:f16", Layers: []Layer{{digits("d"), 500}, {digits("b"), 10}}}
	blobA, blobB := "blobs/sha256-"+digits("a")[7:], "blobs/sha256-"+digits("b")[7:]
	disk := func(free, total int64) Disk { return func(string) (int64, int64, error) { return free, total, nil } }
	download := func() int64 {
		room, err := NewRoom(string(s), disk(1, 1), m, other)
		require.NoError(t, err)
		return room.Download
	}
	require.EqualValues(t, 1510, download(), "1000 + 10 + 500: what both have is downloaded once")
	put(t, s, blobB, "0123456789")
	require.EqualValues(t, 1500, download())
	put(t, s, blobA+"-partial", "a file with a hole")
	put(t, s, blobA+"-partial-0", `{"N":0,"Offset":0,"Size":600,"Completed":250}`)
	put(t, s, blobA+"-partial-1", `{"N":1,"Offset":600,"Size":400,"Completed":50}`)
	require.EqualValues(t, 1200, download(), "300 bytes of a came before the download broke off")
	require.NoError(t, s.mend(m))
	require.EqualValues(t, 1200, download(), "what can be resumed stays")
	for _, broken := range []string{``, `{"N":1,"Offset":600,"Si`, `{"Size":400,"Completed":401}`, `{"Size":400,"Completed":-1}`} {
		put(t, s, blobA+"-partial-1", broken)
		require.EqualValues(t, 1500, download(), "an account that is broken counts for nothing: %q", broken)
	}
	require.NoError(t, s.mend(m))
	left, err := filepath.Glob(filepath.Join(string(s), blobA+"*"))
	require.NoError(t, err)
	require.Empty(t, left, "Ollama would fail on it again and again")
	put(t, s, blobA, "short")
	_, err = NewRoom(string(s), disk(1, 1), m)
	require.ErrorContains(t, err, blobA+" has 5 bytes, but its manifest says 1000: it is damaged (delete that file and pull m:f16 again)")

	for _, test := range []struct {
		download, make, free, total int64
		fits                        bool
		reason                      string
	}{
		{7_600_000_000, 0, 8_600_000_000, 500_000_000_000, true, "1 GB stays free: less than 5 % of 500 GB"},
		{7_600_000_000, 0, 8_599_999_999, 500_000_000_000, false, "a byte less"},
		{7_600_000_000, 0, 8_100_000_000, 10_000_000_000, true, "5 % of 10 GB stay free"},
		{7_600_000_000, 1, 8_100_000_000, 10_000_000_000, false, "what is made there counts too"},
		{0, 0, 0, 10_000_000_000, true, "nothing to do"},
	} {
		room, err := NewRoom(t.TempDir(), disk(test.free, test.total), Manifest{Layers: []Layer{{digits("a"), test.download}}})
		require.NoError(t, err)
		room.Make = test.make
		require.Equal(t, test.fits, room.Check("paper") == nil, test.reason)
	}
	require.EqualError(t, Room{Dir: "/models", Download: 7_600_000_000, Free: 3_100_000_000, Reserve: 1_000_000_000}.Check("mistral:7b-instruct-q8_0"),
		"ollama: mistral:7b-instruct-q8_0 needs 7.6GB on disk, 3.1GB free in /models, of which 1.0GB must stay free: nothing was downloaded (free some, name a store on another disk, or choose fewer -precisions)")

	room, err := NewRoom(filepath.Join(string(s), "absent", "below"), nil, m)
	require.NoError(t, err, "the store is made by the first pull")
	require.Positive(t, room.Free)
	require.Positive(t, room.Reserve)
	_, err = NewRoom("x", func(string) (int64, int64, error) { return 0, 0, os.ErrPermission })
	require.ErrorIs(t, err, os.ErrPermission)
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0B", 999: "999B", 1000: "1.0kB", 9_940: "9.9kB", 9_960: "10kB", 776_000_000: "776MB", 999_600_000: "1.0GB", 7_642_000_000: "7.6GB", 16_000_000_000: "16GB", 2_000_000_000_000: "2.0TB", 5_000_000_000_000_000: "5000TB"} {
		require.Equal(t, want, Bytes(n))
	}
}

// What replaced a model shares files with it and others, which stay.
func TestSweep(t *testing.T) {
	s := store(t.TempDir())
	for _, digit := range []string{"a", "b", "c"} {
		put(t, s, "blobs/sha256-"+digits(digit)[7:], digit)
	}
	put(t, s, "manifests/registry.ollama.ai/library/m/new", manifestOf(digits("b"), 1))
	old := Manifest{Layers: []Layer{{digits("a"), 1}, {digits("b"), 1}, {digits("c"), 3}, {digits("d"), 9}}}
	put(t, s, "manifests/registry.ollama.ai/library/m/torn", `{"schemaVer`)
	require.Error(t, s.sweep(old), "what that one needs is not known")
	require.FileExists(t, s.blob(digits("a")))
	require.NoError(t, os.Remove(filepath.Join(string(s), "manifests/registry.ollama.ai/library/m/torn")))
	require.NoError(t, s.sweep(old))
	require.NoFileExists(t, s.blob(digits("a")))
	require.FileExists(t, s.blob(digits("b")), "weights of another")
	require.FileExists(t, s.blob(digits("c")), "its configuration")
}

func TestStoreLock(t *testing.T) {
	s := store(filepath.Join(t.TempDir(), "models"))
	unlock, err := s.lock(t.Context(), func() { t.Error("nobody holds it") })
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.lock(ctx, cancel)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "is locked by another process")
	waited := false
	unlock2, err := s.lock(t.Context(), func() { waited = true; unlock() })
	require.NoError(t, err)
	require.True(t, waited)
	unlock2()
}

func TestVerifyLayers(t *testing.T) {
	s := store(t.TempDir())
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("weights")))
	m := Manifest{Name: "m:f16", Layers: []Layer{{digest, 7}}}
	require.ErrorIs(t, s.verify(t.Context(), m), os.ErrNotExist)
	put(t, s, "blobs/sha256-"+digest[7:], "weights")
	require.NoError(t, s.verify(t.Context(), m))
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	require.ErrorIs(t, s.verify(ctx, m), context.DeadlineExceeded)
	put(t, s, "blobs/sha256-"+digest[7:], "weighty")
	require.ErrorContains(t, s.verify(t.Context(), m), s.blob(digest)+" is damaged: its SHA-256 is sha256:")
}
