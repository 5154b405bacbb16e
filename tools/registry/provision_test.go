package registry

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
)

// mini is a model of the repository.
func mini(family, precision string) ollama.Model {
	const fixtures = "../../fixtures/models/"
	m := ollama.Model{Name: family, Weights: fixtures + family + ".gguf", Template: "{{ .Prompt }}", Precision: precision}
	if family == "llava-mini" {
		m.Projector = fixtures + "llava-mini-projector.gguf"
	}
	return m
}

// push makes a model, asks it, puts it into the registry under a tag and deletes it. It returns its name there.
func push(t *testing.T, s *ollama.Server, r *registry, m ollama.Model, tag string) (name, answer string) {
	t.Helper()
	made, _, err := s.Create(t.Context(), m)
	require.NoError(t, err)
	answer = ask(t, s, made)
	name = strings.TrimPrefix(r.prefix, "http://") + tag
	require.NoError(t, s.Client().Copy(t.Context(), &api.CopyRequest{Source: made, Destination: name}))
	status := ""
	require.NoError(t, s.Client().Push(t.Context(), &api.PushRequest{Model: name, Insecure: true}, func(p api.ProgressResponse) error {
		status = p.Status
		return nil
	}))
	require.Equal(t, "success", status)
	require.NoError(t, s.Client().Delete(t.Context(), &api.DeleteRequest{Model: name}))
	require.NoError(t, s.Delete(t.Context(), made))
	return "http://" + name, answer
}

func ask(t *testing.T, s *ollama.Server, name string) string {
	t.Helper()
	answer, err := s.Generate(t.Context(), &api.GenerateRequest{
		Model: name, Prompt: "Sales rose. Sentiment:", Options: map[string]any{"temperature": 0, "num_predict": 4, "num_thread": 1, "num_ctx": 512},
	})
	require.NoError(t, err)
	return answer.Response
}

func listed(t *testing.T, s *ollama.Server) []string {
	t.Helper()
	list, err := s.Client().List(t.Context())
	require.NoError(t, err)
	names := []string{}
	for _, m := range list.Models {
		names = append(names, m.Name)
	}
	return names
}

// blobs lists the files of a store.
func blobs(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "blobs", "*"))
	require.NoError(t, err)
	return paths
}

// All five families as a run provisions them: pushed, deleted, pulled into a store that is kept, asked, pinned, pruned.
func TestFamilies(t *testing.T) {
	r, maker := newRegistry(t), start(t, ollama.Options{})
	dir, lock := filepath.Join(t.TempDir(), "models"), filepath.Join(t.TempDir(), "models.lock")
	s := start(t, ollama.Options{Models: dir})
	theirs, _, err := start(t, ollama.Options{Models: dir}).Create(t.Context(), mini("mistral-mini", "f16"))
	require.NoError(t, err)
	there := len(blobs(t, dir))

	today := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for _, family := range []string{"llama3.2-mini", "phi3-mini", "mistral-mini", "qwen2-mini", "llava-mini"} {
		for _, precision := range []string{"f16", "q4_K_M"} {
			t.Run(family+"/"+precision, func(t *testing.T) {
				name, answer := push(t, maker, r, mini(family, precision), family+":"+precision)
				pins, err := ollama.ReadPins(lock)
				require.NoError(t, err)
				require.Empty(t, pins.Want(name))
				var last ollama.Progress
				got, err := s.Pull(t.Context(), name, "", func(p ollama.Progress) { last = p })
				require.NoError(t, err)
				require.Equal(t, ollama.Progress{Status: "success", Completed: got.Size(), Total: got.Size()}, last)
				require.Equal(t, strings.TrimPrefix(name, "http://"), got.Name)
				require.Equal(t, answer, ask(t, s, got.Name), "the same weights in another server")
				_, err = s.CheckCPU(t.Context(), got.Name)
				require.NoError(t, err)
				require.Equal(t, answer, ask(t, s, name), "by the name as it stands in a suite, too")
				_, err = s.CheckCPU(t.Context(), name)
				require.NoError(t, err)
				require.NoError(t, s.Verify(t.Context(), name))
				digest, err := s.Digest(t.Context(), name, precision)
				require.NoError(t, err)
				require.Equal(t, got.Digest[:12], digest)
				pins.Pin(got, today)
				require.NoError(t, pins.Write(lock))
			})
		}
	}
	require.Len(t, listed(t, s), 11)
	require.Len(t, s.Pulled(), 10)

	// The next run has all of it and needs no registry.
	r.set(func() { r.gone = true })
	pins, err := ollama.ReadPins(lock)
	require.NoError(t, err)
	require.Len(t, pins, 10)
	next := start(t, ollama.Options{Models: dir})
	for name := range pins {
		got, err := next.Pull(t.Context(), "http://"+name, pins.Want(name), nil)
		require.NoError(t, err)
		require.Equal(t, pins.Want(name), got.Digest)
	}
	require.Empty(t, next.Pulled())
	require.NoError(t, next.Prune(t.Context()))
	require.Len(t, listed(t, s), 11, "what was there before this process stays")
	require.ErrorIs(t, next.Delete(t.Context(), s.Pulled()[0]), ollama.ErrNotMade)

	require.NoError(t, s.Prune(t.Context()))
	require.Equal(t, []string{theirs}, listed(t, s))
	require.Len(t, blobs(t, dir), there, "nothing of what was pulled lies about, and what both had is still there")
	require.Empty(t, s.Pulled())
}

// Where a registry has no tag at a precision, it is made of the one at f16.
func TestCreateFrom(t *testing.T) {
	r, maker, s := newRegistry(t), start(t, ollama.Options{}), start(t, ollama.Options{})
	for _, family := range []string{"llama3.2-mini", "llava-mini"} {
		t.Run(family, func(t *testing.T) {
			m := mini(family, "f16")
			m.Template = "{{ .System }} {{ .Prompt }}"
			name, _ := push(t, maker, r, m, family+":f16")
			_, _, err := s.CreateFrom(t.Context(), name, "q8_0")
			require.ErrorContains(t, err, "has no model "+name+" to make q8_0 of (pull it first)", "Ollama would pull whatever it is now")
			source, err := s.Pull(t.Context(), name, "", nil)
			require.NoError(t, err)
			made, digest, err := s.CreateFrom(t.Context(), name, "q8_0")
			require.NoError(t, err)
			require.Equal(t, source.Digest[:12], digest)
			require.Equal(t, family+"-"+digest+":q8_0", made)

			m.Precision = "q8_0"
			direct, _, err := s.Create(t.Context(), m)
			require.NoError(t, err)
			require.Equal(t, ask(t, s, direct), ask(t, s, made), "the same weights, template and parameters by the other way")
			require.NoError(t, s.Prune(t.Context()))
			require.Empty(t, listed(t, s))
		})
	}
}
