package ollama

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/ollama/ollama/manifest"
	ollamamodel "github.com/ollama/ollama/types/model"
)

// Manifest is what a registry, or a store, has under a name.
type Manifest struct {
	Name   string // as the server lists it, without what is Ollama's default: "llama3.2:1b", "127.0.0.1:5000/library/m:q8_0"
	Digest string // SHA-256 in 64 hex digits of the manifest as Ollama stores it; `ollama list` shows the first 12
	Layers []Layer
}

// Layer is a file of a model: its weights, template, parameters, licence or configuration.
type Layer struct {
	Digest string // "sha256:" and 64 hex digits
	Size   int64  // bytes
}

// Size is what the model takes on disk, in bytes.
func (m Manifest) Size() int64 {
	var sum int64
	for _, l := range m.Layers {
		sum += l.Size
	}
	return sum
}

// manifestLimit bounds what is read of a manifest, in bytes. Those of the library have less than 2 kB.
const manifestLimit = 4 << 20

var layerDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`) // it names a file

// Remote fetches the manifest of a model from its registry: what the model is and weighs, before any of it is downloaded.
// The name is one for `ollama pull`; a registry is asked over TLS, and over plain HTTP where the name begins with http://
// and only there.
//
// The API: https://distribution.github.io/distribution/spec/api/#pulling-an-image-manifest
func Remote(ctx context.Context, name string) (Manifest, error) {
	n, err := parseName(name)
	if err != nil {
		return Manifest{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body, err := fetchManifest(ctx, n)
	var m Manifest
	if err == nil {
		m, err = parseManifest(n, body)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("ollama: manifest of %s: %w", name, err)
	}
	return m, nil
}

func parseName(name string) (ollamamodel.Name, error) {
	n := ollamamodel.ParseName(name)
	if !n.IsValid() || n.ProtocolScheme != "https" && n.ProtocolScheme != "http" {
		return n, fmt.Errorf("ollama: %q is no name of a model (such as llama3.2:1b-instruct-q8_0 or http://127.0.0.1:5000/library/m:q8_0)", name)
	}
	return n, nil
}

func fetchManifest(ctx context.Context, n ollamamodel.Name) ([]byte, error) {
	u := n.BaseURL().JoinPath("v2", n.DisplayNamespaceModel(), "manifests", n.Tag)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/vnd.docker.distribution.manifest.v2+json") // as Ollama does
	client := &http.Client{CheckRedirect: func(to *http.Request, via []*http.Request) error {
		if len(via) >= 10 || to.URL.Scheme != u.Scheme {
			return fmt.Errorf("it redirects to %s", to.URL)
		}
		return nil
	}}
	resp, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w (no way to that registry from here: is there a network, or must HTTPS_PROXY be set? A registry that speaks plain HTTP is named http://%s/...)", err, n.Host)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, manifestLimit+1))
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s has no such model or tag: GET %s gave %s (the library's are on https://ollama.com/library)", n.Host, u, resp.Status)
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("GET %s gave %s: it does not exist, or only for those who log in, which is not done here", u, resp.Status)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("GET %s gave %s: %.200q (try again later)", u, resp.Status, body)
	case err != nil:
		return nil, fmt.Errorf("GET %s: the answer broke off: %w", u, err)
	case len(body) > manifestLimit:
		return nil, fmt.Errorf("GET %s gave more than %d bytes: not a manifest", u, manifestLimit)
	}
	return body, nil
}

// parseManifest reads a manifest. Ollama decodes what the registry sends and stores what it has understood, in its own form,
// whose digest is then the model's: so is it here. For what an Ollama has pushed, they are the same bytes.
func parseManifest(n ollamamodel.Name, body []byte) (Manifest, error) {
	var stored manifest.Manifest
	if err := json.Unmarshal(body, &stored); err != nil {
		return Manifest{}, fmt.Errorf("%.200q is not a manifest: %w", body, err)
	}
	m := Manifest{Name: n.DisplayShortest()}
	seen := make(map[string]bool)
	// The configuration says precision and family: without it Ollama lists a model and knows nothing of it.
	for _, l := range append(stored.Layers, stored.Config) {
		if !layerDigest.MatchString(l.Digest) || l.Size < 0 {
			return Manifest{}, fmt.Errorf("it is not the manifest of a model: a layer of digest %q and %d bytes", l.Digest, l.Size)
		}
		if !seen[l.Digest] {
			m.Layers = append(m.Layers, Layer{Digest: l.Digest, Size: l.Size})
		}
		seen[l.Digest] = true
	}
	if len(stored.Layers) == 0 {
		return Manifest{}, errors.New("it is not the manifest of a model: it has no layers")
	}
	again, err := json.Marshal(&stored)
	if err != nil {
		return Manifest{}, err
	}
	m.Digest = fmt.Sprintf("%x", sha256.Sum256(again))
	return m, nil
}
