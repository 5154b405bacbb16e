package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/dataset"
)

func TestCatalogue(t *testing.T) {
	sets, err := parseCatalogue(setsJSON)
	require.NoError(t, err)
	require.NotEmpty(t, sets)
	names := make(map[string]bool)
	for _, s := range sets {
		require.False(t, names[s.Name], "%s: a name is for one set", s.Name)
		names[s.Name] = true
		for what, v := range map[string]string{"name": s.Name, "title": s.Title, "file": s.File, "form": s.Form,
			"licence": s.Licence.Name, "its conditions": s.Licence.Allows, "source": s.Source} {
			require.Equal(t, strings.TrimSpace(v), v, s.Name)
			require.NotEmpty(t, v, "%s: %s", s.Name, what)
		}
		require.True(t, filepath.IsLocal(s.Name) && filepath.Base(s.Name) == s.Name, "%s is a folder's name", s.Name)
		require.True(t, filepath.IsLocal(s.File) && filepath.Base(s.File) == s.File, "%s is a file's name", s.File)
		links := []string{s.Home, s.Licence.URL}
		if s.URL != "" {
			links = append(links, s.URL)
		}
		for _, link := range links {
			u, err := url.Parse(link)
			require.NoError(t, err, s.Name)
			require.Equal(t, "https", u.Scheme, link)
			require.NotEmpty(t, u.Host, link)
		}
		require.NotEqual(t, s.URL == "", s.ByHand == "", "%s: a set has a URL, or a reason why not", s.Name)
		hash, err := hex.DecodeString(s.SHA256)
		require.NoError(t, err, s.Name)
		require.Len(t, hash, 32, s.Name)
		require.Equal(t, strings.ToLower(s.SHA256), s.SHA256, "%s: hashes are compared as text", s.Name)
		require.Positive(t, s.Bytes, s.Name)
		require.Positive(t, s.Records, s.Name)
		_, err = dataset.ParseNames(s.Names)
		require.NoError(t, err, s.Name)
		_, err = time.Parse(time.DateOnly, s.LookedUp)
		require.NoError(t, err, s.Name)
	}
}

// TestPublicSets holds the catalogue against the files that people really have, which JOULEBENCH_DATA names the folder
// of: the hash, and the way to read each. What isn't among them was held against the archive that the catalogue names.
func TestPublicSets(t *testing.T) {
	dir := os.Getenv("JOULEBENCH_DATA")
	if dir == "" {
		t.Skip("set JOULEBENCH_DATA to the folder with the public sets")
	}
	sets, err := parseCatalogue(setsJSON)
	require.NoError(t, err)
	g := &getter{sets: sets, cache: t.TempDir()}
	var held []string
	for i := range sets {
		s, path := &sets[i], filepath.Join(dir, sets[i].File)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		require.NoError(t, err)
		require.Equal(t, s.Bytes, info.Size(), s.Name)
		require.NoError(t, g.run([]string{s.Name, "-file", path}, new(bytes.Buffer), new(bytes.Buffer)))
		require.True(t, g.cached(s), s.Name)

		var o dataset.Options
		flags := flag.NewFlagSet(s.Name, flag.ContinueOnError)
		o.Register(flags)
		require.NoError(t, flags.Parse(strings.Fields(s.flags())))
		set, err := o.Open(g.path(s))
		require.NoError(t, err)
		require.Equal(t, s.Form, set.Form, s.Name)
		require.Equal(t, s.Records, set.Records(), s.Name)
		require.Equal(t, []string{"negative", "neutral", "positive"}, set.Labels,
			"%s: read as the catalogue says, it fits the suite", s.Name)
		held = append(held, s.Name)
	}
	require.Equal(t, []string{"kaggle-financial-sentiment", "phrasebank-allagree", "phrasebank-50agree", "tfns-valid",
		"fiqa-headlines"}, held)
}

func TestCatalogueErrors(t *testing.T) {
	for _, tt := range []struct{ reason, data, want string }{
		{"a misspelt field must not be lost", `[{"name": "a", "licens": "MIT"}]`, `unknown field "licens"`},
		{"nor what follows the list", `[] []`, "more than one list"},
		{"cut off", `[{"name": "a"}`, "unexpected EOF"},
	} {
		_, err := parseCatalogue([]byte(tt.data))
		require.ErrorContains(t, err, tt.want, tt.reason)
		require.ErrorContains(t, err, "dataset: sets.json: ", tt.reason)
	}
}

func FuzzCatalogue(f *testing.F) {
	f.Add(setsJSON)
	f.Add([]byte(`[{"name": "a", "bytes": -1, "licence": {}}] `))
	f.Fuzz(func(t *testing.T, data []byte) {
		sets, err := parseCatalogue(data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "dataset: sets.json: ") {
				t.Fatal(err)
			}
			return
		}
		for _, s := range sets {
			if found, err := find(sets, s.Name); err != nil || found.Name != s.Name {
				t.Fatalf("%q is not found: %v", s.Name, err)
			}
		}
	})
}
