package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/joulebench/joulebench/bench"
	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/progress"
)

// A puller downloads the tags of suites into a store.
type puller struct {
	store  string // folder
	disk   ollama.Disk
	stdout io.Writer
}

// pull downloads what the pairs of a suite need and the store lacks. All is asked of the registries first, and refused if it is
// not what is pinned, or does not fit on the disk. Pairs that do not fit into the memory are left out.
func (p puller) pull(s *bench.Suite, l *list) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	pairs, skipped := l.fitting()
	tags := s.TagsOf(pairs)
	if len(tags) > 0 {
		if err := p.pullTags(ctx, s, tags); err != nil {
			return err
		}
	}
	if len(skipped) > 0 {
		return fmt.Errorf("models: %d of %d pairs skipped, which do not fit into the memory:\n  %s", len(skipped), len(l.Pairs), strings.Join(skipped, "\n  "))
	}
	return nil
}

func (p puller) pullTags(ctx context.Context, s *bench.Suite, tags []bench.Tag) (err error) {
	at, err := ollama.Find()
	if err != nil {
		return err
	}
	server, err := ollama.Start(ctx, at, ollama.Options{Models: p.store, Pulls: true, Disk: p.disk})
	if err != nil {
		return err
	}
	defer func() {
		if closed := server.Close(); err == nil {
			err = closed
		}
	}()
	lacks, manifests, err := p.lacks(ctx, s, server, tags)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%d of %d tags are there\n", len(tags)-len(lacks), len(tags))
	if at.URL == "" { // the disk of someone else's server is not ours to know
		room, err := ollama.NewRoom(p.store, p.disk, manifests...)
		if err == nil {
			err = room.Check(fmt.Sprintf("what is not there of suite %s", filepath.Base(s.File)))
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s to download into %s, where %s are free\n", ollama.Bytes(room.Download), p.store, ollama.Bytes(room.Free))
	}
	bar, err := progress.Open(progress.Terminal(), "", "")
	if err != nil {
		return err
	}
	defer bar.Close()
	for _, t := range lacks {
		fmt.Fprintf(p.stdout, "pulling %s\n", t.Name)
		report, done := bench.Pulling(bar, t)
		err := s.Pull(ctx, server, t, report)
		done()
		if err != nil {
			return err
		}
	}
	return nil
}

// lacks are the tags that the server has not, with their manifests. One that it has, or that its registry has, and that is not
// the one that is wanted, is an error.
func (p puller) lacks(ctx context.Context, s *bench.Suite, server *ollama.Server, tags []bench.Tag) (lacks []bench.Tag, manifests []ollama.Manifest, err error) {
	for _, t := range tags {
		want, err := s.Wanted(t)
		if err != nil {
			return nil, nil, err
		}
		held, err := server.Held(ctx, t.Name)
		if err != nil {
			return nil, nil, err
		}
		if held != "" && want != "" && strings.HasPrefix(held, want) {
			continue
		}
		m, err := ollama.Remote(ctx, t.Name)
		if err != nil {
			return nil, nil, err
		}
		if !strings.HasPrefix(m.Digest, want) {
			return nil, nil, fmt.Errorf("models: %s %w: its registry has sha256:%s, wanted is %s (if the change is meant, state the new digest in the suite and take the name out of %s)",
				t.Name, ollama.ErrChanged, m.Digest, want, s.LockFile())
		}
		lacks, manifests = append(lacks, t), append(manifests, m)
	}
	return lacks, manifests, nil
}
