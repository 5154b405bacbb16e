package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/joulebench/joulebench/bench/ollama"
)

// model is what the server calls a pair.
type model struct {
	name   string
	digest string        // first 12 hex digits of the SHA-256 of the weights' file, or of the tag's manifest
	made   bool          // here, from weights
	load   time.Duration // what loading it took, 0 before
	size   int64         // bytes in memory, as Ollama counts them
}

// use makes the pair's model ready: created in the server, loaded, proved to compute on the CPU.
func (r *run) use(ctx context.Context, p Pair) (*question, error) {
	if r.model == nil || r.pair != p {
		if err := r.drop(ctx); err != nil {
			return nil, err
		}
		if err := r.prune(ctx, p.Model); err != nil {
			return nil, fmt.Errorf("bench: -prune: %w", err)
		}
		m, err := r.create(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", p, err)
		}
		r.pair, r.model = p, &m
	}
	m := r.model
	q, err := r.question(p, *m)
	if err != nil {
		return nil, err
	}
	if m.load == 0 {
		// Someone else's server may have loaded it.
		if err := r.server.Unload(ctx, m.name); err != nil {
			return nil, fmt.Errorf("bench: %s: %w", p, err)
		}
	}
	first, err := r.warm(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("bench: %s: loading: %w", p, err)
	}
	if m.load == 0 {
		m.load = first.LoadDuration
	}
	if m.size, err = r.server.CheckCPU(ctx, m.name); err != nil {
		return nil, fmt.Errorf("bench: %s: %w", p, err)
	}
	if err := r.server.CheckRunner(m.name); err != nil {
		return nil, fmt.Errorf("bench: %s: %w", p, err)
	}
	q.model = *m
	// What the server says of its CPU it says when it has loaded a model.
	if w := r.server.CPUWarning(); w != "" && !r.warned {
		r.warned = true
		tell("WARNING: %s", w)
	}
	return q, nil
}

// drop deletes the model made for the pair before: Ollama reads the manifest of each for every request, so that the last pair
// of a run would be dearer than the first.
func (r *run) drop(ctx context.Context) error {
	if r.model != nil && r.model.made {
		// What someone else's server had already stays there.
		if err := r.server.Delete(ctx, r.model.name); err != nil && !errors.Is(err, ollama.ErrNotMade) {
			return fmt.Errorf("bench: %s: %w", r.pair, err)
		}
	}
	r.model = nil
	return nil
}

func (r *run) create(ctx context.Context, p Pair) (model, error) {
	m, ok := r.suite.Model(p.Model)
	if !ok {
		return model{}, fmt.Errorf("no model %s in suite %s", p.Model, r.suite.Name)
	}
	if tag, ok := m.Tags[p.Precision]; ok {
		if err := r.hold(ctx, tag); err != nil {
			return model{}, err
		}
		digest, err := r.server.Digest(ctx, tag.Name, p.Precision)
		return model{name: tag.Name, digest: digest}, err
	}
	if _, from := m.Origin(); from.Name != "" {
		if err := r.hold(ctx, from); err != nil {
			return model{}, err
		}
		return r.made(ctx, m, p.Precision, from)
	}
	if m.Shape != nil {
		return r.createTwin(ctx, m, p)
	}
	tell("joulebench: creating %s", p)
	name, digest, err := r.server.Create(ctx, ollama.Model{
		Name: m.Name, Weights: m.Weights, Projector: m.Projector, Template: m.Template, Precision: p.Precision,
	})
	return model{name: name, digest: digest, made: true}, err
}
