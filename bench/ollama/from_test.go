package ollama

import (
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

// A lower precision of a model that is there: the source's template, system prompt and parameters, other types.
func TestCreateFrom(t *testing.T) {
	s := live(t)
	ctx := t.Context()
	base := makeRandom(t, s, "f16")
	require.NoError(t, s.Client().Create(ctx, &api.CreateRequest{
		Model: "theirs/tuned:f16", From: base, Template: "{{ .System }}: {{ .Prompt }}", System: "Be brief.", Parameters: map[string]any{"top_k": 7, "temperature": 0},
	}, func(api.ProgressResponse) error { return nil }))
	show := func(name string) *api.ShowResponse {
		show, err := s.Client().Show(ctx, &api.ShowRequest{Model: name})
		require.NoError(t, err)
		return show
	}
	source := show("theirs/tuned:f16")
	require.Contains(t, source.Parameters, "top_k")
	list, err := s.Client().List(ctx)
	require.NoError(t, err)
	digests := map[string]string{}
	for _, m := range list.Models {
		digests[m.Name] = m.Digest
	}
	for _, precision := range []string{"q8_0", "q4_K_M", "q4_K_S"} {
		name, digest, err := s.CreateFrom(ctx, "theirs/tuned:f16", precision)
		require.NoError(t, err)
		require.Equal(t, digests["theirs/tuned:f16"][:12], digest)
		require.Equal(t, "tuned-"+digest+":"+precision, name)
		made := show(name)
		require.Equal(t, []string{source.Template, source.System}, []string{made.Template, made.System})
		require.ElementsMatch(t, strings.Split(source.Parameters, "\n"), strings.Split(made.Parameters, "\n"), "in any order")
		answer, err := s.Generate(ctx, short(name, 2))
		require.NoError(t, err)
		require.Equal(t, 17, answer.PromptEvalCount, `begin of text, and 16 bytes of "Be brief.: hello"`)
		before := made.ModifiedAt
		_, _, err = s.CreateFrom(ctx, "theirs/tuned:f16", precision)
		require.NoError(t, err)
		require.Equal(t, before, show(name).ModifiedAt, "one that is there is used as it is")

		_, _, err = s.CreateFrom(ctx, name, "q4_K_S")
		require.ErrorContains(t, err, "q4_K_S is made of f16 or f32 (pull that tag)", "twice rounded is not what its name says")
		require.NoError(t, s.Delete(ctx, name))
	}
	for _, test := range []struct{ from, precision, fault string }{
		{base, "q4_0", "Ollama does not quantise to it any more"},
		{base, "q2_K", `precision "q2_K": q8_0, q4_K_M, q4_K_S can be made of a model that is there`},
		{base, "f16", `precision "f16"`},
		{base, "", `precision ""`},
		{"absent:f16", "q8_0", "has no model absent:f16 to make q8_0 of (pull it first)"},
		{"a b", "q8_0", "is no name of a model"},
	} {
		_, _, err := s.CreateFrom(ctx, test.from, test.precision)
		require.ErrorContains(t, err, test.fault)
	}
}
