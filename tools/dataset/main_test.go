package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/dataset"
)

// folder is where the sets of the tests are.
func folder(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"mine.csv":  "text,label\nOrders at ZÃ¼rich rose,1\nOrders fell,0\nOrders fell,2\nOrders fell,0\nFlat,\n",
		"other.txt": "orders FELL@negative\n",
		"far.txt":   "Nothing alike@negative\n",
		"fiqa.json": `{"1": {"sentence": "Acme beats Bolt", "info": [{"sentiment_score": 1}, {"sentiment_score": -1}]}}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Base(name), []byte(content), 0o644))
	}
}

func TestRun(t *testing.T) {
	folder(t)
	for _, tt := range []struct {
		name, reason string
		args         []string
		want         string
	}{{
		name:   "all",
		reason: "flags may come after the file, as people type them",
		args:   []string{"-skip-bad-rows", "mine.csv", "-against", "other.txt"},
		// p = 1/2: 2·0.5/1.5/3 = 0.2222. The best answer is wrong once.
		want: `set               mine@17a6cd57
file              mine.csv
read as           csv, utf-8
records           5: 4 read, 1 bad
labels            2 0 (50.00 %)
                  1 1 (25.00 %)
                  1 2 (25.00 %)
words             2 to 4, median 2
duplicates        1 with text and label of an earlier record
contradictory     1 texts with several labels, in 3 records
accuracy ceiling  75.00 % (3 of 4: no deterministic classifier gets more of them right)
always 0          accuracy 50.00 %, macro-F1 0.2222
encoding damage   1 with UTF-8 read as windows-1252 or ISO-8859-1, such as Ã¤ (line 2)
leakage           3 (75.00 %) are in other@a657e6af as well; lines 3, 4, 5
bad               line 6: record 5: the label is empty (label it or remove the record)
`,
	}, {
		name:   "forced",
		reason: "another encoding, other labels and another form are another set; nothing in common is said as well",
		args:   []string{"other.txt", "-form=phrasebank", "-encoding", "windows-1252", "-names", "negative=down", "-against", "far.txt"},
		want: `set               other@1c61ba0c
file              other.txt
read as           phrasebank, windows-1252
records           1: 1 read, 0 bad
labels            1 down (100.00 %)
words             2 to 2, median 2
duplicates        0 with text and label of an earlier record
contradictory     0 texts with several labels, in 0 records
accuracy ceiling  100.00 % (1 of 1: no deterministic classifier gets more of them right)
always down       accuracy 100.00 %, macro-F1 1.0000
encoding damage   none found
leakage           0 (0.00 %) are in far@4873e089 as well
`,
	}} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, run(tt.args, &out, &out), tt.reason)
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

func TestRunJSON(t *testing.T) {
	folder(t)
	var out bytes.Buffer
	require.NoError(t, run([]string{"fiqa.json", "-mixed-signs", "-against", "mine.csv", "-skip-bad-rows", "-json"}, &out, &out))
	var got dataset.Audit
	d := json.NewDecoder(&out)
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&got))
	require.Equal(t, "fiqa", got.Form)
	require.Equal(t, []dataset.LabelCount{{Label: "neutral", Examples: 1, Share: 1}}, got.Labels, "the mean of 1 and -1")
	require.Equal(t, 0, got.Leakage.Examples)
}

func TestRunErrors(t *testing.T) {
	folder(t)
	for _, tt := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"nothing to audit", nil, "dataset: want one file to audit, got 0 (usage: dataset FILE [flags])"},
		{"two sets are compared with -against", []string{"mine.csv", "other.txt"}, "want one file to audit, got 2"},
		{"a bad row, without the flag", []string{"mine.csv"}, "dataset: mine.csv:6: record 5: the label is empty"},
		{"the same in the other set", []string{"other.txt", "-against", "mine.csv"}, "dataset: mine.csv:6: record 5"},
		{"a missing file", []string{"none.csv"}, "none.csv"},
		{"an unnamed label", []string{"other.txt", "-names", "0=a"}, `label "negative" has no name`},
		{"a broken list", []string{"other.txt", "-names", "0"}, "is not LABEL=NAME"},
		{"mixed signs, without the flag", []string{"fiqa.json"}, "opposite signs, as in 1 of 1 sentences"},
		{"an unknown form", []string{"mine.csv", "-form", "xls"}, `there is no form "xls"`},
		{"a set that nobody knows", []string{"get", "none"}, `there is no set "none"; there are kaggle-financial-sentiment, `},
		{"an unknown flag after the file", []string{"mine.csv", "-x"}, "flag provided but not defined: -x"},
	} {
		var out bytes.Buffer
		require.ErrorContains(t, run(tt.args, &out, new(bytes.Buffer)), tt.want, tt.reason)
		require.Empty(t, out.String(), "a failure prints no half a table")
	}
	require.ErrorIs(t, run([]string{"-h"}, new(bytes.Buffer), new(bytes.Buffer)), flag.ErrHelp)
}
