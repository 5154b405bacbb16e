package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/journal"
)

// TestTable: only a pair's first pass counts, sets and prompts stand apart, and what was not asked is not made up.
func TestTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	w, err := journal.Append(path)
	require.NoError(t, err)
	for i, a := range []struct {
		set, model, precision, want, got string
		pass                             int
	}{
		{"s@1", "m", "f16", "positive", "positive", 1},
		{"s@1", "m", "f16", "negative", "negative", 1},
		{"s@1", "m", "f16", "positive", "negative", 2},
		{"s@1", "n", "q8_0", "neutral", "unparsed", 1},
		{"t@2", "m", "f16", "neutral", "neutral", 1},
	} {
		require.NoError(t, w.Write(journal.Record{
			Suite: "Sentiment", Model: a.model, Precision: a.precision, Set: a.set, Prompt: "label@1", Digest: "d",
			Run: "r", Pass: a.pass, ID: fmt.Sprint(i), Want: a.want, Got: a.got, Answer: a.got, LatencyNS: 1,
		}))
	}
	require.NoError(t, w.Close())
	var out bytes.Buffer
	require.NoError(t, run([]string{"-table", path}, &out, &out))
	require.Equal(t, `s@1, label@1

| model | f16 | q8_0 | unparsed |
|---|---|---|---|
| `+"`m`"+` | 1.000 [1.000, 1.000] | – | 0.0000 |
| `+"`n`"+` | – | 0.000 [0.000, 0.000] | 1.0000 |

t@2, label@1

| model | f16 | unparsed |
|---|---|---|
| `+"`m`"+` | 1.000 [1.000, 1.000] | 0.0000 |

`, out.String())
	require.ErrorContains(t, run([]string{"-table", path + ".none"}, &out, &out), "a.jsonl.none")
}
