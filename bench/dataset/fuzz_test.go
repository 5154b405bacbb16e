package dataset

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"text":"Up","label":"positive"}`,
		"text,label\r\n\"Up\r\n\"\"and\"\" away\",positive\r\n",
		"label\ttext\nneutral\tSales, flat\n",
		"neutral,\"Acme , of Turku .\"\n",
		"Write to ir@acme.test .@neutral\n\nUp@positive",
		"\x93Z\xfcrich\x94@neutral",
		"{\n\"1\": 2\n}",
		"{\n" + entry("1", "Up", `"0.1"`, `0.2`) + ",\n" + entry("2", "Down", `"-1"`) + "}",
		"text,label\n\"Up,positive\n\"Down\",negative\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read("dir/f.txt", bytes.NewReader(data))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "dataset: dir/f.txt:") {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		if len(s.Examples) == 0 || !slices.IsSorted(s.Labels) || s.CheckLabels(s.Labels) != nil {
			t.Fatalf("no records, or labels %q are not those of the records", s.Labels)
		}
		physical, line := bytes.Count(data, []byte("\n"))+1, 0
		ids := make(map[string]bool)
		for i, e := range s.Examples {
			if strings.TrimSpace(e.Text) == "" || e.Label == "" || e.Label != strings.TrimSpace(e.Label) || ids[e.ID] {
				t.Fatalf("record %d: %+v", i+1, e)
			}
			if e.Line < line || e.Line == line && s.Form != "fiqa" || e.Line > physical {
				t.Fatalf("record %d begins on line %d, the one before on %d, and there are %d", i+1, e.Line, line, physical)
			}
			if !utf8.ValidString(e.Text) {
				t.Fatalf("record %d is not UTF-8: %q", i+1, e.Text)
			}
			ids[e.ID], line = true, e.Line
		}
		again, err := Read("dir/f.txt", bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" || s.ID() != again.ID() {
			t.Fatalf("a second reading differs:\n%s", diff)
		}
	})
}
