package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestReadGrammarErrors(t *testing.T) {
	const words, frames = "noun: sales|profit\n", "[positive]\n{noun} up\n[neutral]\n{noun} flat\n[negative]\n{noun} down\n"
	for _, tt := range []struct{ why, words, frames, want string }{
		{"all is well", "# comment\n\n" + words, frames, ""},
		{"slot without words", "noun\n", frames, "text: vocabulary.txt:1: want `slot: one|other`, got \"noun\""},
		{"slot defined twice", words + words, frames, "text: vocabulary.txt:2: slot noun stands twice"},
		{"slot that facts.go fills", "hi: x\n", frames, "text: vocabulary.txt:1: slot hi stands twice"},
		{"slot used above its definition", "a: {b}\nb: x\n", frames, "text: vocabulary.txt:1: no slot {b} above; see vocabulary.txt and facts.go"},
		{"slot that contains itself", "a: {a}\n", frames, "text: vocabulary.txt:1: no slot {a} above; see vocabulary.txt and facts.go"},
		{"bad words", "a: x}\n", frames, "text: vocabulary.txt:1: column 4: '|' outside of braces"},
		{"slot that is nowhere", words, "[positive]\n{verb} up\n", "text: templates/news/k.txt:2: no slot {verb} above; see vocabulary.txt and facts.go"},
		{"bad template", words, "[positive]\n\n{noun\n", "text: templates/news/k.txt:3: column 6: missing }"},
		{"template before a heading", words, "{noun} up\n", `text: templates/news/k.txt:1: template "{noun} up" before any [label]`},
		{"heading that is no label", words, "[bullish]\n", "text: templates/news/k.txt:1: heading [bullish] is none of [negative neutral positive]"},
		{"a label without templates", words, "[positive]\n{noun} up\n", "text: no template under any [negative]"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			_, err := readGrammar(fstest.MapFS{
				"vocabulary.txt":       {Data: []byte(tt.words)},
				"templates/news/k.txt": {Data: []byte(tt.frames)},
			})
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.want)
		})
	}
	_, err := readGrammar(fstest.MapFS{})
	require.ErrorContains(t, err, "vocabulary.txt")
}

// TestTemplates counts what the models learn from: variety is what lifts them.
func TestTemplates(t *testing.T) {
	g := load()
	kinds, distinct := map[string]int{}, map[string]bool{}
	used := map[string]bool{"dateline": true, "source": true, "aside": true} // by writer.prose
	mark := func(name string) { used[name] = true }
	for _, f := range g.all {
		require.False(t, distinct[f.raw], "template stands twice: %q", f.raw)
		distinct[f.raw] = true
		kinds[f.kind]++
		f.template.slots(mark)
	}
	require.GreaterOrEqual(t, len(g.all), 600)
	require.GreaterOrEqual(t, len(kinds), 10)
	for kind, n := range kinds {
		require.GreaterOrEqual(t, n, 30, kind)
	}
	for _, l := range labels {
		require.GreaterOrEqual(t, len(g.frames[l]), 200, l)
	}
	for _, words := range g.vocabulary {
		for _, w := range words {
			w.slots(mark)
		}
	}
	for name := range g.vocabulary {
		require.True(t, used[name], "no template uses {%s}", name)
	}
	for _, name := range factNames {
		require.True(t, used[name], "no template uses {%s}", name)
	}
}

// TestNoAddresses: titles of persons and addresses are the slips easily made.
func TestNoAddresses(t *testing.T) {
	bad := regexp.MustCompile(`https?:|www\.|@|\b(?:Mr|Mrs|Ms|Dr)\b`)
	i := slices.IndexFunc(Templates(), func(s string) bool { return bad.MatchString(s) })
	require.Negative(t, i)
}

func TestCompanies(t *testing.T) {
	stems := map[string]bool{}
	for _, h := range heads {
		for _, tail := range tails {
			stems[h+tail] = true
		}
	}
	require.Len(t, stems, 900)
	require.Len(t, heads, 30)
	for _, s := range suffixes {
		require.True(t, s == "" || strings.HasPrefix(s, " "), "suffix %q", s)
	}
}
