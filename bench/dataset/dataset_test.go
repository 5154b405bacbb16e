package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestReadForms(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		content      string
		form         string
		want         []Example
	}{{
		name:    "jsonl",
		reason:  "ids and notes are kept, further fields and blank lines are none of our business",
		content: "\n" + `{"id":"a7","text":"Orders fell.","label":" negative ","note":"fewer orders","source":{"n":1}}` + "\n\n" + `{"Sentence":"Orders rose.","sentiment":2,"headline":"Acme"}`,
		form:    "jsonl",
		want:    []Example{{"a7", "Orders fell.", "negative", "fewer orders", 2}, {"2", "Orders rose.", "2", "", 4}},
	}, {
		name:    "one jsonl record",
		reason:  "it is also a JSON document as a whole",
		content: `{"id":12,"text":"Tab\there, line\nthere, \u00a0and 🚀","label":"neutral","note":null}`,
		form:    "jsonl",
		want:    []Example{{"12", "Tab\there, line\nthere, \u00a0and 🚀", "neutral", "", 1}},
	}, {
		name:    "csv",
		reason:  "columns are found by name in any case and order; padding of a label goes, that of a text stays",
		content: "n,SENTIMENT , Sentence\n1, positive ,  Mail ir@acme.test for more \n2,\" neutral\",\"The \"\"plan\"\", as filed\"\n",
		form:    "csv",
		want:    []Example{{"1", "  Mail ir@acme.test for more ", "positive", "", 2}, {"2", `The "plan", as filed`, "neutral", "", 3}},
	}, {
		name:    "csv with numeric labels",
		reason:  "0, 1 and 2 mean something only to those who wrote them",
		content: "text,label\nAcme cut to hold,0\nAcme lifts outlook,1\n",
		form:    "csv",
		want:    []Example{{"1", "Acme cut to hold", "0", "", 2}, {"2", "Acme lifts outlook", "1", "", 3}},
	}, {
		name:    "csv after a byte order mark, with CRLF",
		reason:  "a mark that stays would hide the first column's name; newlines in quotes survive as they are, and the lines after them are counted right",
		content: "\ufeff\"text\",\"label\"\r\n\"Up 📈\r\n\r\nthen\ndown\",neutral\r\n\r\n \r\nFlat.,neutral\r\n\"\u00a0Flat\u00a0\",neutral",
		form:    "csv",
		want:    []Example{{"1", "Up 📈\r\n\r\nthen\ndown", "neutral", "", 2}, {"2", "Flat.", "neutral", "", 8}, {"3", "\u00a0Flat\u00a0", "neutral", "", 9}},
	}, {
		name:    "csv with bare quotes",
		reason:  "a quote in the middle of an unquoted field swallows nothing",
		content: "headline,label,id,note\nThe \"big\" 5\" pipe order,positive,x, large order \n",
		form:    "csv",
		want:    []Example{{"x", `The "big" 5" pipe order`, "positive", "large order", 2}},
	}, {
		name:    "tsv",
		reason:  "commas are text there",
		content: "label\ttext\nneutral\tSales, costs, tax\nnegative\t\"A tab\tinside\"\n",
		form:    "tsv",
		want:    []Example{{"1", "Sales, costs, tax", "neutral", "", 2}, {"2", "A tab\tinside", "negative", "", 3}},
	}, {
		name:    "csv without header",
		reason:  "the first record must not be taken for a header",
		content: "neutral,\"Acme , of Turku , moved .\"\r\n negative ,Margins fell to 3 %\r\n",
		form:    "csv-without-header",
		want:    []Example{{"1", "Acme , of Turku , moved .", "neutral", "", 1}, {"2", "Margins fell to 3 %", "negative", "", 2}},
	}, {
		name:    "phrasebank",
		reason:  "the label is after the last @; quotes and commas mean nothing; U+2028 and U+0085 end no line",
		content: "Write to ir@acme.test , she said .@neutral\r\n\"Up , again .@ positive \r\n\r\n Down\u2028and\u0085out @negative",
		form:    "phrasebank",
		want:    []Example{{"1", "Write to ir@acme.test , she said .", "neutral", "", 1}, {"2", "\"Up , again .", "positive", "", 2}, {"3", " Down\u2028and\u0085out ", "negative", "", 4}},
	}, {
		name:    "phrasebank that begins like csv",
		reason:  "both fit the first record, only one can read the second",
		content: "Acme,which fell today .@negative\nNothing new .@neutral\n",
		form:    "phrasebank",
		want:    []Example{{"1", "Acme,which fell today .", "negative", "", 1}, {"2", "Nothing new .", "neutral", "", 2}},
	}, {
		name:    "csv that begins like phrasebank",
		reason:  "the other way round",
		content: "neutral,Questions go to ir@acme.test\nnegative,Profit fell again\n",
		form:    "csv-without-header",
		want:    []Example{{"1", "Questions go to ir@acme.test", "neutral", "", 1}, {"2", "Profit fell again", "negative", "", 2}},
	}, {
		name:    "equal and contradictory rows",
		reason:  "rows are never merged",
		content: "text,label\nFlat.,neutral\nFlat.,neutral\nFlat.,negative\n",
		form:    "csv",
		want:    []Example{{"1", "Flat.", "neutral", "", 2}, {"2", "Flat.", "neutral", "", 3}, {"3", "Flat.", "negative", "", 4}},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Read("dir/my.set.txt", strings.NewReader(tt.content))
			require.NoError(t, err, tt.reason)
			if diff := cmp.Diff(tt.want, s.Examples); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			require.Equal(t, tt.form, s.Form, tt.reason)
			require.Equal(t, "utf-8", s.Encoding)
			require.Equal(t, "my.set", s.Name)
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		content      string
		want         []string // parts of the message
	}{
		{"empty", "nothing to score", "", []string{"f: no records", "known forms: jsonl"}},
		{"blank", "white space is no record", " \r\n\t\n", []string{"f: no records"}},
		{"header only", "a header is no record", "text,label\n", []string{"f: no records"}},
		{"json document", "a form of somebody else's", "{\n \"1\": {\"sentence\": \"Up.\", \"score\": 0.3}\n}\n", []string{"f: the form is not known", "one JSON document", "phrasebank"}},
		{"json document on a line", "the same, minified", `{"1":{"sentence":"Up."}}`, []string{"the form is not known", "one JSON document"}},
		{"json array", "its last @ must not make it PhraseBank", `[{"text":"mail@acme","label":"neutral"}]`, []string{"the form is not known", "one JSON document"}},
		{"prose", "a licence file in the same folder", "All rights reserved\nby us\n", []string{"the form is not known", "not jsonl: line 1", "not csv: line 1 names no column", "not csv-without-header: line 1 has 1 fields", "not phrasebank: line 1: no @"}},
		{"other table", "a table of something else", "Entity,Code,Year\nFrance,FRA,2024\n", []string{"the form is not known", "line 1 names no column for text and label"}},
		{"header of unknown text column", "it must not become a record", "label,news text\nnegative,Sales fell again\n", []string{"names a column for the label and none for the text", "looks like a header"}},
		{"header without label", "nothing to score against", "id,text\n1,Sales fell again\n", []string{"names a column for the text and none for the label"}},
		{"two labels", "which one is right?", "text,label,sentiment\nUp,1,positive\n", []string{`columns "label" and "sentiment" could both be the label`}},
		{"ambiguous", "one line that is two things", "Acme,see more@neutral\n", []string{"the form is ambiguous", "perhaps csv-without-header; perhaps phrasebank", "give it a header"}},
		{"neither", "both begin to fit and neither can read all", "Acme,see more@neutral\nno label here\n", []string{"the form is not known", "f:2: record 2: it has 1 fields", "f:2: record 2: no @"}},
		{"csv empty text", "physical line after a record of three lines", "text,label\n\"a\n\nb\",neutral\n\"\u00a0\",neutral\n", []string{"f:5: record 2: the text is empty"}},
		{"csv empty label", "unlabelled", "text,label\nUp,\" \"\n", []string{"f:2: record 1: the label is empty"}},
		{"csv missing label", "unlabelled, short row", "text,label\nUp,positive\nDown\n", []string{"f:3: record 2: it has 1 fields and the header 2"}},
		{"csv bare comma", "the text would be cut", "text,label\nUp, and away,positive\n", []string{"f:2: record 1: it has 3 fields", `quote a text that holds a ","`}},
		{"csv unclosed", "the error is where the quote opens, not at the end of the file", "text,label\n\"Up,positive\nDown,negative\n", []string{"f:2: record 1: field 1: its quote is never closed"}},
		{"csv unclosed, closed by the next", "lazy quotes would merge two rows here", "text,label\n\"Up,positive\n\"Down\",negative\n", []string{"f:2: record 1: field 1: it goes on after its closing quote"}},
		{"csv space before quote", "RFC 4180 has no such thing, and the comma in it would cut", "text,label\nUp, \"positive\"\n", []string{"f:2: record 1: field 2: a space before the opening quote"}},
		{"csv quoted blank line", "a record of one empty field is not a blank line", "text,label\n\"\"\n", []string{"f:2: record 1: it has 1 fields"}},
		{"csv same id", "answers are found by id", "id,text,label\n7,Up,positive\n8,Down,negative\n7,Flat,neutral\n", []string{`f:4: record 3: id "7" is also that of the record on line 2`}},
		{"csv id like a number", "the second record would be 2 as well", "id,text,label\n2,Up,positive\n,Down,negative\n", []string{`f:3: record 2: id "2"`}},
		{"pairs of the wrong order", "sentences must not become labels", "neutral,All is well\nAll is not well,negative\n", []string{"f:2: record 2:", `"All is not well", in the place of the label`}},
		{"phrasebank unlabelled", "the @ is that of an address", "Up .@positive\nMail ir@acme.test for more .\n", []string{"f:2: record 2:", "is more than one word"}},
		{"phrasebank without text", "", "Up .@positive\n@neutral\n", []string{"f:2: record 2: the text is empty"}},
		{"phrasebank without label", "", "Up .@positive\n\nDown .@\n", []string{"f:3: record 2: the label is empty"}},
		{"jsonl broken", "cut in the middle", "{\"text\":\"Up\",\"label\":\"positive\"}\n{\"text\":\"Do", []string{"f:2: record 2: not one whole JSON object on the line: unexpected end"}},
		{"jsonl broken at once", "an @ in it must not make it PhraseBank", `{"text":"Mail us@home","label":`, []string{"f:1: record 1: not one whole JSON object"}},
		{"jsonl two a line", "the second would be lost", `{"text":"a","label":"b"} {"text":"c","label":"d"}`, []string{"f:1: record 1: not one whole JSON object"}},
		{"jsonl array line", "", "{\"text\":\"a\",\"label\":\"b\"}\n[1]\n", []string{"f:2: record 2: not a JSON object"}},
		{"jsonl no label", "", `{"text":"Up","lable":"positive"}`, []string{"f:1: record 1: no field for the label"}},
		{"jsonl null text", "", `{"text":null,"label":"positive"}`, []string{"f:1: record 1: the text is empty"}},
		{"jsonl list label", "", `{"text":"Up","label":["positive"]}`, []string{`field "label" is neither a string nor a number`}},
		{"jsonl twice the text", "the last would win silently", `{"text":"Up","text":"Down","label":"positive"}`, []string{`fields "text" and "text" could both be the text`}},
		{"utf-16", "what Excel calls Unicode text", "\xff\xfet\x00e\x00", []string{"f:1: a NUL byte", "iconv"}},
		{"damaged utf-8", "one bad byte must not turn every other “ into â€œ", "text,label\n“Up” 5 €,positive\nUp \xe9,positive\n", []string{"f:3: byte 0xe9 is not UTF-8, though the file is otherwise (1 such bytes"}},
		{"broken utf-8 after a mark", "the mark says what it was meant to be", "\ufefftext,label\nUp \xe9,positive\n", []string{"f:2: byte 0xe9 is not UTF-8"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Read("f", strings.NewReader(tt.content))
			require.Error(t, err, tt.reason)
			require.Nil(t, s)
			require.True(t, strings.HasPrefix(err.Error(), "dataset: f"), "%v", err)
			for _, part := range tt.want {
				require.ErrorContains(t, err, part, tt.reason)
			}
		})
	}
}

