package ollama

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/ollama/ollama/api"
)

// Progress is how far a pull is.
type Progress struct {
	Status           string // "pulling 74701a8c35f6", in the server's words
	Completed, Total int64  // bytes of all layers, those that were there already included
}

// Held returns the digest of a model that the server has, 64 hex digits, and "" if it has none of that name. In a store of
// a server that was started here, a layer that is absent or of another size than stated is an error; [Server.Verify] reads
// them.
func (s *Server) Held(ctx context.Context, name string) (digest string, err error) {
	n, err := parseName(name)
	if err != nil {
		return "", err
	}
	list, err := s.Client().List(ctx)
	if err != nil {
		return "", s.explain(ctx, name, err)
	}
	for _, m := range list.Models {
		if sameModel(m.Name, name) {
			digest = m.Digest
		}
	}
	if s.store == "" || digest == "" {
		return digest, nil
	}
	m, err := s.store.manifest(n)
	if err != nil {
		return "", fmt.Errorf("ollama: %s in store %s: %w", name, s.store, err)
	}
	switch lacks, err := s.store.missing(m); {
	case err != nil:
		return "", fmt.Errorf("ollama: %s in store %s: %w", name, s.store, err)
	case lacks > 0:
		return "", nil // somebody has deleted a file; a pull fetches it
	}
	return digest, nil
}

// Verify reads a model's files whole and holds their SHA-256 against its manifest: a damaged file has the right size and
// answers. It takes a second for a gigabyte or so, and is for a server that was started here.
func (s *Server) Verify(ctx context.Context, name string) error {
	n, err := parseName(name)
	if err != nil {
		return err
	}
	if s.store == "" {
		return fmt.Errorf("ollama: the files of the server at %s are not known, so that %s cannot be verified (unset OLLAMA_HOST to have one started)", s.url, name)
	}
	m, err := s.store.manifest(n)
	if err == nil {
		_, err = s.store.missing(m)
	}
	if err == nil {
		err = s.store.verify(ctx, m)
	}
	if err != nil {
		return fmt.Errorf("ollama: %s in store %s: %w", name, s.store, err)
	}
	return nil
}

