package gate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// replace puts scores and answers in the place of base.txt and base.tsv: both
// or none. The answers come last, since the scores follow from them.
func replace(base string, scores, answers []byte) (err error) {
	dir := filepath.Dir(base)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var staged []string
	defer func() {
		for _, name := range staged {
			os.Remove(name) // gone already if it was renamed
		}
	}()
	stage := func(data []byte) (string, error) {
		name, err := writeTemp(dir, data)
		if name != "" {
			staged = append(staged, name)
		}
		return name, err
	}
	newScores, err := stage(scores)
	if err != nil {
		return err
	}
	newAnswers, err := stage(answers)
	if err != nil {
		return err
	}
	// The way back is laid before it is needed: the disk may be full by then.
	undo := func() error { return os.Remove(base + ".txt") }
	old, err := os.ReadFile(base + ".txt")
	switch {
	case err == nil:
		oldScores, err := stage(old)
		if err != nil {
			return err
		}
		undo = func() error { return os.Rename(oldScores, base+".txt") }
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}

	if err := os.Rename(newScores, base+".txt"); err != nil {
		return err
	}
	if err := os.Rename(newAnswers, base+".tsv"); err != nil {
		if undoErr := undo(); undoErr != nil {
			return fmt.Errorf("%w; putting back the old scores: %w", err, undoErr)
		}
		return err
	}
	return syncDir(dir)
}

// writeTemp writes data to a new file in dir and on to the disk. It returns
// the file's name whenever one was created.
func writeTemp(dir string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, ".golden-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644) // CreateTemp's 0600 is not for a committed file
	}
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

// syncDir makes renames in dir outlive a power cut, where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // has no such call for a folder
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Some network file systems cannot either, and say so by EINVAL.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
