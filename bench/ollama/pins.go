package ollama

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	ollamamodel "github.com/ollama/ollama/types/model"
)

// ErrChanged says that a name means other weights than those that were pinned.
var ErrChanged = errors.New("means other weights than those that were pinned")

// Pins are the digests that names of models stood for when they were first pulled: a registry may move a tag to other
// weights without a word. They are kept in a text file beside the suite, one line for each name, sorted:
//
//	llama3.2:1b-instruct-q8_0 sha256:baf6a787fdff…(64 hex digits) 2026-06-20
type Pins map[string]Pin

// Pin is what a name stood for, and since when that is known.
type Pin struct {
	Digest string // 64 hex digits
	Date   string // 2006-01-02
}

// ReadPins reads a lock file; one that does not exist has no pins.
func ReadPins(path string) (Pins, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Pins{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ollama: %w", err)
	}
	defer f.Close()
	pins, err := parsePins(f)
	if err != nil {
		return nil, fmt.Errorf("ollama: %s:%w (restore it; or delete it, to pin anew what the names stand for today)", path, err)
	}
	return pins, nil
}

// parsePins reads exactly what Write writes: whatever else there is, somebody or something has changed by mistake.
func parsePins(r io.Reader) (Pins, error) {
	pins, last := Pins{}, ""
	lines := bufio.NewReader(io.LimitReader(r, 1<<20))
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF && line == "" {
			return pins, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%d: the line has no end: %w", n, err)
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if len(fields) != 3 {
			return nil, fmt.Errorf("%d: %.100q is not \"name sha256:digest date\"", n, line)
		}
		name, digest, date := fields[0], fields[1], fields[2]
		if parsed, err := parseName(name); err != nil || parsed.DisplayShortest() != name {
			return nil, fmt.Errorf("%d: %.100q is no name of a model, as ollama list writes it", n, name)
		}
		if !layerDigest.MatchString(digest) {
			return nil, fmt.Errorf("%d: %.100q is not sha256: and 64 hex digits", n, digest)
		}
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return nil, fmt.Errorf("%d: date: %w", n, err)
		}
		if name <= last {
			return nil, fmt.Errorf("%d: %s stands behind %s: the lines are not sorted, or doubled", n, name, last)
		}
		last = name
		pins[name] = Pin{Digest: strings.TrimPrefix(digest, "sha256:"), Date: date}
	}
}

// Write writes the lock file whole: who reads it meanwhile, or after a crash, finds the old one or the new one.
func (p Pins) Write(path string) error {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&text, "%s sha256:%s %s\n", name, p[name].Digest, p[name].Date)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("ollama: %w", err)
	}
	_, err = f.WriteString(text.String())
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Chmod(f.Name(), 0o644) // as any file of a repository
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("ollama: %w", err)
	}
	return nil
}

// Want is the digest that a name is pinned to, "" if it is not; it is what [Server.Pull] is to be given.
func (p Pins) Want(name string) string { return p[shortest(name)].Digest }

// Check holds the digest that a name has now (64 hex digits) against its pin and reports whether it has one. Another digest
// is an error, of [ErrChanged].
func (p Pins) Check(name, digest string) (pinned bool, err error) {
	pin, pinned := p[shortest(name)]
	if pinned && pin.Digest != digest {
		return true, changed(name, digest, pin.Digest)
	}
	return pinned, nil
}

// Pin notes what a name stands for. A name that is pinned to that already keeps its date; one that is pinned to another
// digest gets the new one: call it after Check, or after a pull of what was wanted.
func (p Pins) Pin(m Manifest, today time.Time) {
	if name := shortest(m.Name); p[name].Digest != m.Digest {
		p[name] = Pin{Digest: m.Digest, Date: today.Format(time.DateOnly)}
	}
}

func changed(name, now, want string) error {
	return fmt.Errorf("ollama: %s %w: it is sha256:%s now and was sha256:%s (results under that name would not be comparable; if the change is meant, take the name out of the lock file and its id out of the suite, or write the new digest there)", name, ErrChanged, now, want)
}

// shortest is a name as Ollama lists it: without scheme, default registry and default namespace, and with its tag.
func shortest(name string) string { return ollamamodel.ParseName(name).DisplayShortest() }