func TestEncoding(t *testing.T) {
	for _, tt := range []struct {
		reason        string
		content       string
		encoding, out string
	}{
		{"ASCII is UTF-8", "Profit rose@positive", "utf-8", "Profit rose"},
		{"UTF-8, even where a byte is 0x80–0x9f", "Zürich – flat@neutral", "utf-8", "Zürich – flat"},
		{"Latin-1", "Z\xfcrich flat@neutral", "iso-8859-1", "Zürich flat"},
		{"0x93 and 0x94 are quotes in windows-1252 only", "\x93Z\xfcrich\x94 at 5 \x80@neutral", "windows-1252", "“Zürich” at 5 €"},
		{"0x80 is the first byte that tells them apart", "5 \x80@neutral", "windows-1252", "5 €"},
		{"0x9f is the last", "\x9f@neutral", "windows-1252", "Ÿ"},
		{"a non-breaking space in Latin-1", "EUR\xa05 mn@neutral", "iso-8859-1", "EUR\u00a05 mn"},
	} {
		s, err := Read("f", strings.NewReader(tt.content))
		require.NoError(t, err, tt.reason)
		require.Equal(t, tt.encoding, s.Encoding, tt.reason)
		require.Equal(t, tt.out, s.Examples[0].Text, tt.reason)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "small set.csv")
	require.NoError(t, os.WriteFile(path, []byte("text,label\nUp.,positive\n"), 0o644))
	s, err := Open(path)
	require.NoError(t, err)
	require.Equal(t, path, s.File)
	require.Regexp(t, `^small-set@[0-9a-f]{8}$`, s.ID(), "an id is one word, whatever the file is called")

	_, err = Open(dir)
	require.ErrorContains(t, err, dir+" is a directory (name one file in it)")

	t.Chdir(dir)
	_, err = Open("none.csv")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none.csv")
	require.ErrorContains(t, err, "as a relative path it means "+filepath.Join(dir, "none.csv"))

	_, err = Read("f", iotest.ErrReader(errors.New("disk gone")))
	require.EqualError(t, err, "dataset: read f: disk gone")
}

