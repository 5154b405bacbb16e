package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// Writer appends records to a journal. Its methods may be called concurrently.
type Writer struct {
	mu   sync.Mutex
	file *os.File
	line bytes.Buffer
	err  error // of the write that failed: nothing is written after it
}

// Append opens the journal at path, creating it if need be (not its folder).
//
// A torn last line, left by a process that was killed or a disk that was full,
// is cut off first: its record is lost already, since ReadFile ignores it, and
// a line written behind it would make the whole journal unreadable. A file
// that does not look like a journal is an error and stays as it is.
func Append(path string) (*Writer, error) {
	if err := mend(path); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("journal: %w (name a file in a folder that exists and can be written to)", err)
	}
	return &Writer{file: file}, nil
}

// Write appends r as one line in one write(2). After an error the file may end
// in a piece of a line, so every later Write fails with the same error; Append
// mends the file.
func (w *Writer) Write(r Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	if err := r.check(); err != nil {
		return fmt.Errorf("journal: %s: %w", w.file.Name(), err)
	}
	w.line.Reset()
	enc := json.NewEncoder(&w.line) // ends the line, too
	enc.SetEscapeHTML(false)        // people read these lines
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("journal: %s: %w", w.file.Name(), err)
	}
	if _, err := w.file.Write(w.line.Bytes()); err != nil {
		w.err = fmt.Errorf("journal: %w (make room and run again: what was written before is kept)", err)
	}
	return w.err
}

// Sync returns when all records are on the disk. It takes as long as the disk
// needs: call it outside of what is measured.
func (w *Writer) Sync() error {
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// Close closes the file without syncing it.
func (w *Writer) Close() error {
	if err := w.file.Close(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// mend cuts a torn last line off the journal at path. It works on the path
// because Windows truncates no file that is open for appending only.
func mend(path string) error {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a directory (name a file in it)", path)
	case !info.Mode().IsRegular():
		return nil // a pipe or a device has no past
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	size := info.Size()
	whole, err := wholeLines(file, size)
	if err != nil {
		return err
	}
	// The beginning of the file and that of the tail: whoever names the wrong
	// file must not lose its last line.
	for _, at := range []int64{0, whole} {
		start := make([]byte, min(int64(len(first)), size-at))
		if _, err := file.ReadAt(start, at); err != nil {
			return err
		}
		if !strings.HasPrefix(first, string(start)) {
			return fmt.Errorf("%s is not a journal: at byte %d stands %q (name another file)", path, at, start)
		}
	}
	if whole < size {
		return os.Truncate(path, whole)
	}
	return nil
}

// wholeLines is the size of the file up to its last line end. It reads from
// the end backwards, since a journal of many runs is long.
func wholeLines(file io.ReaderAt, size int64) (int64, error) {
	block := make([]byte, 64<<10)
	for end := size; end > 0; {
		start := max(0, end-int64(len(block)))
		b := block[:end-start]
		if _, err := file.ReadAt(b, start); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			return start + int64(i) + 1, nil
		}
		end = start
	}
	return 0, nil
}
