package dataset

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzRead(f *testing.F) {
	fuzz(f, "",
		`{"text":"Up","label":"positive"}`,
		"text,label\r\n\"Up\r\n\"\"and\"\" away\",positive\r\n",
		"label\ttext\nneutral\tSales, flat\n",
		"neutral,\"Acme , of Turku .\"\n",
		"Write to ir@acme.test .@neutral\n\nUp@positive",
		"\x93Z\xfcrich\x94@neutral",
		"{\n\"1\": 2\n}",
		"text,label\n\"Up,positive\n\"Down\",negative\n")
}

func FuzzCSV(f *testing.F) {
	fuzz(f, "csv", "text,label\n\"Up,1\n\"Down\",2\n5\" pipe,2\n", "id,text,label\r\n1,\"a\r\n\"\"b\",x\r\n\r\n1,b,y")
}

func FuzzTSV(f *testing.F) {
	fuzz(f, "tsv", "label\ttext\nneutral\tSales, flat\n\t\n\"a\"\tb \"c\"\n“”\t\xe9")
}

func FuzzPairs(f *testing.F) {
	fuzz(f, "csv-without-header", "neutral,\"Acme , of Turku .\"\nUp\n positive ,Up \"so\" far\n\"a\nb\",c")
}

func FuzzPhraseBank(f *testing.F) {
	fuzz(f, "phrasebank", "Write to ir@acme.test .@neutral\r\n\nUp@positive\nUp\n@x\nDown@")
}

func FuzzJSONL(f *testing.F) {
	fuzz(f, "jsonl", "{\"text\":\"Up\",\"label\":1,\"id\":\"2\"}\n[]\n{\"TEXT\":\"\\ud800\",\"label\":{}}\n{\"text\":null}")
}

func FuzzFiQA(f *testing.F) {
	fuzz(f, "fiqa", "{"+entry("1", "Up", `"0.1"`, `0.2`)+",\n"+entry("1", "Down", `"-1"`)+",\n"+entry("2", "So", `"-1"`, `"1"`)+"}", `{"1":{"info":[{}]},"2":[]}`)
}

// fuzz reads data in a form, or in the one that it has, strictly and skipping
// bad rows, and holds the one against the other.
func fuzz(f *testing.F, form string, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		strict, failed := Options{Form: form}.Read("dir/f.txt", bytes.NewReader(data))
		s, err := Options{Form: form, SkipBadRows: true}.Read("dir/f.txt", bytes.NewReader(data))
		for _, err := range []error{failed, err} {
			if err != nil && !strings.HasPrefix(err.Error(), "dataset: dir/f.txt:") {
				t.Fatalf("the error does not name the file: %v", err)
			}
		}
		if failed == nil {
			if diff := cmp.Diff(strict, s); diff != "" || err != nil {
				t.Fatalf("skipping changes a set that has nothing to skip: %v\n%s", err, diff)
			}
		}
		if err != nil {
			return
		}
		if failed != nil && len(s.Bad) == 0 {
			t.Fatalf("no row is bad, and yet: %v", failed)
		}
		checkSet(t, s, bytes.Count(data, []byte("\n"))+1)
	})
}

// checkSet checks what holds for every set, whose file has so many lines.
func checkSet(t *testing.T, s *Set, physical int) {
	if len(s.Examples) == 0 || !slices.IsSorted(s.Labels) || s.CheckLabels(s.Labels) != nil {
		t.Fatalf("no records, or labels %q are not those of the records", s.Labels)
	}
	ids := make(map[string]bool)
	var lines, bad []int
	for i, e := range s.Examples {
		if strings.TrimSpace(e.Text) == "" || e.Label == "" || e.Label != strings.TrimSpace(e.Label) || ids[e.ID] {
			t.Fatalf("example %d: %+v", i+1, e)
		}
		if !utf8.ValidString(e.Text + e.Label + e.ID + e.Note) {
			t.Fatalf("example %d is not UTF-8: %+v", i+1, e)
		}
		ids[e.ID] = true
		lines = append(lines, e.Line)
	}
	for _, b := range s.Bad {
		if b.Reason == "" || b.Number < 1 || b.Number > s.Records() {
			t.Fatalf("%+v of %d", b, s.Records())
		}
		bad = append(bad, b.Number)
		lines = slices.Insert(lines, b.Number-1, b.Line) // examples and bad rows together are the file
	}
	distinct := s.Form != "fiqa" // a whole document may be one line
	if !slices.IsSorted(lines) || lines[0] < 1 || lines[len(lines)-1] > physical || distinct && len(slices.Compact(lines)) < s.Records() {
		t.Fatalf("records begin on lines %d of %d", lines, physical)
	}
	if !slices.IsSorted(bad) || len(slices.Compact(bad)) != len(s.Bad) {
		t.Fatalf("bad records are %d", bad)
	}
	a := s.Audit(s)
	if a.Ceiling < a.Majority.Accuracy || a.Ceiling > 1 || a.Leakage.Share != 1 || a.Best < a.Texts {
		t.Fatalf("%+v", a)
	}
	n := (len(s.Examples) + 1) / 2
	sample, err := s.Sample(n, 1)
	if err != nil || len(sample.Examples) != n {
		t.Fatalf("a sample of %d has %d: %v", n, len(sample.Examples), err)
	}
}

// FuzzTable holds the splitting of tables against encoding/csv's writer.
func FuzzTable(f *testing.F) {
	f.Add("Up", "positive", "a\r\nb \"c\", d", "\"", ',')
	f.Add(" Down", "\t", "", "\n", '\t')
	f.Fuzz(func(t *testing.T, a, b, c, d string, comma rune) {
		if comma != ',' {
			comma = '\t'
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma = comma
		want := [][]string{{a, b}, {c, d}}
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		table := newTable(out.String(), comma)
		for _, fields := range want {
			if strings.Join(fields, string(comma)) == "\t" {
				continue // a blank line
			}
			got, _, err := table.next()
			if diff := cmp.Diff(fields, got); diff != "" || err != nil {
				t.Fatalf("%q: %v\n%s", out.String(), err, diff)
			}
		}
	})
}