// Pull has the server hold a model of a registry and returns its manifest, whose Name is the one to ask it by. want is the
// digest that it must have, at least the 12 hex digits that `ollama list` shows, or "" for whatever the name stands for. If
// the server holds that already, the registry is not asked; where the registry has another under the name, it is an error
// of [ErrChanged]; and what does not fit on the disk is refused: all before anything is downloaded. Names are those of
// [Remote], and progress may be nil.
//
// Ollama itself checks the SHA-256 of each file that it has downloaded (v0.17.4: PullModel calls verifyBlob for every layer
// that was not there, and deletes one that differs); here it is made sure that the model that is there afterwards is the
// manifest's and that its files have their sizes. A download that breaks off is kept, and the next Pull goes on from there,
// in another process too. A broken connection Ollama tries again by itself, six times within a minute; beyond that Pull
// does as long as each try has brought more, and gives up when nothing has come for Options.Stall.
func (s *Server) Pull(ctx context.Context, name, want string, progress func(Progress)) (Manifest, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	want = strings.TrimPrefix(want, "sha256:")
	if want != "" && (len(want) < 12 || !layerDigest.MatchString("sha256:"+want+strings.Repeat("0", max(0, 64-len(want))))) {
		return Manifest{}, fmt.Errorf("ollama: %s: digest %q is not 12 to 64 hex digits", name, want)
	}
	n, err := parseName(name)
	if err != nil {
		return Manifest{}, err
	}
	if s.kept {
		unlock, err := s.store.lock(ctx, func() { progress(Progress{Status: "waiting for another process that uses the store"}) })
		if err != nil {
			return Manifest{}, fmt.Errorf("ollama: store %s: %w", s.store, err)
		}
		defer unlock()
	}
	before, err := s.Held(ctx, name)
	if err != nil {
		return Manifest{}, err
	}
	if want != "" && strings.HasPrefix(before, want) {
		return Manifest{Name: n.DisplayShortest(), Digest: before}, nil
	}
	m, err := Remote(ctx, name)
	switch {
	case err != nil:
		return Manifest{}, err
	case !strings.HasPrefix(m.Digest, want):
		return Manifest{}, changed(name, m.Digest, want)
	case m.Digest == before:
		return m, nil
	case s.store == "" && before != "":
		return Manifest{}, fmt.Errorf("ollama: the server at %s holds sha256:%s as %s, the registry sha256:%s: yours is not replaced (if it is to be: ollama pull %s)", s.url, before, name, m.Digest, name)
	}
	if err := s.fetch(ctx, m, n.ProtocolScheme == "http", progress); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

// fetch downloads a model and makes sure that it is the one.
func (s *Server) fetch(ctx context.Context, m Manifest, insecure bool, progress func(Progress)) error {
	var old Manifest
	if s.store != "" {
		if err := s.store.mend(m); err != nil {
			return fmt.Errorf("ollama: store %s: %w", s.store, err)
		}
		room, err := NewRoom(string(s.store), s.disk, m)
		if err == nil {
			err = room.Check(m.Name)
		}
		if err != nil {
			return err
		}
		n, _ := parseName(m.Name)
		if old, err = s.store.manifest(n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("ollama: manifest of %s in store %s: %w", m.Name, s.store, err)
		}
	}
	if err := s.download(ctx, m, insecure, progress); err != nil {
		return err
	}
	now, err := s.Held(ctx, m.Name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	if !slices.Contains(s.pulled, m.Name) {
		s.pulled = append(s.pulled, m.Name)
	}
	s.mu.Unlock()
	if now != m.Digest {
		if now == "" {
			now = "(absent)"
		}
		return errors.Join(changed(m.Name, now, m.Digest), s.discard(ctx, m.Name)) // the tag was moved in between
	}
	if err := s.store.sweep(old); err != nil {
		return fmt.Errorf("ollama: %s was pulled into %s, but what it replaced is still there: %w", m.Name, s.store, err)
	}
	return nil
}

// download pulls until it is done, or a try brings nothing any more.
func (s *Server) download(ctx context.Context, m Manifest, insecure bool, progress func(Progress)) error {
	for try, most := 1, int64(-1); ; try++ {
		got, err := s.pullOnce(ctx, m, insecure, progress)
		if err == nil {
			return nil
		}
		// Who comes right after a pull that was given up may join it while it ends.
		dying := try == 1 && ctx.Err() == nil && strings.Contains(err.Error(), context.Canceled.Error())
		if ctx.Err() != nil || try == 5 || !dying && got <= max(most, 0) || permanent(err) {
			return fmt.Errorf("ollama: pull of %s into the server at %s broke off at %s of %s: %w%s (what has come is kept: the next pull goes on from there)", m.Name, s.url, Bytes(got), Bytes(m.Size()), err, hint(err))
		}
		most = got
	}
}

// permanent reports whether another try would end as the last one did.
func permanent(err error) bool {
	return hint(err) != "" || errors.Is(err, errStalled)
}

// hint says what can be done about some of Ollama's errors, which reach us as text.
func hint(err error) string {
	switch text := err.Error(); {
	case strings.Contains(text, "no space left on device"), strings.Contains(text, "not enough space on the disk"), strings.Contains(text, "disk quota exceeded"), strings.Contains(text, "file too large"):
		return ": the disk is full (free some, or name a store on another disk)"
	case strings.Contains(text, "digest mismatch"):
		return ": what the registry sent is not what its manifest promises, and was deleted"
	case strings.Contains(text, "no Location header"):
		return ": that registry serves its files itself, and Ollama pulls only from one that sends it to another host for them (distribution: storage middleware redirect)"
	}
	return ""
}

var errStalled = errors.New("nothing has come from the registry")

// pullOnce has the server pull once and returns how many bytes of the model are there.
func (s *Server) pullOnce(ctx context.Context, m Manifest, insecure bool, progress func(Progress)) (got int64, err error) {
	patience := s.stall
	if patience == 0 {
		patience = 2 * time.Minute
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	late := time.AfterFunc(patience, func() { cancel(fmt.Errorf("%w for %v", errStalled, patience)) })
	defer late.Stop()
	status, layers := "", make(map[string]int64)
	err = s.Client().Pull(ctx, &api.PullRequest{Model: m.Name, Insecure: insecure}, func(p api.ProgressResponse) error {
		before := got
		if p.Digest != "" {
			got += p.Completed - layers[p.Digest]
			layers[p.Digest] = p.Completed
		}
		if got != before || p.Status != status {
			late.Reset(patience)
		}
		status = p.Status
		progress(Progress{Status: status, Completed: got, Total: m.Size()})
		return nil
	})
	if cause := context.Cause(ctx); cause != nil {
		err = cause // the client takes a request that was given up for a stream that has ended
		if errors.Is(cause, errStalled) {
			err = fmt.Errorf("%w%s", cause, s.lastWords()) // which tries Ollama has made
		}
	}
	if err == nil && status != "success" {
		err = fmt.Errorf("the server's account of it broke off after %q", status)
	}
	if err != nil && s.keeper != nil {
		if fate := s.keeper.fate(10 * time.Millisecond); fate != "" {
			err = fmt.Errorf("%w: %s", err, fate)
		}
	}
	return got, err
}
