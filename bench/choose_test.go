package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	table := func() []Model {
		return []Model{
			{Name: "small", Weights: "small.gguf", Precisions: []string{"q4_K_M", "f16"}},
			{Name: "large-1b", Tags: map[string]Tag{"q8_0": {Name: "large:1b-q8_0"}, "q4_0": {Name: "large:1b-q4_0"}}},
		}
	}
	for _, c := range []struct {
		why, models, precisions string
		want                    []Pair
		err                     string
		standard                []string
	}{
		{why: "the suite's default", want: []Pair{{"small", "q4_K_M"}, {"large-1b", "q8_0"}}, standard: []string{"q8_0", "q4_K_M"}},
		{why: "all in spite of it", models: "small", precisions: "all", want: []Pair{{"small", "f16"}, {"small", "q4_K_M"}}, standard: []string{"q8_0"}},
		{why: "one by name in spite of it", precisions: "q4_0", want: []Pair{{"large-1b", "q4_0"}}, standard: []string{"q8_0"}},
		{why: "a default that the model has not", models: "small", err: "model small has none of the precisions q8_0; it has f16, q4_K_M", standard: []string{"q8_0"}},
		{"all, highest precision first", "", "", []Pair{{"small", "f16"}, {"small", "q4_K_M"}, {"large-1b", "q8_0"}, {"large-1b", "q4_0"}}, "", nil},
		{"one model by the name its tag has", "large:1b", "", []Pair{{"large-1b", "q8_0"}, {"large-1b", "q4_0"}}, "", nil},
		{"a precision that only one model has", "", " q4_K_M ,f16", []Pair{{"small", "f16"}, {"small", "q4_K_M"}}, "", nil},
		{"unknown model", "smal", "", nil, `the suite has no "smal"; it has small, large-1b`, nil},
		{"unknown precision", "", "q4", nil, `the suite has no "q4"; it has f16, q4_K_M, q8_0, q4_0`, nil},
		{"both known, but no such pair: a run of nothing must not pass", "small", "q8_0", nil, "model small has none of the precisions q8_0", nil},
		{"nor one of less than was named", "small,large:1b", "q8_0", nil, "model small has none of the precisions q8_0", nil},
		{"a tag of a row is that pair, whatever the default", "large:1b-q4_0", "", []Pair{{"large-1b", "q4_0"}}, "", []string{"q8_0"}},
		{"two of them, and another's all", "large:1b-q4_0,large:1b-q8_0,small", "f16,q8_0,q4_0", []Pair{{"small", "f16"}, {"large-1b", "q8_0"}, {"large-1b", "q4_0"}}, "", nil},
		{"a tag at another precision than those", "large:1b-q4_0", "q8_0", nil, "large:1b-q4_0 of large-1b is at q4_0, which -precisions leaves out", nil},
		{"the beginning of one name only", "large", "q8_0", []Pair{{"large-1b", "q8_0"}}, "", nil},
		{"a tag that no suite knows", "other:2b-instruct-fp16,small", "", []Pair{{"small", "q4_K_M"}, {"other-2b-instruct", "f16"}}, "", []string{"q4_K_M"}},
		{"two tags of one such model", "o:2b-q4_K_S,o:2b-Q8_0", "", []Pair{{"o-2b", "q8_0"}, {"o-2b", "q4_K_S"}}, "", []string{"f16"}},
		{"elsewhere than in Ollama's library", "hf.co/who/what-GGUF:Q4_K_M", "", []Pair{{"hf.co-who-what-GGUF", "q4_K_M"}}, "", nil},
		{"one more tag of a row", "large:1b-q4_K_M", "", []Pair{{"large-1b", "q4_K_M"}}, "", []string{"q8_0"}},
		{"what it holds is not said", "other:2b-instruct", "", nil, "name one of Ollama's tags whole, with its precision", nil},
		{"no precision of ours", "other:2b-q5_K_M", "", nil, `no "other:2b-q5_K_M"`, nil},
		{"a tag has a colon", "other-q8_0", "", nil, `no "other-q8_0"`, nil},
		{"not even a name", ":q8_0", "", nil, `no ":q8_0"`, nil},
	} {
		s := &Suite{Name: "S", Set: "s.csv", Labels: []string{"a", "b"}, Models: table(), Default: c.standard}
		got, err := s.Choose(c.models, c.precisions)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.why)
			continue
		}
		require.NoError(t, err, c.why)
		require.Empty(t, cmp.Diff(c.want, got), c.why)
		for _, p := range got {
			m, ok := s.Model(p.Model)
			require.True(t, ok && m.check() == nil, "%s: %s is a row", c.why, p)
		}
	}
}

