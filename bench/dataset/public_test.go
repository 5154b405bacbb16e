package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// TestPublicSets holds the readers against the sets that people really have.
// They are not ours to commit: JOULEBENCH_DATA names the folder. The counts
// are those of the sets' descriptions and were taken with another reader.
func TestPublicSets(t *testing.T) {
	dir := os.Getenv("JOULEBENCH_DATA")
	if dir == "" {
		t.Skip("set JOULEBENCH_DATA to the folder with the public sets")
	}
	for _, tt := range []struct {
		file, form, encoding string
		records              int
		labels               map[string]int
		lastLine             int // where the last record begins
	}{
		{"kaggle-financial-sentiment.csv", "csv", "utf-8", 5842, map[string]int{"neutral": 3130, "positive": 1852, "negative": 860}, 5843},
		{"Sentences_AllAgree.txt", "phrasebank", "iso-8859-1", 2264, map[string]int{"neutral": 1391, "positive": 570, "negative": 303}, 2264},
		{"Sentences_50Agree.txt", "phrasebank", "iso-8859-1", 4846, map[string]int{"neutral": 2879, "positive": 1363, "negative": 604}, 4846},
		{"all-data.csv", "csv-without-header", "windows-1252", 4846, map[string]int{"neutral": 2879, "positive": 1363, "negative": 604}, 4846},
		{"tfns-valid.csv", "csv", "utf-8", 2388, map[string]int{"0": 347, "1": 475, "2": 1566}, 2487},
		{"fiqa-headline-train.json", "fiqa", "utf-8", 336, map[string]int{"neutral": 45, "positive": 198, "negative": 93}, 3946},
	} {
		t.Run(tt.file, func(t *testing.T) {
			s, err := Options{MixedSigns: true}.Open(filepath.Join(dir, tt.file))
			require.NoError(t, err)
			got := make(map[string]int)
			for _, e := range s.Examples {
				got[e.Label]++
			}
			if diff := cmp.Diff(tt.labels, got); diff != "" {
				t.Errorf("records by label (-want +got):\n%s", diff)
			}
			require.Len(t, s.Examples, tt.records)
			require.Equal(t, tt.form, s.Form)
			require.Equal(t, tt.encoding, s.Encoding)
			require.Equal(t, tt.lastLine, s.Examples[tt.records-1].Line)
		})
	}
	_, err := Open(filepath.Join(dir, "fiqa-headline-train.json"))
	require.ErrorContains(t, err, "opposite signs, as in 5 of 336 sentences")
	for _, file := range []string{"owid-carbon-intensity.csv", "PhraseBank-License.txt"} {
		_, err := Open(filepath.Join(dir, file))
		require.ErrorContains(t, err, file+": the form is not known", "what is no labelled set must not be read as one")
		require.ErrorContains(t, err, "known forms: jsonl")
	}
}

// TestPublicAudit holds the audit of the set of arXiv 2504.06307 against what
// is known of it, and of what went into it.
func TestPublicAudit(t *testing.T) {
	dir := os.Getenv("JOULEBENCH_DATA")
	if dir == "" {
		t.Skip("set JOULEBENCH_DATA to the folder with the public sets")
	}
	open := func(file string) *Set {
		s, err := Options{SkipBadRows: true, MixedSigns: true}.Open(filepath.Join(dir, file))
		require.NoError(t, err)
		require.Empty(t, s.Bad)
		return s
	}
	s := open("kaggle-financial-sentiment.csv")
	a := s.Audit(open("fiqa-headline-train.json"))
	require.Equal(t, 6, a.Duplicates)
	// 514 sentences stand twice, with a label each: 5842 − 514 = 5328.
	require.Equal(t, 514, a.Contradictory)
	require.Equal(t, 1028, a.ContradictoryExamples)
	require.Equal(t, 5328, a.Best)
	require.Equal(t, "91.20", fmt.Sprintf("%.2f", 100*a.Ceiling))
	// p = 3130/5842: 2·3130/(5842+3130)/3 = 0.2326.
	require.InDelta(t, 0.5358, a.Majority.Accuracy, 5e-5)
	require.InDelta(t, 0.2326, a.Majority.MacroF1, 5e-5)
	require.NotEmpty(t, a.Damage)

	back := open("fiqa-headline-train.json").Audit(s)
	require.Equal(t, 336, back.Leakage.Examples, "the set is made of PhraseBank and FiQA")
	require.Equal(t, 2, open("Sentences_50Agree.txt").Audit(nil).Contradictory)

	// 200 times the shares are 107.2, 63.4 and 29.4(42): the one that is
	// missing to 200 is negative's.
	sample, err := s.Sample(200, 1)
	require.NoError(t, err)
	got := make(map[string]int)
	for _, l := range sample.Audit(nil).Labels {
		got[l.Label] = l.Examples
	}
	require.Equal(t, map[string]int{"neutral": 107, "positive": 63, "negative": 30}, got)
}
