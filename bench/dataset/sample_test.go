package dataset

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestSample(t *testing.T) {
	var content strings.Builder
	content.WriteString("text,label\n")
	for i, label := range strings.Fields("a b a a c a b a a b") { // 6 a, 3 b, 1 c
		content.WriteString(strings.Repeat("x", i+1) + "," + label + "\n")
	}
	s, err := Read("dir/ten.csv", strings.NewReader(content.String()))
	require.NoError(t, err)

	// The upper 16 bits of the first ten draws of PCG, computed without Go.
	//
	//	        1a   2b   3a   4a   5c   6a   7b   8a   9a   10b
	//	seed 1: 9927 16d0 b721 060f b398 8e32 cf83 9720 4e58 21a9
	//	seed 2: ae7a d810 65e7 4506 1c48 b0c6 165e 9c72 d7b5 55be
	for _, tt := range []struct {
		n      int
		seed   uint64
		ids    string
		labels string
		reason string
	}{
		{4, 1, "2 4 6 9", "a b", "shares 2.4, 1.2, 0.4: 2, 1, 0 and one for a, the first of two equal remainders; 060f 4e58 8e32 and 16d0"},
		{4, 2, "3 4 7 8", "a b", "another seed, another sample: 4506 65e7 9c72 and 165e"},
		{5, 1, "2 4 6 9 10", "a b", "shares 3, 1.5, 0.5: one for b, and what was in the smaller sample is in this"},
		{9, 1, "1 2 4 5 6 7 8 9 10", "a b c", "shares 5.4, 2.7, 0.9: 5, 2, 0, one for c and one for b"},
		{10, 7, "1 2 3 4 5 6 7 8 9 10", "a b c", "all"},
		{1, 1, "4", "a", "shares 0.6, 0.3, 0.1"},
	} {
		got, err := s.Sample(tt.n, tt.seed)
		require.NoError(t, err)
		var ids []string
		for _, e := range got.Examples {
			ids = append(ids, e.ID)
		}
		require.Equal(t, tt.ids, strings.Join(ids, " "), tt.reason)
		require.Equal(t, tt.labels, strings.Join(got.Labels, " "), tt.reason)
		again, err := s.Sample(tt.n, tt.seed)
		require.NoError(t, err)
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("the same sample again (-first +second):\n%s", diff)
		}
	}

	sample, err := s.Sample(4, 1)
	require.NoError(t, err)
	require.Regexp(t, "^ten-4-1@", sample.ID())
	require.Equal(t, Example{"9", "xxxxxxxxx", "a", "", 10}, sample.Examples[3], "lines are those of the file")
	other, err := s.Sample(4, 2)
	require.NoError(t, err)
	hash := func(s *Set) string { _, hash, _ := strings.Cut(s.ID(), "@"); return hash }
	require.NotEqual(t, hash(other), hash(sample), "the identity is that of the sentences")
	all, err := s.Sample(10, 1)
	require.NoError(t, err)
	require.Equal(t, hash(s), hash(all))

	for _, n := range []int{-1, 0, 11} {
		_, err := s.Sample(n, 1)
		require.ErrorContains(t, err, "from 10 (ask for 1 to 10)")
		require.ErrorContains(t, err, "dir/ten.csv")
	}
}

func TestWithout(t *testing.T) {
	s, err := Read("all.csv", strings.NewReader("text,label\nUp,a\nDown,b\nFlat  out,c\nup!,a\n"))
	require.NoError(t, err)
	asked, err := Read("asked.csv", strings.NewReader("text,label\n UP ,b\nflat out,c\n"))
	require.NoError(t, err)
	rest, err := s.Without(asked)
	require.NoError(t, err)
	require.Equal(t, []Example{{"2", "Down", "b", "", 3}, {"4", "up!", "a", "", 5}}, rest.Examples, "case, white space and label don't make another text, a character does")
	require.Equal(t, []string{"a", "b"}, rest.Labels)
	_, err = asked.Without(s)
	require.ErrorContains(t, err, "asked.csv: all 2 records are in all.csv as well")
}
