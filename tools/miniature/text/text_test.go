package text

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// TestDeterminism pins the text itself: the miniatures' weights are
// reproducible only if it is. Templates may change; then so does this hash,
// and the weights are to be trained anew.
func TestDeterminism(t *testing.T) {
	const want = "3a50559d305ce446"
	sum := sha256.New()
	for _, s := range Generate(3000, 1) {
		fmt.Fprintf(sum, "%s\x00%s\x00%s\x00", s.Text, s.Label, s.Template)
	}
	require.Equal(t, want, hex.EncodeToString(sum.Sum(nil)[:8]))

	require.Equal(t, Generate(300, 2), Generate(300, 2), "same seed")
	require.Equal(t, Generate(300, 2)[:100], Generate(100, 2), "fewer sentences are the first ones")
	require.NotEqual(t, Generate(3, 2), Generate(3, 3), "another seed")
}

func TestBalance(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 3, 100, 301} {
		got := Generate(n, 5)
		require.Len(t, got, max(n, 0))
		count := map[string]int{}
		for _, s := range got {
			count[s.Label]++
		}
		for _, l := range labels {
			require.InDelta(t, float64(max(n, 0))/3, float64(count[l]), 0.7, "%s of %d", l, n) // within one of each other
		}
	}
}

// TestForm holds a large sample to what every sentence must be, and the
// sample as a whole to the variety that was asked for.
func TestForm(t *testing.T) {
	seen := map[string]bool{}
	used := map[string]int{}
	spaced, lower, shortest, longest := 0, 0, 100, 0
	for _, s := range Generate(24000, 1) {
		require.False(t, seen[s.Text], "twice: %q", s.Text)
		seen[s.Text] = true
		used[s.Template]++

		require.NotContains(t, s.Text, "  ", s.Template)
		require.Equal(t, strings.TrimSpace(s.Text), s.Text, s.Template)
		require.NotContains(t, s.Text, "..", s.Template)
		require.False(t, strings.ContainsAny(s.Text, "{|}\n\t^#"), "%q from %q", s.Text, s.Template)
		require.NotRegexp(t, `\b[Aa] [aio]|\b[Aa]n [bcdfgjklmnpqrstvwyz]`, s.Text, s.Template)
		require.False(t, strings.HasPrefix(s.Text, ",") || strings.HasPrefix(s.Text, "."), "%q from %q", s.Text, s.Template)

		first := []rune(strings.TrimLeft(s.Text, `"`))[0]
		if s.Text == strings.ToLower(s.Text) {
			lower++
		} else {
			require.False(t, unicode.IsLower(first), "%q from %q", s.Text, s.Template)
		}
		if strings.HasSuffix(s.Text, " .") {
			spaced++
		}
		n := len(strings.Fields(s.Text))
		shortest, longest = min(shortest, n), max(longest, n)
	}
	for _, raw := range Templates() {
		require.GreaterOrEqual(t, used[raw], 3, "template hardly reached: %q", raw)
	}
	require.InDelta(t, 0.25, float64(spaced)/24000, 0.1, "share of spaced punctuation")
	require.InDelta(t, 0.07, float64(lower)/24000, 0.03, "share of lower case")
	require.GreaterOrEqual(t, shortest, 3)
	require.LessOrEqual(t, longest, 50)
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		Generate(24000, 1)
	}
}
