package ollama

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// digits is a digest of one repeated hex digit.
func digits(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

// manifestOf is a manifest as Ollama writes it, of one layer and a configuration.
func manifestOf(digest string, size int) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"%s","size":3},"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"%s","size":%d}]}`, digits("c"), digest, size)
}

func TestRemote(t *testing.T) {
	var asked string
	body, status := manifestOf(digits("a"), 700), http.StatusOK
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		if status == http.StatusFound {
			http.Redirect(w, r, "https://127.0.0.1:1/elsewhere", status)
			return
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer registry.Close()
	host := strings.TrimPrefix(registry.URL, "http://")
	name := registry.URL + "/library/m:q8_0"

	m, err := Remote(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, "/v2/library/m/manifests/q8_0", asked)
	want := Manifest{
		Name: host + "/library/m:q8_0", Digest: fmt.Sprintf("%x", sha256.Sum256([]byte(body))),
		Layers: []Layer{{digits("a"), 700}, {digits("c"), 3}},
	}
	require.Empty(t, cmp.Diff(want, m))
	require.EqualValues(t, 703, m.Size())

	// Another registry's spaces, order and further fields are not stored by Ollama, and so no part of the model's digest.
	body = strings.Replace(body, `{"schemaVersion":2,`, `{ "annotations": {}, "schemaVersion": 2, `, 1)
	m, err = Remote(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, want.Digest, m.Digest)
	body = strings.Replace(body, `"size":700}]`, `"size":700},{"digest":"`+digits("a")+`","size":700}]`, 1)
	m, err = Remote(t.Context(), name)
	require.NoError(t, err)
	require.EqualValues(t, 703, m.Size(), "a file that is named twice is downloaded once")

	for _, test := range []struct {
		reason string
		status int
		body   string
		fault  string
	}{
		{"no such tag", 404, `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`, host + " has no such model or tag"},
		{"private", 401, ``, "only for those who log in"},
		{"forbidden", 403, ``, "only for those who log in"},
		{"overloaded", 503, `busy`, `gave 503 Service Unavailable: "busy" (try again later)`},
		{"redirected to another scheme", 302, ``, "it redirects to https://127.0.0.1:1/elsewhere"},
		{"a page", 200, `<html>`, `"<html>" is not a manifest`},
		{"an index of platforms", 200, `{"schemaVersion":2,"manifests":[]}`, `not the manifest of a model: a layer of digest ""`},
		{"nothing", 200, `{}`, `not the manifest of a model`},
		{"no layers", 200, `{"config":{"digest":"` + digits("c") + `","size":3}}`, "it has no layers"},
		{"a way out of the store", 200, manifestOf("sha256:../../../etc/passwd", 1), `a layer of digest "sha256:../../../etc/passwd"`},
		{"upper case", 200, manifestOf(digits("A"), 1), "a layer of digest"},
		{"less than nothing", 200, manifestOf(digits("a"), -1), "and -1 bytes"},
		{"endless", 200, strings.Repeat(" ", manifestLimit+1), "more than 4194304 bytes"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			status, body = test.status, test.body
			_, err := Remote(t.Context(), name)
			require.ErrorContains(t, err, test.fault)
			require.ErrorContains(t, err, "manifest of "+name)
		})
	}
	for _, name := range []string{"", ":", "a b", "ftp://h/n/m:t", "http://m:t", "m:", "h/n/m/x:t", "../../m:t"} {
		_, err := Remote(t.Context(), name)
		require.ErrorContains(t, err, "is no name of a model", name)
	}
}
