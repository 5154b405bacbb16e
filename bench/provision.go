package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/joulebench/joulebench/bench/ollama"
)

// LockFile is the file beside the suite's in which the digests of its tags are pinned: paper.lock. See [ollama.Pins].
func (s *Suite) LockFile() string {
	if s.File == "" {
		return s.Name + ".lock"
	}
	return strings.TrimSuffix(s.File, filepath.Ext(s.File)) + ".lock"
}

// Wanted is the digest that a tag must have, or the beginning of it: as the suite states it, and as it was pinned when the tag was
// first pulled. It is "" where neither says anything.
func (s *Suite) Wanted(t Tag) (digest string, err error) {
	pins, err := ollama.ReadPins(s.LockFile())
	if err != nil {
		return "", err
	}
	pin := pins.Want(t.Name)
	if pin == "" {
		return t.ID, nil
	}
	if !strings.HasPrefix(pin, t.ID) {
		return "", fmt.Errorf("bench: %s: the suite says it is %s, but %s pins it to %s (which is right? Correct the one, or take the line out of the other)", t.Name, t.ID, s.LockFile(), pin)
	}
	return pin, nil
}

// Pull has the server hold a tag, as it is wanted, and pins what it is. It is an error of [ollama.ErrChanged] where the tag has
// come to mean other weights. progress may be nil.
func (s *Suite) Pull(ctx context.Context, server *ollama.Server, t Tag, progress func(ollama.Progress)) error {
	want, err := s.Wanted(t)
	if err != nil {
		return err
	}
	m, err := server.Pull(ctx, t.Name, want, progress)
	if err != nil {
		return err
	}
	// Read again: a pull may take hours, and others pin too.
	pins, err := ollama.ReadPins(s.LockFile())
	if err != nil {
		return err
	}
	if pins.Want(t.Name) == m.Digest {
		return nil
	}
	pins.Pin(m, time.Now())
	return pins.Write(s.LockFile())
}

// TagsOf lists the tags that pairs need, each once: their own, and those that they are made of.
func (s *Suite) TagsOf(pairs []Pair) (tags []Tag) {
	seen := map[string]bool{}
	for _, p := range pairs {
		m, _ := s.Model(p.Model)
		t, ok := m.Tags[p.Precision]
		if !ok {
			_, t = m.Origin()
		}
		if t.Name != "" && !seen[t.Name] {
			seen[t.Name] = true
			tags = append(tags, t)
		}
	}
	return tags
}

// hold makes sure that the server holds a tag and that it is the one that is wanted, pulling it if -pull says so.
func (r *run) hold(ctx context.Context, t Tag) error {
	if r.pull {
		return r.pullTag(ctx, t)
	}
	want, err := r.suite.Wanted(t)
	if err != nil {
		return err
	}
	held, err := r.server.Held(ctx, t.Name)
	switch {
	case err != nil:
		return err
	case held == "":
		return fmt.Errorf("the server at %s has no model %s (make models SUITE=%s pulls all that the suite lacks, -pull what this run does)", r.server.URL(), t.Name, r.suiteName())
	case !strings.HasPrefix(held, want):
		return fmt.Errorf("%s %w: the server at %s has %s, wanted is %s (pull it again, or state the new digest in the suite and take it out of %s)",
			t.Name, ollama.ErrChanged, r.server.URL(), held, want, r.suite.LockFile())
	}
	return nil
}

func (r *run) suiteName() string {
	if r.options.suite != "" {
		return r.options.suite
	}
	return strings.TrimSuffix(filepath.Base(r.suite.File), ".json")
}

// made has the server make a precision of a tag that it holds.
func (r *run) made(ctx context.Context, m Model, precision string, from Tag) (model, error) {
	dir, err := r.storeDir()
	if err == nil {
		err = r.room(dir, m.weightsAt(precision), from.Name+" at "+precision)
	}
	if err != nil {
		return model{}, err
	}
	tell("joulebench: making %s at %s", from.Name, precision)
	name, digest, err := r.server.CreateFrom(ctx, from.Name, precision)
	return model{name: name, digest: digest, made: true}, err
}

// room makes sure that the disk of a folder has room for what is to be made there.
func (r *run) room(dir string, bytes int64, what string) error {
	room, err := ollama.NewRoom(dir, r.disk)
	if err != nil {
		return err
	}
	room.Make = bytes
	return room.Check(what)
}

// prune deletes what this run has pulled for the models before m.
func (r *run) prune(ctx context.Context, m string) error {
	if !r.options.prune || r.pair.Model == m {
		return nil
	}
	return r.server.Prune(ctx)
}
