package ollama

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	ollamamodel "github.com/ollama/ollama/types/model"
)

// StoreDir is the folder of the store in which pulled models are kept, see Options.Models: joulebench/models in the user's
// cache.
func StoreDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("ollama: no place to keep models: %w", err)
	}
	return filepath.Join(cache, "joulebench", "models"), nil
}

// A store is the folder of models of an Ollama server: manifests and, named by their digests, the files that they consist of.
type store string

func (s store) blob(digest string) string {
	return filepath.Join(string(s), "blobs", strings.Replace(digest, ":", "-", 1))
}

// manifest reads a model's manifest; it is an fs.ErrNotExist where the store has none.
func (s store) manifest(n ollamamodel.Name) (Manifest, error) {
	body, err := os.ReadFile(filepath.Join(string(s), "manifests", n.Filepath()))
	if err != nil {
		return Manifest{}, err
	}
	m, err := parseManifest(n, body)
	// Of the bytes as they are: a model that Ollama made itself has a line feed at the end of its manifest.
	m.Digest = fmt.Sprintf("%x", sha256.Sum256(body))
	return m, err
}

// missing sums what is not there of the layers of models, each counted once, in bytes. What a broken download has left
// counts as there. A file of another size than the manifest states is an error: Ollama would take it as it is.
func (s store) missing(models ...Manifest) (int64, error) {
	var sum int64
	seen := make(map[string]bool)
	for _, m := range models {
		for _, l := range m.Layers {
			if seen[l.Digest] {
				continue
			}
			seen[l.Digest] = true
			info, err := os.Stat(s.blob(l.Digest))
			switch {
			case errors.Is(err, fs.ErrNotExist):
				done, _ := s.partial(l.Digest)
				sum += l.Size - min(done, l.Size)
			case err != nil:
				return 0, err
			case info.Size() != l.Size:
				return 0, fmt.Errorf("%s has %d bytes, but its manifest says %d: it is damaged (delete that file and pull %s again)", s.blob(l.Digest), info.Size(), l.Size, m.Name)
			}
		}
	}
	return sum, nil
}

// partial sums what a broken download of a file has left. Ollama keeps an account of each part in a file of JSON
// (v0.17.4, server/download.go); ok is false if one cannot be read, which Ollama would fail on.
func (s store) partial(digest string) (done int64, ok bool) {
	paths, err := filepath.Glob(s.blob(digest) + "-partial-*")
	if err != nil {
		return 0, false
	}
	for _, path := range paths {
		var part struct{ Size, Completed int64 }
		text, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(text, &part) != nil || part.Completed < 0 || part.Completed > part.Size {
			return 0, false
		}
		done += part.Completed
	}
	return done, true
}

// mend deletes broken downloads that Ollama could not resume: where the disk was full, the account of what is there may
// have been cut to nothing, and every pull after that would fail with "EOF".
func (s store) mend(m Manifest) error {
	var errs []error
	for _, l := range m.Layers {
		if _, ok := s.partial(l.Digest); ok {
			continue
		}
		paths, err := filepath.Glob(s.blob(l.Digest) + "-partial*")
		errs = append(errs, err)
		for _, path := range paths {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(errs...)
}

// verify reads every layer of a model and holds its SHA-256 against its name.
func (s store) verify(ctx context.Context, m Manifest) error {
	for _, l := range m.Layers {
		f, err := os.Open(s.blob(l.Digest))
		if err != nil {
			return err
		}
		hash := sha256.New()
		_, err = io.Copy(hash, contextReader{ctx, f})
		f.Close()
		if err != nil {
			return err
		}
		if got := fmt.Sprintf("sha256:%x", hash.Sum(nil)); got != l.Digest {
			return fmt.Errorf("%s is damaged: its SHA-256 is %s (delete that file and pull %s again)", f.Name(), got, m.Name)
		}
	}
	return nil
}

// contextReader stops reading when its context ends: gigabytes take a while.
type contextReader struct {
	ctx context.Context
	io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(p)
}

// sweep deletes the layers of a model that has been replaced and that no other has. A server that keeps broken downloads
// (OLLAMA_NOPRUNE) leaves them.
func (s store) sweep(old Manifest) error {
	if len(old.Layers) == 0 {
		return nil
	}
	used := make(map[string]bool)
	root := filepath.Join(string(s), "manifests")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		m, err := s.manifest(ollamamodel.ParseNameFromFilepath(name))
		for _, l := range m.Layers {
			used[l.Digest] = true
		}
		return err
	})
	if err != nil {
		return err // of a store that cannot be read, nothing is known to be superfluous
	}
	for _, l := range old.Layers {
		if !used[l.Digest] {
			if err := os.Remove(s.blob(l.Digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// lock makes this process the only one that pulls into the store or deletes from it; the system lifts the lock when the
// process ends, however it ends. It calls waiting once if somebody else holds it. Asking models needs no lock.
func (s store) lock(ctx context.Context, waiting func()) (unlock func(), err error) {
	if err := os.MkdirAll(string(s), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(string(s), "joulebench.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		ok, err := tryLock(f)
		if ok {
			return func() { f.Close() }, nil
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("%s is locked by another process that pulls or deletes: %w", f.Name(), context.Cause(ctx))
		case <-time.After(200 * time.Millisecond):
		}
	}
}
