package ollama

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ollama/ollama/api"
)

// CreateFrom has the server hold a model at a lower precision than the one that it was pulled at, quantised by Ollama
// itself, and returns the name to ask it by and the first 12 hex digits of the source's digest. As in [Server.Create], the
// name carries both digest and precision, and what Ollama made is checked tensor by tensor. Template, system prompt and
// parameters are the source's. The source must be at f16 or f32: of a model that was rounded once, another rounding is not
// what its name says.
func (s *Server) CreateFrom(ctx context.Context, from, precision string) (name, digest string, err error) {
	makes := slices.DeleteFunc(Precisions(), func(p string) bool { return p == "f32" || p == "f16" })
	if precision == "q4_0" {
		return "", "", fmt.Errorf("ollama: %s at q4_0: Ollama does not quantise to it any more, only the library has it (pull a tag at q4_0, or take q4_K_S)", from)
	}
	if !slices.Contains(makes, precision) {
		return "", "", fmt.Errorf("ollama: %s: precision %q: %s can be made of a model that is there", from, precision, strings.Join(makes, ", "))
	}
	n, err := parseName(from)
	if err != nil {
		return "", "", err
	}
	if s.kept {
		unlock, err := s.store.lock(ctx, func() {})
		if err != nil {
			return "", "", fmt.Errorf("ollama: store %s: %w", s.store, err)
		}
		defer unlock()
	}
	if digest, err = s.Held(ctx, from); err != nil {
		return "", "", err
	}
	if digest == "" {
		return "", "", fmt.Errorf("ollama: the server at %s has no model %s to make %s of (pull it first)", s.url, from, precision) // else Ollama would pull it
	}
	digest = digest[:12]
	source := n.DisplayShortest()
	show, err := s.Client().Show(ctx, &api.ShowRequest{Model: source})
	if err != nil {
		return "", "", s.explain(ctx, from, err)
	}
	if level := show.Details.QuantizationLevel; level != "F16" && level != "F32" {
		return "", "", fmt.Errorf("ollama: %s at %s is %s: %s is made of f16 or f32 (pull that tag)", from, s.url, level, precision)
	}
	name = n.Model + "-" + digest + ":" + precision
	made := Model{Name: name, Precision: precision}
	there, err := s.holds(ctx, name, made)
	if err != nil || there {
		return name, digest, err
	}
	if err := s.request(ctx, &api.CreateRequest{Model: name, From: source, Quantize: precision}); err != nil {
		return "", "", s.explain(ctx, name, err)
	}
	if there, err = s.holds(ctx, name, made); err == nil && !there {
		err = fmt.Errorf("ollama: %s at %s: was made and is not there as asked for", name, s.url)
	}
	return name, digest, err
}
