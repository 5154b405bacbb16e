package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "s.json")
	require.NoError(t, os.WriteFile(file, []byte(`{
		"name": "Tickets", "set": "../tickets.csv", "labels": ["bug", "question"],
		"models": [{"name": "a:1b", "weights": "a.gguf", "precisions": ["q8_0", "f16"]}]
	}`), 0o644))
	s := Suite{File: file}
	require.NoError(t, s.load())
	require.Equal(t, filepath.Join(filepath.Dir(dir), "tickets.csv"), s.Set, "paths are relative to the suite's file")
	require.Equal(t, filepath.Join(dir, "a.gguf"), s.Models[0].Weights)
	require.Equal(t, "a-1b", s.Models[0].Name, "a colon would have to be quoted in benchstat's filters")
	require.Equal(t, []string{"f16", "q8_0"}, s.Models[0].precisions(), "highest first")
	require.Equal(t, []Prompt{{Name: "label", Answer: "{{.Label}}"}}, s.Prompts)
	require.Equal(t, 2048, s.Context)
}

func tagged(precisions ...string) Model {
	m := Model{Name: "a", Tags: map[string]Tag{}}
	for _, p := range precisions {
		m.Tags[p] = Tag{Name: "a:1b-" + p}
	}
	return m
}

func TestLoadRefuses(t *testing.T) {
	valid := func() Suite {
		return Suite{
			Name: "Tickets", Set: "tickets.csv", Labels: []string{"bug", "question"},
			Models: []Model{{Name: "a", Weights: "a.gguf", Precisions: []string{"f16"}}},
		}
	}
	s := valid()
	require.NoError(t, s.load(), "the base of the cases below")
	for _, c := range []struct {
		why   string
		spoil func(*Suite)
		want  string
	}{
		{"results are filed under it", func(s *Suite) { s.Name = "a/b" }, "want letters and digits"},
		{"nothing to classify", func(s *Suite) { s.Set = "" }, "no set"},
		{"a run of no pairs would pass", func(s *Suite) { s.Models = nil }, "no models"},
		{"one label", func(s *Suite) { s.Labels = s.Labels[:1] }, "want at least 2"},
		{"two rows of one name would be one row of results", func(s *Suite) { s.Models = append(s.Models, s.Models[0]) }, "a name of its own"},
		{"no origin of the weights", func(s *Suite) { s.Models[0].Weights = "" }, "either weights"},
		{"two origins of the weights", func(s *Suite) { s.Models[0].Tags = map[string]Tag{"f16": {Name: "a"}} }, "either weights"},
		{"no precision", func(s *Suite) { s.Models[0].Precisions = nil }, "no precisions"},
		{"Ollama spells it f16", func(s *Suite) { s.Models[0].Precisions[0] = "fp16" }, `precision "fp16"`},
		{"the same pair twice", func(s *Suite) { s.Models[0].Precisions = []string{"f16", "f16"} }, "want each once"},
		{"a prompt without the sentence", func(s *Suite) { s.Prompts = []Prompt{{Template: "?"}} }, "0 times"},
		{"a prompt's file that is not there", func(s *Suite) { s.Prompts = []Prompt{{Name: "a", File: "none.txt"}} }, "none.txt"},
		{"which of the two is it", func(s *Suite) { s.Prompts = []Prompt{{Name: "a", File: "a.txt", Template: "{{.Text}}"}} }, "both a template and a file"},
		{"a reason is free", func(s *Suite) { s.Prompts = []Prompt{{Name: "a", Reason: true, Constrain: true}} }, "cannot be constrained"},
		{"Ollama makes no q4_0", func(s *Suite) { s.Models[0].Precisions = []string{"q4_0"} }, "Ollama makes f32 f16 q8_0 q4_K_M q4_K_S only: it must have a tag"},
		{"q8_0 of what", func(s *Suite) { s.Models[0] = tagged("q4_K_M"); s.Models[0].Precisions = []string{"q8_0"} }, "nor a higher one at f16 or f32"},
		{"f32 of a tag at f16 would be no more than that", func(s *Suite) { s.Models[0] = tagged("f16"); s.Models[0].Precisions = []string{"f32"} }, "nor a higher one"},
		{"made or pulled", func(s *Suite) { s.Models[0] = tagged("f16", "q8_0"); s.Models[0].Precisions = []string{"q8_0"} }, "want each once"},
		{"a bad tag", func(s *Suite) { s.Models[0] = tagged("f16"); s.Models[0].Tags["f16"] = Tag{Name: "b", ID: "x"} }, `model a: precision f16: tag b: id "x"`},
		{"Ollama would cut it down", func(s *Suite) { s.Models[0].Context = 1024 }, "trained on 1024 tokens at most, and the suite's context is 2048"},
		{"less than nothing of a cache", func(s *Suite) { s.Models[0].KVBytes = -1 }, "negative bytes of KV cache"},
		{"nothing is sampled at 0", func(s *Suite) { s.Models[0].Protocols = map[string]Sampling{"p": {TopK: 5}} }, `model a: protocol "p": temperature 0`},
		{"a share", func(s *Suite) { s.Models[0].Protocols = map[string]Sampling{"p": {Temperature: 1, TopP: 50}} }, "topP 50: want 0 to 1"},
		{"less than nothing", func(s *Suite) { s.Models[0].Protocols = map[string]Sampling{"p": {Temperature: 1, Beams: -1}} }, "a negative number"},
		{"no length of time", func(s *Suite) { s.Idle = "10" }, `idle "10": want a duration, such as 10s`},
		{"nor a negative one", func(s *Suite) { s.Idle = "-1s" }, `idle "-1s"`},
		{"negative tokens", func(s *Suite) { s.Prompts = []Prompt{{Name: "a", MaxTokens: -1}} }, "cannot be negative"},
		{"-prompt would not know which", func(s *Suite) { s.Prompts = []Prompt{{Name: "a"}, {Name: "a"}} }, "prompt a: stands twice"},
		{"a default that runs nothing", func(s *Suite) { s.Default = []string{"q8_0"} }, `default precision "q8_0": no model has it`},
	} {
		s := valid()
		c.spoil(&s)
		require.ErrorContains(t, s.load(), c.want, c.why)
	}
}

func TestLoadNamesTheLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.json")
	for _, c := range []struct{ why, text, want string }{
		{"another kind of value", "{\n\"name\": \"A\",\n\"labels\": 3\n}\n", "s.json:3: json: cannot unmarshal number"},
		{"no JSON", "{\n\"name\": \"A\"\n\"labels\": 3\n}\n", "s.json:3: invalid character"},
		{"a broken end", "{\n\"name\":\n", "s.json: unexpected EOF"},
		{"a misspelt field", "{\n\"nmae\": \"A\",\n\"labels\": []\n}\n", `s.json:2: json: unknown field "nmae"`},
		{"one that also stands where it belongs", "{\n\"name\": \"A\",\n\"models\": [{\n\"set\": \"A\"}],\n\"set\": \"B\"}\n", `s.json: json: unknown field "set"`},
		{"in a tag", "{\"models\": [\n{\"tags\": {\n\"f16\": {\"name\": \"a:1b\", \"id\": \"x\", \"sise\": \"1GB\"}\n}}]}", `s.json:3: tag "a:1b": json: unknown field "sise"`},
		{"a tag's size", "{\"models\": [\n{\"tags\": {\n\"f16\": {\"name\": \"a:1b\", \"size\": \"much\"}\n}}]}", `s.json:3: tag "a:1b": size "much"`},
	} {
		require.NoError(t, os.WriteFile(file, []byte(c.text), 0o644))
		s := Suite{File: file}
		require.ErrorContains(t, s.load(), c.want, c.why)
	}
	s := Suite{Name: "Sentiment", File: file}
	require.NoError(t, os.WriteFile(file, []byte(`{"name": "Tickets"}`), 0o644))
	require.ErrorContains(t, s.load(), `its name is "Tickets", but the tests that would run it are called Sentiment`)
	require.NoError(t, os.WriteFile(file, []byte("{} {}"), 0o644))
	s = Suite{File: file}
	require.ErrorContains(t, s.load(), "after the suite's closing brace")
}

func TestBenchmarked(t *testing.T) {
	s := Suite{Name: "Sentiment"}
	for pattern, want := range map[string]bool{
		"":                   false, // no -bench at all
		".":                  true,
		"Sentiment":          true,
		"^BenchmarkHarness$": false, // another benchmark of the same binary needs no server
		"Sentiment/model=a":  true,
		"Harness/Sentiment":  false,
	} {
		require.Equal(t, want, s.benchmarked(pattern), "-bench %q", pattern)
	}
}

func TestDescribeSampling(t *testing.T) {
	s := Sampling{Temperature: 0.7, TopP: 0.9, TopK: 50, MaxTokens: 512, Batch: 8, Beams: 4}
	for _, c := range []struct {
		why  string
		s    Sampling
		o    options
		want string
	}{
		{"what Ollama can't do and what was not asked for", s, options{concurrency: 1}, "temperature=0.7 top_p=0.9 top_k=50 max-tokens=512 without its 4 beams and batches of 8"},
		{"batches as they should be", s, options{concurrency: 8}, "temperature=0.7 top_p=0.9 top_k=50 max-tokens=512 without its 4 beams"},
		{"-max-tokens has a line of its own", s, options{concurrency: 8, maxTokens: 64}, "temperature=0.7 top_p=0.9 top_k=50 without its 4 beams"},
		{"what is off, and nothing left out", Sampling{Temperature: 1, Beams: 1, Batch: 1}, options{concurrency: 1}, "temperature=1"},
	} {
		require.Equal(t, c.want, c.s.describe(c.o), c.why)
	}
}
