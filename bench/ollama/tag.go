package ollama

import (
	"context"
	"fmt"
	"strings"
)

// Digest returns the digest of a model that the server already has, the first 12 hex digits of its manifest's SHA-256, as
// `ollama list` shows it. A model that is missing, or of another precision than asked for, is an error: a tag such as
// llama3.2:1b does not say what it holds.
func (s *Server) Digest(ctx context.Context, tag, precision string) (string, error) {
	list, err := s.Client().List(ctx)
	if err != nil {
		return "", s.explain(ctx, tag, err)
	}
	for _, m := range list.Models {
		if !sameModel(m.Name, tag) {
			continue
		}
		if !strings.EqualFold(m.Details.QuantizationLevel, precision) {
			return "", fmt.Errorf("ollama: %s at %s is %s, not %s: name it under its own precision", tag, s.url, m.Details.QuantizationLevel, precision)
		}
		return m.Digest[:min(12, len(m.Digest))], nil
	}
	return "", fmt.Errorf("ollama: the server at %s has no model %s (Pull brings it, or: ollama pull %s)", s.url, tag, tag)
}

// sameModel reports whether Ollama takes two names for one: without a tag it is "latest", and its own registry goes
// without saying.
func sameModel(a, b string) bool { return strings.EqualFold(shortest(a), shortest(b)) }
