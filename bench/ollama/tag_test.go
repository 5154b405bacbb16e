package ollama

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A model that is there under a tag, as a user's own server has them.
func TestDigest(t *testing.T) {
	s, name := liveModel(t)
	list, err := s.Client().List(t.Context())
	require.NoError(t, err)
	require.Len(t, list.Models, 1)

	digest, err := s.Digest(t.Context(), name, "f16")
	require.NoError(t, err)
	require.Equal(t, list.Models[0].Digest[:12], digest)

	_, err = s.Digest(t.Context(), name, "q4_K_M")
	require.ErrorContains(t, err, "is F16, not q4_K_M", "llama3.2:1b is q8_0 and does not say so")
	_, err = s.Digest(t.Context(), "llama3.2:1b", "q8_0")
	require.ErrorContains(t, err, "has no model llama3.2:1b", "the name is what was asked for")
	require.ErrorContains(t, err, "ollama pull llama3.2:1b", "the remedy")
}
