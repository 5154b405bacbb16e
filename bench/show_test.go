package bench

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStandardLog(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ why, journal, want string }{
		{"beside the results", "T.jsonl", "T.log"},
		{"those of a base", "T.base.jsonl", "T.base.log"},
		{"no extension to change", "answers", "answers.log"},
		{"never the journal itself", "answers.log", "answers.log.log"},
	} {
		r := &run{options: flags(t, "-journal="+filepath.Join(dir, c.journal))}
		log, err := r.standardLog()
		require.NoError(t, err, c.why)
		require.Equal(t, filepath.Join(dir, c.want), log, c.why)
	}
}
