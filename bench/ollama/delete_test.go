package ollama

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

// One pair at a time is held, and each can come again.
func TestDelete(t *testing.T) {
	s := live(t)
	ctx := t.Context()
	models := func() (names []string) {
		list, err := s.Client().List(ctx)
		require.NoError(t, err)
		for _, m := range list.Models {
			names = append(names, m.Name)
		}
		return names
	}
	var first string
	for _, precision := range []string{"f16", "q8_0", "f16"} {
		name := makeRandom(t, s, precision)
		answer, err := s.Generate(ctx, short(name, 4))
		require.NoError(t, err)
		if precision == "f16" {
			if first == "" {
				first = answer.Response
			}
			require.Equal(t, first, answer.Response, "made again, it is the same")
		}
		require.Equal(t, []string{name}, models())
		require.NoError(t, s.Delete(ctx, name))
		require.Empty(t, models())
		_, err = s.CheckCPU(ctx, name)
		require.ErrorContains(t, err, "is not loaded")
		_, err = s.Generate(ctx, short(name, 1))
		require.ErrorContains(t, err, "has no model "+name)
		require.ErrorContains(t, s.Delete(ctx, name), "was not made here", "it is gone")
	}

	name := makeRandom(t, s, "q8_0")
	require.NoError(t, s.Client().Copy(ctx, &api.CopyRequest{Source: name, Destination: "theirs"}))
	require.ErrorContains(t, s.Delete(ctx, "theirs"), "theirs at "+s.URL()+" was not made here, and is not deleted")
	require.Len(t, models(), 2)
	require.NoError(t, s.Client().Delete(ctx, &api.DeleteRequest{Model: name}))
	require.ErrorContains(t, s.Delete(ctx, name), "try: ollama rm "+name, "somebody has deleted it already")
}

// A model that is being unloaded is still in memory: its file goes when it is not, else its memory is the next pair's.
func TestDeleteWaits(t *testing.T) {
	for _, test := range []struct {
		name   string
		listed int // how often the server still has the model in memory
		want   []string
		why    string
	}{
		{"never loaded", 0, []string{"POST /api/generate", "GET /api/ps", "DELETE /api/delete"}, "nothing to wait for"},
		{"takes its time", 2, []string{"POST /api/generate", "GET /api/ps", "GET /api/ps", "GET /api/ps", "DELETE /api/delete"}, "Ollama answers before it has unloaded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var asked []string
			listed := test.listed
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.Method+" "+r.URL.Path)
				answer := `{"models":[{"name":"other:f16"}],"done":true}`
				if r.URL.Path == "/api/ps" && listed > 0 {
					listed--
					answer = `{"models":[{"name":"m:f16"}]}`
				}
				_, _ = io.WriteString(w, answer)
			}))
			defer server.Close()
			s := newServer(mustParse(t, server.URL), nil)
			s.created = []string{"m:f16"}
			require.NoError(t, s.Delete(t.Context(), "m:f16"))
			require.Equal(t, test.want, asked, test.why)
			require.Empty(t, s.created)
		})
	}
}

// A model that is made anew of another template is still one model, deleted once when the server of others is left.
func TestCloseDeletesOnce(t *testing.T) {
	theirs := live(t)
	s, err := Start(t.Context(), Location{URL: theirs.URL(), Origin: "OLLAMA_HOST"}, Options{})
	require.NoError(t, err)
	name := makeRandom(t, s, "f16")
	again, _, err := s.Create(t.Context(), Model{Name: "random", Weights: randomWeights(t, 1), Template: "{{ .Prompt }}!", Precision: "f16"})
	require.NoError(t, err)
	require.Equal(t, name, again)
	require.NoError(t, s.Close())
}
