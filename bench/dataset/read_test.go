package dataset

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestForced(t *testing.T) {
	for _, tt := range []struct {
		reason  string
		options Options
		content string
		want    Example
		read    string // form, encoding
	}{
		{"one line that two forms can read", Options{Form: "phrasebank"}, "Acme,see more@neutral", Example{"1", "Acme,see more", "neutral", "", 1}, "phrasebank, utf-8"},
		{"the same, read the other way", Options{Form: "csv-without-header"}, "Acme,see more@neutral", Example{"1", "see more@neutral", "Acme", "", 1}, "csv-without-header, utf-8"},
		{"a first record that is not typical of its form", Options{Form: "csv-without-header"}, "neutral,Flat", Example{"1", "Flat", "neutral", "", 1}, "csv-without-header, utf-8"},
		{"a tsv whose header would pass for csv's", Options{Form: "tsv"}, "text\tlabel\nUp, up\t1", Example{"1", "Up, up", "1", "", 2}, "tsv, utf-8"},
		{"forcing what would be found changes nothing", Options{Form: "jsonl"}, `{"text":"Up","label":"1"}`, Example{"1", "Up", "1", "", 1}, "jsonl, utf-8"},
		{"bytes that are valid UTF-8 and were not meant so", Options{Encoding: "iso-8859-1"}, "Up \xc3\xa4@1", Example{"1", "Up Ã¤", "1", "", 1}, "phrasebank, iso-8859-1"},
		{"no byte tells windows-1252 apart", Options{Encoding: "windows-1252"}, "Z\xfcrich up@1", Example{"1", "Zürich up", "1", "", 1}, "phrasebank, windows-1252"},
		{"a mark is no text", Options{Encoding: "utf-8"}, "\ufeffUp ä@1", Example{"1", "Up ä", "1", "", 1}, "phrasebank, utf-8"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			s, err := tt.options.Read("f", strings.NewReader(tt.content))
			require.NoError(t, err)
			if diff := cmp.Diff([]Example{tt.want}, s.Examples); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			require.Equal(t, tt.read, s.Form+", "+s.Encoding)
		})
	}
}

func TestForcedErrors(t *testing.T) {
	for _, tt := range []struct {
		reason  string
		options Options
		content string
		want    string // the message's beginning
	}{
		{"a typing error", Options{Form: "cvs"}, "text,label\nUp,1", `dataset: f: there is no form "cvs" (force one of fiqa, jsonl, csv, tsv, csv-without-header, phrasebank, or none)`},
		{"a form without its header", Options{Form: "csv"}, "neutral,Up again", "dataset: f: not csv: line 1 names no column for text and label (known forms:"},
		{"a form that the file has not", Options{Form: "fiqa"}, "Up@1", "dataset: f:1: not one whole JSON document: invalid character 'U'"},
		{"a JSON document of another kind", Options{Form: "fiqa"}, "[]", "dataset: f: not fiqa: not a JSON object (known forms:"},
		{"an encoding of another name", Options{Encoding: "latin1"}, "Up@1", `dataset: f:1: there is no encoding "latin1" (force one of utf-8, iso-8859-1, windows-1252, or none)`},
		{"single bytes are no UTF-8", Options{Encoding: "utf-8"}, "Up@1\nZ\xfcrich@1\n\xfc@1", "dataset: f:2: byte 0xfc is not UTF-8 (2 such bytes; force another encoding or none, or skip bad rows)"},
	} {
		s, err := tt.options.Read("f", strings.NewReader(tt.content))
		require.Nil(t, s, tt.reason)
		require.Error(t, err, tt.reason)
		require.True(t, strings.HasPrefix(err.Error(), tt.want), "%s: %v", tt.reason, err)
	}
}

