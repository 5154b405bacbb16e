package gate

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is committed is what recording would write: read and written again, each file stays as it is, byte for byte.
func TestCommittedGoldenFiles(t *testing.T) {
	const dir = "../../golden"
	pairs, err := GoldenPairs(dir, "Sentiment")
	require.NoError(t, err)
	require.NotEmpty(t, pairs)
	again := t.TempDir()
	for _, p := range pairs {
		g, err := ReadGolden(dir, p)
		require.NoError(t, err)
		require.NoError(t, WriteGolden(again, g))
		for _, ext := range []string{".tsv", ".txt"} {
			require.Equal(t, string(unixLines([]byte(read(t, goldenBase(dir, p)+ext)))), read(t, goldenBase(again, p)+ext))
		}
		if isDefault(g.Reason) {
			margin, reason := DefaultMargin(g.Labels, g.Answers)
			require.Equal(t, margin, g.Margin, "%s: the default is another by now: make golden", p)
			require.Equal(t, reason, g.Reason, p)
		}
	}
	files, err := filepath.Glob(dir + "/hosts/*/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		s, err := readSittings(file)
		require.NoError(t, err)
		require.Equal(t, string(unixLines([]byte(read(t, file)))), string(s.format()))
	}
}
