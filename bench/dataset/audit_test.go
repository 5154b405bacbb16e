package dataset

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

func TestAudit(t *testing.T) {
	read := func(name, content string) *Set {
		s, err := Options{SkipBadRows: true}.Read(name, strings.NewReader(content))
		require.NoError(t, err)
		return s
	}
	s := read("s.csv", `text,label
one two three,neutral
one two three,neutral
one two three,negative
One  two three,positive
up,positive
up,negative
a long sentence with seven words here,neutral
bad,
`)
	against := read("other.csv", "text,label\nUP,0\none\ttwo three ,0\n")
	want := &Audit{
		Set: s.ID(), File: "s.csv", Form: "csv", Encoding: "utf-8",
		Records: 8, Examples: 7, Bad: s.Bad,
		// Between equals, in the order of the alphabet.
		Labels: []LabelCount{{"neutral", 3, 3.0 / 7}, {"negative", 2, 2.0 / 7}, {"positive", 2, 2.0 / 7}},
		// 1 1 3 3 3 3 7
		Words: Words{1, 3, 7},
		// p = 3/7: 2·(3/7)/(10/7) = 0.6, over three labels 0.2.
		Majority: Majority{"neutral", 3.0 / 7, 0.2},
		// one two three; One  two three; up; a long …
		Texts:      4,
		Duplicates: 1, // the second line; the third has another label
		// Three records of the first text, two of "up".
		Contradictory: 2, ContradictoryExamples: 5,
		// 2 of the first text, 1 of the second, 1 of "up", 1 of the last.
		Best: 5, Ceiling: 5.0 / 7,
		Damage: []Damage{},
		// All but the last, though none is the same to the byte.
		Leakage: &Leakage{against.ID(), 6, 6.0 / 7, []int{2, 3, 4, 5, 6, 7}},
	}
	if diff := cmp.Diff(want, s.Audit(against), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	require.Nil(t, s.Audit(nil).Leakage, "nothing was compared")

	even := read("e.csv", "text,label\na,x\na b,x\na b c d e,x\na b c d e f,x\n").Audit(nil)
	require.Equal(t, Words{1, 3.5, 6}, even.Words, "(2 + 5) / 2")
	require.Equal(t, Majority{"x", 1, 1}, even.Majority, "one label is always right")
	require.Equal(t, 1.0, even.Ceiling)
	require.Equal(t, []Bad{}, even.Bad, "in JSON, none is an empty list")
}

func TestDamage(t *testing.T) {
	const asWindows, asDOS, lost, control = 0, 1, 2, 3
	for _, tt := range []struct {
		text, reason string
		want         []int
	}{
		{"Zürich’s “Été” – 5 €, São Paulo, Å, Ñ, 🚀", "what is whole", nil},
		{"CAFÉ” and voilà… fine", "a letter before punctuation is whole, though its bytes would be a character", nil},
		{"5 % + ä, C++ and a +5 °C", "a plus on its own is one", nil},
		{"up +£5 mn, +½ point, Plus+®", "signs that may follow a plus", nil},
		{"ZÃ¼rich", "ü", []int{asWindows}},
		{"costs Â£5", "£", []int{asWindows}},
		{"it â€™ s 5 â‚¬", "an apostrophe, a euro", []int{asWindows}},
		{"up ðŸš€", "an emoji", []int{asWindows}},
		{"ï»¿text", "a byte order mark", []int{asWindows}},
		{"ï¿½", "a character lost before", []int{asWindows}},
		{"ZÃƒÂ¼rich", "twice", []int{asWindows}},
		{"it â\u0080\u0099 s", "an apostrophe, as ISO-8859-1", []int{asWindows, control}},
		{"P+ñrn+ñ", "ä", []int{asDOS}},
		{"caf\ufffd", "", []int{lost}},
		{"bell \a", "", []int{control}},
		{"tab\t, lines\r\n", "white space is none", nil},
	} {
		s := &Set{Examples: []Example{{Text: "whole", Line: 1}, {Text: tt.text, Line: 3}, {Text: tt.text, Line: 4}}}
		want := []Damage{}
		for _, i := range tt.want {
			want = append(want, Damage{damages[i].kind, 2, []int{3, 4}})
		}
		if diff := cmp.Diff(want, s.damage()); diff != "" {
			t.Errorf("%q: %s (-want +got):\n%s", tt.text, tt.reason, diff)
		}
	}
}