func TestID(t *testing.T) {
	id := func(content string) string {
		s, err := Read("s.txt", strings.NewReader(content))
		require.NoError(t, err)
		return s.ID()
	}
	// 2 bytes "Up", 8 bytes "positive", lengths as 8 bytes big-endian.
	sum := sha256.Sum256([]byte("\x00\x00\x00\x00\x00\x00\x00\x02Up\x00\x00\x00\x00\x00\x00\x00\x08positive"))
	base := id("text,label\nUp,positive\n")
	require.Equal(t, "s@"+hex.EncodeToString(sum[:4]), base)

	require.Equal(t, base, id("Up@positive"), "the form is not part of it")
	require.Equal(t, base, id(`{"id":"x","text":"Up","label":"positive","note":"n"}`), "nor are id and note")
	require.NotEqual(t, base, id("Up @positive"), "every byte of a text is")
	require.NotEqual(t, base, id("Up@Positive"), "so is the case of a label")
	require.NotEqual(t, id("a@b\nc@d"), id("c@d\na@b"), "so is the order")
	require.NotEqual(t, id("ab@c"), id("a@bc"), "and where the text ends")
}

func TestCheckLabels(t *testing.T) {
	s, err := Read("set.csv", strings.NewReader("text,label\nUp,1\nDown,0\nFlat,neutral\nSame,2\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"0", "1", "2", "neutral"}, s.Labels)
	require.NoError(t, s.CheckLabels([]string{"neutral", "0", "1", "2", "unused"}))
	require.EqualError(t, s.CheckLabels([]string{"negative", "neutral", "positive"}),
		`dataset: set.csv:2: label "1" is not one of negative, neutral, positive; 3 of 4 records have such a label (give the file's labels, which are 0, 1, 2, neutral, other names, as in -names 1=negative, or use a suite that has them)`)

	s, err = Read("set.csv", strings.NewReader("text,label\na,1\na,2\na,3\na,4\na,5\na,6\n"))
	require.NoError(t, err)
	require.ErrorContains(t, s.CheckLabels([]string{"x"}), "1, 2, 3, 4, 5 … (6 in all)", "thousands of labels would hide the message")
}
