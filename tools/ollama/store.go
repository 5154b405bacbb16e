package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// recipe counts the ways of building: raise it when another one should replace
// the builds that people have.
const recipe = 1

// A store is the place of one version's build and all that lies beside it.
type store struct {
	version string // without "v", as the server itself reports it
	target  target
	parent  string // folder of all versions
}

func newStore(cache, version string, t target) store {
	return store{strings.TrimPrefix(version, "v"), t, filepath.Join(cache, "joulebench", "ollama")}
}

func (s store) dir() string    { return filepath.Join(s.parent, s.version) }
func (s store) binary() string { return filepath.Join(s.dir(), filepath.FromSlash(s.target.exe())) }

// beside names a file or folder of the build that is not the build.
func (s store) beside(what string) string { return filepath.Join(s.parent, s.version+"."+what) }

const stampFile = "stamp.txt"

// head is what a stamp begins with: whatever differs here calls for a new build.
func (s store) head() string {
	return fmt.Sprintf("ollama %s for %s, recipe %d\n", s.version, s.target, recipe)
}

// check returns nil if the build is complete and of this recipe, else why not.
func (s store) check() error {
	stamp, err := os.ReadFile(filepath.Join(s.dir(), stampFile))
	if err != nil {
		return err
	}
	files, ok := strings.CutPrefix(string(stamp), s.head())
	if !ok {
		first, _, _ := strings.Cut(string(stamp), "\n")
		return fmt.Errorf("%s holds %q, not %q", s.dir(), first, strings.TrimSpace(s.head()))
	}
	found, err := inventory(s.dir())
	if err != nil {
		return err
	}
	if found != files {
		return fmt.Errorf("files of %s are not those that were built", s.dir())
	}
	return nil
}

// seal writes the stamp of a finished build.
func (s store) seal(dir string) error {
	files, err := inventory(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, stampFile), []byte(s.head()+files), 0o644)
}

// inventory lists the files below dir, but for the stamp, one "size path" a line.
func inventory(dir string) (string, error) {
	var b strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == stampFile {
			return err
		}
		info, err := os.Stat(filepath.Join(dir, name)) // through symbolic links
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(&b, "%d %s\n", info.Size(), name)
		return err
	})
	return b.String(), err
}

// install puts a sealed build in place of what is there. A server that runs
// from the old one keeps its open files and finds the same names again.
func (s store) install(built string) error {
	old := s.beside("old")
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(s.dir(), old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(built, s.dir()); err != nil {
		return errors.Join(err, os.Rename(old, s.dir()))
	}
	return os.RemoveAll(old)
}

// lock makes this process the only one that builds this version; the system
// lifts the lock when the process ends, however it ends. It calls waiting once
// if somebody else holds it.
func (s store) lock(ctx context.Context, waiting func()) (unlock func(), err error) {
	if err := os.MkdirAll(s.parent, 0o755); err != nil {
		return nil, fmt.Errorf("ollama: %w", err)
	}
	f, err := os.OpenFile(s.beside("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("ollama: %w", err)
	}
	for first := true; ; first = false {
		ok, err := tryLock(f)
		if ok {
			return func() { f.Close() }, nil
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("ollama: lock %s: %w", f.Name(), err)
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("ollama: waiting for another build: %w", context.Cause(ctx))
		case <-time.After(500 * time.Millisecond):
		}
	}
}