func TestSkipBadRows(t *testing.T) {
	const open = `field 1: it goes on after its closing quote, or an earlier quote was never closed (write a quote within quotes twice, "")`
	for _, tt := range []struct {
		name, reason string
		content      string
		want         []Example
		bad          []Bad
	}{{
		name:    "csv",
		reason:  "ids are the numbers of the file's records, bad ones included; lines are physical",
		content: "text,label\n\"a\n\nb\",1\nc,\n\nd,1,2\ne,2\n",
		want:    []Example{{"1", "a\n\nb", "1", "", 2}, {"4", "e", "2", "", 8}},
		bad: []Bad{
			{2, 5, "the label is empty (label it or remove the record)"},
			{3, 7, `it has 3 fields and the header 2 (quote a text that holds a ","; give each record all fields)`},
		},
	}, {
		name:    "csv, a quote that is never closed",
		reason:  "it must not take the rest of the file with it",
		content: "text,label\n\"Up,1\nDown,2\nThe 5in pipe,3\n",
		want:    []Example{{"2", "Down", "2", "", 3}, {"3", "The 5in pipe", "3", "", 4}},
		bad:     []Bad{{1, 2, "field 1: its quote is never closed"}},
	}, {
		name:    "csv, a quote that the next row's seems to close",
		reason:  "two rows are never made one",
		content: "text,label\n\"Up,1\n\"Down\",2\nFlat \"so\" far,3\n",
		want:    []Example{{"2", "Down", "2", "", 3}, {"3", "Flat \"so\" far", "3", "", 4}},
		bad:     []Bad{{1, 2, open}},
	}, {
		name:    "csv, the second line of a broken record",
		reason:  "an odd quote within the lines in doubt makes it a piece rather than a row; outside, 5\" is a size",
		content: "text,label\n\"Up\nand\" up,1\nThe 5\" pipe,2\n",
		want:    []Example{{"3", "The 5\" pipe", "2", "", 4}},
		bad:     []Bad{{1, 2, open}, {2, 3, "an odd number of quotes, so perhaps the end of the record on line 2"}},
	}, {
		name:    "csv, a broken field after one of two lines",
		reason:  "the lines of fields that are whole are not read twice",
		content: "text,label\n\"Up\nup\", \"1\"\nDown,2\n",
		want:    []Example{{"2", "Down", "2", "", 4}},
		bad:     []Bad{{1, 2, "field 2: a space before the opening quote (remove it)"}},
	}, {
		name:    "csv, equal ids",
		reason:  "answers are found by id, so only the first can have it",
		content: "id,text,label\n7,Up,1\n7,Down,2\n,Flat,3\n",
		want:    []Example{{"7", "Up", "1", "", 2}, {"3", "Flat", "3", "", 4}},
		bad:     []Bad{{2, 3, `id "7" is also that of the record on line 2 (give each its own, or none an id)`}},
	}, {
		name:    "tsv, damaged UTF-8",
		reason:  "only the records that hold the bytes are lost; what is whole shows that it is UTF-8",
		content: "text\tlabel\n“Up” 5 €\t1\nUp \xe9\t1\n",
		want:    []Example{{"1", "“Up” 5 €", "1", "", 2}},
		bad:     []Bad{{2, 3, "byte 0xe9 is not UTF-8 (repair it, or force the encoding that it is in)"}},
	}, {
		name:    "jsonl",
		reason:  "JSON's decoder would make U+FFFD of the byte",
		content: "{\"text\":\"“Up”\",\"label\":1}\n{\"text\":\"\xe9\",\"label\":1}\n{\"text\":\n[]\n{\"text\":\"Down\",\"label\":2}",
		want:    []Example{{"1", "“Up”", "1", "", 1}, {"5", "Down", "2", "", 5}},
		bad: []Bad{
			{2, 2, "byte 0xe9 is not UTF-8 (repair it, or force the encoding that it is in)"},
			{3, 3, "not one whole JSON object on the line: unexpected end of JSON input"},
			{4, 4, "not a JSON object"},
		},
	}, {
		name:    "phrasebank",
		reason:  "the address is no label",
		content: "Up .@1\n\nMail ir@acme.test for more .\n .@\n@1\n",
		want:    []Example{{"1", "Up .", "1", "", 1}},
		bad: []Bad{
			{2, 3, `"acme.test for more .", in the place of the label, is more than one word`},
			{3, 4, "the label is empty"},
			{4, 5, "the text is empty (give it a text or remove the record)"},
		},
	}, {
		name:    "csv without header",
		reason:  "a sentence in the label's place",
		content: "1,All is well\nAll is not well,2\n",
		want:    []Example{{"1", "All is well", "1", "", 1}},
		bad:     []Bad{{2, 2, `"All is not well", in the place of the label, is more than one word`}},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Options{SkipBadRows: true}.Read("f", strings.NewReader(tt.content))
			require.NoError(t, err)
			if diff := cmp.Diff(tt.want, s.Examples); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			if diff := cmp.Diff(tt.bad, s.Bad); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			require.Equal(t, len(tt.want)+len(tt.bad), s.Records())
			_, err = Read("f", strings.NewReader(tt.content))
			require.Error(t, err, "without the option, the file is refused")
		})
	}

	_, err := Options{SkipBadRows: true}.Read("f", strings.NewReader("text,label\n\nUp,\nDown,\n"))
	require.EqualError(t, err, "dataset: f:3: all 2 records are bad, the first because the label is empty (label it or remove the record)", "a set needs an example")
	_, err = Options{SkipBadRows: true}.Read("f", strings.NewReader("Acme,see more@neutral\nno label here\n"))
	require.ErrorContains(t, err, "the form is not known", "skipping must not make every form fit")
	s, err := Options{SkipBadRows: true}.Read("f", strings.NewReader("Acme,which fell .@negative\nNothing new .@neutral\n"))
	require.NoError(t, err)
	require.Equal(t, "phrasebank", s.Form, "the form that needs no skipping is the right one")
}

func TestNames(t *testing.T) {
	names, err := ParseNames("0=negative, 1 =positive")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"0": "negative", "1": "positive"}, names)
	const content = "text,label\nUp, 1 \nDown,0\nFlat,2\n"
	_, err = Options{Names: names}.Read("f", strings.NewReader(content))
	require.EqualError(t, err, `dataset: f:4: record 3: label "2" has no name among those given (name it as well)`)
	s, err := Options{Names: names, SkipBadRows: true}.Read("f", strings.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, []string{"negative", "positive"}, s.Labels)
	require.Equal(t, []Example{{"1", "Up", "positive", "", 2}, {"2", "Down", "negative", "", 3}}, s.Examples)
	require.Len(t, s.Bad, 1)

	named, err := Read("f", strings.NewReader("Up@positive\nDown@negative"))
	require.NoError(t, err)
	require.Equal(t, named.ID(), s.ID(), "the identity is that of what was read")

	names, err = ParseNames("")
	require.NoError(t, err)
	require.Nil(t, names, "no list renames nothing, rather than refusing everything")
	for list, want := range map[string]string{
		"0":         `dataset: names "0": "0" is not LABEL=NAME (write them as in 0=negative,1=positive)`,
		"0=a,":      `dataset: names "0=a,": "" is not LABEL=NAME (write them as in 0=negative,1=positive)`,
		"0= ":       `dataset: names "0= ": "0= " is not LABEL=NAME (write them as in 0=negative,1=positive)`,
		"0=a, 0 =b": `dataset: names "0=a, 0 =b": label "0" has two names (give it one)`,
	} {
		_, err := ParseNames(list)
		require.EqualError(t, err, want)
	}
}
