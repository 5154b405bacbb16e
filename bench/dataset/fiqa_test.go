package dataset

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// entry is one of a FiQA document, with the scores of its targets.
func entry(id, sentence string, scores ...string) string {
	var info []string
	for _, s := range scores {
		info = append(info, `{"target": "Acme", "sentiment_score": `+s+`, "aspects": "['Stock']"}`)
	}
	return `"` + id + `": {"sentence": "` + sentence + `", "info": [` + strings.Join(info, ", ") + `]}`
}

func TestFiQA(t *testing.T) {
	content := "{\n  " + strings.Join([]string{
		entry("7", "Up", `"0.101"`),
		entry("9", "Flat", `"0.1"`),
		entry("x", "Flat too", `"-0.100"`),
		entry("22", "Down \\u00a0\\n so", `-0.101`),
		// The sum of 0.1 + 0.1 + 0.1 in binary is above 0.3.
		entry("23", "Thrice", `"0.1"`, `"0.1"`, `"0.1"`),
		// (0.3 + 0) / 2 = 0.15: zero has no sign.
		entry("24", "Partly", `"0.3"`, `"0"`),
	}, ",\n\n") + "\n}\n"
	s, err := Read("f.json", strings.NewReader(content))
	require.NoError(t, err)
	if diff := cmp.Diff([]Example{
		{"7", "Up", "positive", "", 2},
		{"9", "Flat", "neutral", "", 4},
		{"x", "Flat too", "neutral", "", 6},
		{"22", "Down \u00a0\n so", "negative", "", 8},
		{"23", "Thrice", "neutral", "", 10},
		{"24", "Partly", "positive", "", 12},
	}, s.Examples); diff != "" {
		t.Errorf("the thresholds themselves are neutral (-want +got):\n%s", diff)
	}
	require.Equal(t, "fiqa", s.Form)

	s, err = Read("f.json", strings.NewReader("{"+entry("1", "Up", `"1"`)+"}"))
	require.NoError(t, err, "a document on one line is still no jsonl")
	require.Equal(t, "fiqa", s.Form)
}

func TestFiQAMixedSigns(t *testing.T) {
	content := "{\n" + strings.Join([]string{
		entry("1", "Up", `"0.5"`),
		entry("2", "Acme beats Bolt", `"0.5"`, `"-0.2"`), // mean 0.15
		entry("3", "Bolt beats Acme", `"-0.04"`, `"0.02"`),
	}, ",\n") + "}"
	const reason = "its targets have scores of opposite signs, as in 2 of 3 sentences (-skip-bad-rows leaves these out, -mixed-signs labels them by their mean)"
	_, err := Read("f", strings.NewReader(content))
	require.EqualError(t, err, "dataset: f:3: record 2: "+reason)

	s, err := Options{SkipBadRows: true}.Read("f", strings.NewReader(content))
	require.NoError(t, err)
	require.Len(t, s.Examples, 1)
	require.Equal(t, []Bad{{2, 3, reason}, {3, 4, reason}}, s.Bad, "signs count, however small the scores")

	s, err = Options{MixedSigns: true}.Read("f", strings.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, "positive", s.Examples[1].Label)
	require.Equal(t, "neutral", s.Examples[2].Label)
}

func TestFiQAErrors(t *testing.T) {
	for _, tt := range []struct{ reason, entries, want string }{
		{"an unlabelled test set", `"2": {"sentence": "Up", "info": [{"target": "Acme"}]}`, "record 2: target 1: no field sentiment_score"},
		{"no label follows from nothing", entry("2", "Up"), "record 2: no target in info, so no score"},
		{"percent?", entry("2", "Up", `"0.3"`, `"30"`), `record 2: target 2: sentiment_score "30" is no number from -1 to 1`},
		{"not a number compares as false", entry("2", "Up", `"NaN"`), `record 2: target 1: sentiment_score "NaN" is no number`},
		{"null is no number", entry("2", "Up", `null`), `record 2: target 1: sentiment_score null is no number`},
		{"the last would win silently", `"2": {"sentence": "Up", "sentence": "Down", "info": []}`, `record 2: it has two fields "sentence"`},
		{"the same for a score", `"2": {"sentence": "Up", "info": [{"sentiment_score": 1, "sentiment_score": 0}]}`, "record 2: target 1: it has two fields sentiment_score"},
		{"the same for an entry", entry("1", "Up", `"1"`), `record 2: id "1" is also that of the record on line 1`},
		{"no text", entry("2", " ", `"1"`), "record 2: the text is empty"},
		{"no sentence", `"2": {"text": "Up", "info": [{"sentiment_score": 1}]}`, "record 2: no field for the sentence"},
		{"targets of another kind", `"2": {"sentence": "Up", "info": {"sentiment_score": 1}}`, "record 2: info is no list of targets"},
		{"no entry", `"2": 1`, "record 2: not a JSON object"},
	} {
		content := "{" + entry("1", "Flat", `"0"`) + ",\n" + tt.entries + "}"
		_, err := Read("f", strings.NewReader(content))
		require.ErrorContains(t, err, "dataset: f:2: "+tt.want, tt.reason)
		s, err := Options{SkipBadRows: true}.Read("f", strings.NewReader(content))
		require.NoError(t, err, tt.reason)
		require.Len(t, s.Bad, 1, tt.reason)
	}
	cut := "{" + entry("1", "Flat", `"0"`) + ",\n" + `"2": {"sentence": "U`
	for _, skip := range []bool{false, true} {
		_, err := Options{SkipBadRows: skip}.Read("f", strings.NewReader(cut))
		require.ErrorContains(t, err, "dataset: f:2: not one whole JSON document: unexpected end of JSON input", "how many records are missing can't be known")
	}
	s, err := Options{SkipBadRows: true}.Read("f", strings.NewReader("{"+entry("1", "“Flat”", `"0"`)+",\n"+entry("2", "\xe9", `"0"`)+"}"))
	require.NoError(t, err)
	require.Equal(t, []Bad{{2, 2, "byte 0xe9 is not UTF-8 (repair it, or force the encoding that it is in)"}}, s.Bad)
}
