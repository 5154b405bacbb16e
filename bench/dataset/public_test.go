package dataset

import (
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
