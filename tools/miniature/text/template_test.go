package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	word := func(s string) template { return template{{text: s}} }
	for _, tt := range []struct {
		why, in string
		want    template
	}{
		{"fixed text", "plain", word("plain")},
		{"nothing", "", nil},
		{"a slot between text", "a {co} b", template{{text: "a "}, {slot: "co"}, {text: " b"}}},
		{"a choice", "{x|y}", template{{alts: []template{word("x"), word("y")}}}},
		{"an empty alternative, first and last", "{|y|}", template{{alts: []template{nil, word("y"), nil}}}},
		{"a slot within a choice", "{x {co}|{q1}}", template{{alts: []template{{{text: "x "}, {slot: "co"}}, {{slot: "q1"}}}}}},
		{"a choice within a choice", "{{x|y}|z}.", template{{alts: []template{{{alts: []template{word("x"), word("y")}}}, word("z")}}, {text: "."}}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			got, err := parse(tt.in)
			require.NoError(t, err)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(part{})); diff != "" {
				t.Errorf("parse(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ why, in, want string }{
		{"brace not closed", "ab {co", "column 7: missing }"},
		{"choice not closed", "{x|{y|z}", "column 9: missing }"},
		{"brace not opened", "ab}", `column 3: '}' outside of braces`},
		{"bar outside", "a|b", `column 2: '|' outside of braces`},
		{"nothing in braces", "a {}", "column 3: {} is neither a slot nor a choice"},
		{"words in braces without a bar", "a {two words}", "column 3: {two words} is neither a slot nor a choice"},
		{"a slot in braces of its own", "{{co}}", "column 1: {{co}} is neither a slot nor a choice"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			_, err := parse(tt.in)
			require.EqualError(t, err, tt.want)
		})
	}
}

// FuzzParse: whatever parses can be written back to what was read.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "a {co} b", "{x|{y|}}", "{", "}", "{|", "a|b", "{{co}}", "{é|ü}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := parse(s)
		if err != nil {
			return
		}
		require.Equal(t, s, parsed.String())
	})
}

// String is the inverse of parse.
func (t template) String() string {
	var b strings.Builder
	for _, p := range t {
		alts := make([]string, len(p.alts))
		for i, a := range p.alts {
			alts[i] = a.String()
		}
		inner := p.slot + strings.Join(alts, "|")
		if b.WriteString(p.text); p.text == "" {
			b.WriteString("{" + inner + "}")
		}
	}
	return b.String()
}