// Models of other suites in the same folder can be named too; set and prompts stay those of the suite.
func TestChooseFromOtherSuites(t *testing.T) {
	dir := t.TempDir()
	write := func(name, set, models string) {
		text := `{"name": "S", "set": "` + set + `", "labels": ["a", "b"], "default": ["q8_0"], "models": [` + models + `]}`
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	row := func(name string) string {
		return `{"name": "` + name + `", "license": "MIT", "tags": {"f16": "` + name + `-fp16", "q8_0": {"name": "` + name + `-q8_0", "size": "2GB"}}}`
	}
	write("mine.json", "mine.csv", row("a:1b-instruct")+`, {"name": "w", "weights": "w.gguf", "precisions": ["q8_0"]}`)
	write("other.json", "other.csv", row("a:1b-instruct")+","+row("b:2b-chat")+","+row("b:2b-instruct")+","+row("c:3b")+","+row("same:1b"))
	write("third.json", "other.csv", row("same:1b")+","+row("c:3b-long"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private": true}`), 0o644))
	for _, c := range []struct {
		why, models, precisions string
		want                    []Pair
		err                     string
	}{
		{"the suite's own before another's of that name", "a:1b-instruct", "", []Pair{{"a-1b-instruct", "q8_0"}}, ""},
		{"also by the beginning", "a:1b", "", []Pair{{"a-1b-instruct", "q8_0"}}, ""},
		{"another suite's, one of the suite's, and weights", "c:3b,w,a:1b", "", []Pair{{"a-1b-instruct", "q8_0"}, {"w", "q8_0"}, {"c-3b", "q8_0"}}, ""},
		{"its precisions", "b:2b-chat", "all", []Pair{{"b-2b-chat", "f16"}, {"b-2b-chat", "q8_0"}}, ""},
		{"a tag that another suite knows", "b:2b-chat-fp16", "", []Pair{{"b-2b-chat", "f16"}}, ""},
		{"the whole name, which another begins with", "c:3b", "", []Pair{{"c-3b", "q8_0"}}, ""},
		{"a beginning within a word", "c:3", "", nil, `no "c:3"`},
		{"two models", "b:2b", "", nil, `"b:2b" may be b-2b-chat of other, or b-2b-instruct of other (name one whole`},
		{"two suites", "same:1b", "", nil, `"same:1b" may be same-1b of other, or same-1b of third`},
		{"what there is, and what could not be read", "d", "", nil, `it has a-1b-instruct, w; other has a-1b-instruct, b-2b-chat, b-2b-instruct, c-3b, same-1b; third has same-1b, c-3b-long; bench: ` + filepath.Join(dir, "package.json") + `:1: json: unknown field "private"`},
	} {
		s, err := ReadSuite("", filepath.Join(dir, "mine.json"))
		require.NoError(t, err)
		got, err := s.Choose(c.models, c.precisions)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.why)
			continue
		}
		require.NoError(t, err, c.why)
		require.Empty(t, cmp.Diff(c.want, got), c.why)
		require.Equal(t, filepath.Join(dir, "mine.csv"), s.Set, c.why)
	}
	s, err := ReadSuite("", filepath.Join(dir, "mine.json"))
	require.NoError(t, err)
	_, err = s.Choose("b:2b-chat-fp16", "")
	require.NoError(t, err)
	m, _ := s.Model("b-2b-chat")
	require.Equal(t, "MIT", m.License, "with all that the other suite knows of it")
	require.Equal(t, int64(2e9), m.Tags["q8_0"].Size)
}

// The names that the README tells people to type.
func TestChooseByShortNames(t *testing.T) {
	for name, want := range map[string]string{
		"llama3.2:1b": "llama3.2-1b-instruct", "qwen2.5:7b": "qwen2.5-7b-instruct", "qwen3:4b": "qwen3-4b", "mistral:7b": "mistral-7b-instruct-v0.3",
		"phi3:3.8b": "phi3-3.8b-mini-128k-instruct", "llava-llama3": "llava-llama3-8b-v1.1", "mistral-small:24b": "mistral-small-24b-instruct-2501",
	} {
		s, err := ReadSuite("", "../fixtures/suites/miniature.json")
		require.NoError(t, err)
		got, err := s.Choose(name, "q8_0,q4_K_M")
		require.NoError(t, err, name)
		require.Equal(t, []Pair{{want, "q8_0"}, {want, "q4_K_M"}}, got, name)
	}
}
