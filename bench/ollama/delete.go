package ollama

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ollama/ollama/api"
)

// ErrNotMade says that a model is not one that was made or pulled in this process.
var ErrNotMade = errors.New("was not made here, and is not deleted")

// Delete removes a model that [Server.Create], [Server.CreateFrom] or [Server.Pull] brought here from memory and store, and
// that can come again; any other is refused with [ErrNotMade]. Every model in the store makes every request dearer, since
// Ollama reads all manifests for each: one token of the smallest model took 1.4 times as long among 15, and twice as long
// among 30, as alone (BenchmarkStore). A run of many pairs that holds one at a time has each as dear as the first.
func (s *Server) Delete(ctx context.Context, name string) error {
	s.mu.Lock()
	made := slices.ContainsFunc(slices.Concat(s.created, s.pulled), func(other string) bool { return sameModel(other, name) })
	s.mu.Unlock()
	if !made {
		return fmt.Errorf("ollama: %s at %s %w (if it is not needed: ollama rm %s)", name, s.url, ErrNotMade, name)
	}
	if s.kept {
		unlock, err := s.store.lock(ctx, func() {})
		if err != nil {
			return fmt.Errorf("ollama: store %s: %w", s.store, err)
		}
		defer unlock()
	}
	return s.discard(ctx, name)
}

// discard removes a model that was brought here, by one who holds the lock of its store.
func (s *Server) discard(ctx context.Context, name string) error {
	if err := s.remove(ctx, name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	same := func(other string) bool { return sameModel(other, name) }
	s.created, s.pulled = slices.DeleteFunc(s.created, same), slices.DeleteFunc(s.pulled, same)
	return nil
}

// Pulled names the models that [Server.Pull] downloaded in this process and that are still there. One that was there before
// is not among them.
func (s *Server) Pulled() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pulled)
}

// Prune deletes what this process pulled and made, and nothing else. Another process that uses the same store loses it too.
func (s *Server) Prune(ctx context.Context) error {
	s.mu.Lock()
	names := slices.Concat(s.created, s.pulled)
	s.mu.Unlock()
	var errs []error
	for _, name := range names {
		errs = append(errs, s.Delete(ctx, name))
	}
	return errors.Join(errs...)
}

// Unload has a model leave the memory, if it is there, and waits until it has. It is an error if it stays.
func (s *Server) Unload(ctx context.Context, name string) error {
	// An empty prompt that is kept for no time unloads a model; one that was never loaded is none the worse.
	_, _ = s.Generate(ctx, &api.GenerateRequest{Model: name, KeepAlive: &api.Duration{}})
	return s.awaitUnloaded(ctx, name)
}

// remove unloads a model and deletes it.
func (s *Server) remove(ctx context.Context, name string) error {
	stays := s.Unload(ctx, name)
	if err := s.Client().Delete(ctx, &api.DeleteRequest{Model: name}); err != nil {
		return fmt.Errorf("ollama: delete %s from %s: %w (try: ollama rm %s)", name, s.url, err, name)
	}
	return stays
}

// awaitUnloaded returns once the model is not in memory. Ollama answers that it unloads a model before it has done so:
// the old runner's memory would count for the next pair, and on Windows its file could not be deleted.
func (s *Server) awaitUnloaded(ctx context.Context, name string) error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		running, err := s.Client().ListRunning(ctx)
		loaded := func(m api.ProcessModelResponse) bool { return sameModel(m.Name, name) }
		if err != nil || !slices.ContainsFunc(running.Models, loaded) {
			return nil // a server that fails will tell when it is to delete
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("ollama: %s was unloaded at %s and is still in its memory (does somebody else ask it?)", name, s.url)
		}
	}
}
