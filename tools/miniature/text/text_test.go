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
	const want = "a4bc3ca3c7456812"
	sum := sha256.New()
	for _, s := range Generate(3000, 1, 1) {
		fmt.Fprintf(sum, "%s\x00%s\x00%s\x00", s.Text, s.Label, s.Template)
	}
	require.Equal(t, want, hex.EncodeToString(sum.Sum(nil)[:8]))

	require.Equal(t, Generate(300, 2, 1), Generate(300, 2, 1), "same seed")
	require.Equal(t, Generate(300, 2, 1)[:100], Generate(100, 2, 1), "fewer sentences are the first ones")
	require.NotEqual(t, Generate(3, 2, 1), Generate(3, 3, 1), "another seed")
}

// TestShare: a share of the templates is drawn from, which depends on the seed and nests.
func TestShare(t *testing.T) {
	templates := func(seed uint64, share float64) map[string]bool {
		used := map[string]bool{}
		for _, s := range Generate(16000, seed, share) {
			used[s.Template] = true
		}
		return used
	}
	tenth := templates(1, 0.1)
	require.InDelta(t, 0.1, float64(len(tenth))/float64(len(Templates())), 0.01)
	fifth, others := templates(1, 0.2), 0
	for raw := range tenth {
		require.True(t, fifth[raw], "a larger share has all of a smaller one")
	}
	for raw := range templates(2, 0.1) {
		if !tenth[raw] {
			others++
		}
	}
	require.Greater(t, others, len(tenth)/2, "another seed has another share")
}

// TestReleases: until every card has come, a template of a release has come four times and any other once.
func TestReleases(t *testing.T) {
	deals := map[string]int{}
	for _, f := range load().all {
		deals[f.raw] = f.deals
	}
	came := map[string]int{}
	for _, s := range Generate(9000, 1, 0.1) {
		came[s.Template]++
	}
	var often, once, releases, others int
	for raw, n := range came {
		if deals[raw] == releaseDeals {
			often, releases = often+n, releases+1
		} else {
			once, others = once+n, others+1
		}
	}
	require.InDelta(t, 4, float64(often)/float64(releases)/(float64(once)/float64(others)), 0.5)
}

// TestReason: the words that decide are those marked, and stand in the sentence.
func TestReason(t *testing.T) {
	marked := 0
	for _, s := range Generate(3000, 1, 1) {
		require.Equal(t, strings.Contains(s.Template, "<"), s.Reason != "", s.Template)
		require.Contains(t, s.Text, s.Reason)
		if s.Reason != "" {
			marked++
			require.Equal(t, strings.TrimSpace(s.Reason), s.Reason)
		}
	}
	require.Greater(t, marked, 2000)
}

func TestBalance(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 3, 100, 301} {
		got := Generate(n, 5, 1)
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
	sample := 2 * len(Templates()) // so that the largest pack, in which releases are several times, is dealt once
	seen := map[string]bool{}
	used := map[string]int{}
	spaced, lower, shortest, longest := 0, 0, 100, 0
	for _, s := range Generate(sample, 1, 1) {
		require.False(t, seen[s.Text], "twice: %q", s.Text)
		seen[s.Text] = true
		used[s.Template]++

		require.NotContains(t, s.Text, "  ", s.Template)
		require.Equal(t, strings.TrimSpace(s.Text), s.Text, s.Template)
		require.NotContains(t, s.Text, "..", s.Template)
		require.False(t, strings.ContainsAny(s.Text, "{|}<>\n\t^"), "%q from %q", s.Text, s.Template)
		require.NotRegexp(t, `(?: a|^A) (?:[ai]|o[^n]|on[^e])|(?: an|^An) [bcdfgjklmnpqrstvwyz]`, s.Text, s.Template)
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
		require.Positive(t, used[raw], "template never reached: %q", raw)
	}
	require.InDelta(t, 0.25, float64(spaced)/float64(sample), 0.1, "share of spaced punctuation")
	require.InDelta(t, 0.07, float64(lower)/float64(sample), 0.03, "share of lower case")
	require.GreaterOrEqual(t, shortest, 3)
	require.LessOrEqual(t, longest, 50)
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		Generate(24000, 1, 1)
	}
}
