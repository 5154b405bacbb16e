package shape_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/ollama/ollama/fs/ggml"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/shape"
)

// TestVocabulary: all tokens differ, and merging by rank, lowest first, makes one token of every word: the only way in
// which the merges apply, so that tokenisers that ignore merges and those that don't agree.
func TestVocabulary(t *testing.T) {
	s := small("llama")
	s.Vocabulary = 20_000 // some of the words of four letters: 26 + 26² + 26³ = 18,278 are shorter
	g, err := ggml.Decode(bytes.NewReader(written(t, s, 1)), -1)
	require.NoError(t, err)
	tokens, merges := g.KV().Strings("tokenizer.ggml.tokens"), g.KV().Strings("tokenizer.ggml.merges")
	require.Equal(t, []string{"<|begin|>", "<|end|>", "Ā"}, tokens[:3])
	require.Equal(t, []string{"ÿ", "Ġa", "Ġb"}, tokens[257:260])
	require.Equal(t, "Ġaa", tokens[258+26])
	require.Equal(t, "Ġzzz", tokens[258+18_278-1])
	require.Equal(t, "Ġaaaa", tokens[258+18_278])
	rank := map[[2]string]int{}
	for i, m := range merges {
		left, right, ok := strings.Cut(m, " ")
		require.True(t, ok, m)
		rank[[2]string{left, right}] = i
	}
	require.Len(t, rank, s.Vocabulary-258, "one each")
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(tokens))), s.Vocabulary, "no two are equal")
	for _, word := range tokens[258:] {
		pieces := strings.Split(word, "")
		for len(pieces) > 1 {
			best, at := len(merges), -1
			for i := range pieces[1:] {
				if r, ok := rank[[2]string{pieces[i], pieces[i+1]}]; ok && r < best {
					best, at = r, i
				}
			}
			require.GreaterOrEqual(t, at, 0, "%s stays %q", word, pieces)
			pieces = slices.Replace(pieces, at, at+2, pieces[at]+pieces[at+1])
		}
		require.Equal(t, word, pieces[0])
	}
}

func TestPrompt(t *testing.T) {
	s := small("llama")
	s.Vocabulary = 400
	const n, shared = 40, 7
	first := strings.Fields(shape.Prompt(s, 0, n, shared))
	require.Len(t, first, n)
	after := map[string]int{}
	for request := range 142 { // 400 - 258 words
		prompt := shape.Prompt(s, request, n, shared)
		words := strings.Fields(prompt)
		require.Equal(t, " "+strings.Join(words, " "), prompt, "a space before each word, as the tokens have it")
		require.Len(t, words, n)
		require.Equal(t, first[:shared], words[:shared])
		_, twice := after[words[shared]]
		require.False(t, twice, "requests %d and %d share %d tokens", after[words[shared]], request, shared+1)
		after[words[shared]] = request
		require.Equal(t, prompt, shape.Prompt(s, request, n, shared))
	}
	require.Equal(t, shape.Prompt(s, 1, 5, 5), shape.Prompt(s, 2, 5, 9), "all shared")
	require.Equal(t, shape.Prompt(s, 1, 5, 0), shape.Prompt(s, 1, 5, -3))
	require.Empty(t, shape.Prompt(s, 1, 0, 0))
	require.Empty(t, shape.Prompt(shape.Shape{}, 1, 5, 0), "no words")
	require.NotPanics(t, func() { shape.Prompt(s, -1_000_000, 5, 0) })
}
