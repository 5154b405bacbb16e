package ollama

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/ollama/ollama/api"
	ollamamodel "github.com/ollama/ollama/types/model"
)

// Model is what [Server.Create] makes.
type Model struct {
	Name      string // without tag, e.g. "llama3.2-mini"
	Weights   string // GGUF file in f16
	Projector string // GGUF file of the CLIP projector of a model that sees images; "" for one that does not
	Template  string // Ollama's prompt template; "" is Ollama's own choice
	Precision string // as Ollama writes it, see Precisions
}

// Create has the server hold the model at its precision, quantised by Ollama itself but for f32 (see widen), and returns the
// name to ask it by and the weights' digest, the first 12 hex digits of the SHA-256 of the file (with a projector: of the
// digests of both, one after the other). The name carries both digest and precision, so that a model which is there already
// is used as it is, and never one of other weights.
//
// Refused are weights that would crash the server, that differ from the digest in a SHA256SUMS beside them, or whose
// dimensions make Ollama fall back to another type silently. A projector is not quantised.
func (s *Server) Create(ctx context.Context, m Model) (name, digest string, err error) {
	if !slices.Contains(Precisions(), m.Precision) {
		return "", "", fmt.Errorf("ollama: %s: precision %q: %s can be made of f16 weights", m.Name, m.Precision, strings.Join(Precisions(), ", "))
	}
	weights, digest, err := openWeights(m.Weights, checkWeights)
	if err != nil {
		return "", "", fmt.Errorf("ollama: weights of %s: %w", m.Name, err)
	}
	defer weights.Close()
	files := map[string]blob{"model.gguf": {weights, digest}}
	if m.Projector != "" {
		projector, sum, err := openWeights(m.Projector, checkProjector)
		if err != nil {
			return "", "", fmt.Errorf("ollama: projector of %s: %w", m.Name, err)
		}
		defer projector.Close()
		files["projector.gguf"] = blob{projector, sum}
		digest = fmt.Sprintf("%x", sha256.Sum256([]byte(digest+sum)))
	}
	digest = digest[:12]
	name = m.Name + "-" + digest + ":" + m.Precision
	if !ollamamodel.ParseName(name).IsValid() {
		return "", "", fmt.Errorf("ollama: %q is no name for a model: letters, digits, '-', '_' and '.' only", m.Name)
	}

	there, err := s.holds(ctx, name, m)
	if err != nil || there {
		return name, digest, err
	}
	if m.Precision == "f32" {
		wide, err := os.CreateTemp("", "joulebench-f32-*.gguf")
		if err != nil {
			return "", "", fmt.Errorf("ollama: %s at f32: %w", m.Name, err)
		}
		defer os.Remove(wide.Name())
		defer wide.Close()
		if err := widen(weights, wide); err != nil {
			return "", "", fmt.Errorf("ollama: writing %s as f32 to %s: %w", m.Weights, wide.Name(), err)
		}
		sum, err := digestOf(wide)
		if err != nil {
			return "", "", fmt.Errorf("ollama: reading %s as f32 from %s: %w", m.Weights, wide.Name(), err)
		}
		files["model.gguf"] = blob{wide, sum}
	}
	if err := s.create(ctx, name, files, m); err != nil {
		return "", "", s.explain(ctx, name, err)
	}
	if there, err = s.holds(ctx, name, m); err == nil && !there {
		err = fmt.Errorf("ollama: %s at %s: was made and is not there as asked for", name, s.url)
	}
	return name, digest, err
}

// Made finds a model that [Server.Create] made under a name and at a precision, whatever its weights, and returns what it is to be
// asked by, and the weights' digest; both are empty where there is none.
func (s *Server) Made(ctx context.Context, name, precision string) (full, digest string, err error) {
	list, err := s.Client().List(ctx)
	if err != nil {
		return "", "", s.explain(ctx, name, err)
	}
	for _, m := range list.Models {
		rest, ok := strings.CutPrefix(m.Name, name+"-")
		if digest, made := strings.CutSuffix(rest, ":"+precision); ok && made && len(digest) == 12 {
			there, err := s.holds(ctx, m.Name, Model{Name: name, Precision: precision})
			if err != nil || there {
				return m.Name, digest, err
			}
		}
	}
	return "", "", nil
}

// openWeights opens a GGUF that check lets pass and returns it with its SHA-256 in hex.
func openWeights(path string, check func(io.ReadSeeker) error) (f *os.File, sum string, err error) {
	if f, err = os.Open(path); err != nil {
		return nil, "", err
	}
	if err = check(f); err == nil {
		sum, err = digestOf(f)
	}
	if err == nil {
		err = checkSum(path, sum)
	}
	if err != nil {
		f.Close()
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return f, sum, nil
}

// A blob is a file with its SHA-256 in hex: it may be gigabytes, which are read for it once and sent without being held in
// memory.
type blob struct {
	file *os.File
	sum  string
}

func (s *Server) create(ctx context.Context, name string, files map[string]blob, m Model) error {
	blobs := map[string]string{}
	for role, f := range files {
		blobs[role] = "sha256:" + f.sum
		if there, err := s.hasBlob(ctx, blobs[role]); err != nil || there {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := f.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		// The client closes what it sends.
		if err := s.Client().CreateBlob(ctx, blobs[role], io.NopCloser(f.file)); err != nil {
			return err
		}
	}
	request := &api.CreateRequest{
		Model:    name,
		Files:    blobs,
		Template: m.Template,
		// What a request does not say. Ollama's own repeat_penalty of 1.1 would punish the labels named in the prompt.
		Parameters: map[string]any{"temperature": 0, "repeat_penalty": 1},
	}
	if m.Precision != "f32" {
		request.Quantize = m.Precision
	}
	return s.request(ctx, request)
}

// request has the server make a model and notes that it was made here.
func (s *Server) request(ctx context.Context, request *api.CreateRequest) error {
	name, status := request.Model, ""
	err := s.Client().Create(ctx, request, func(p api.ProgressResponse) error {
		status = p.Status
		return nil
	})
	if err == nil && status != "success" {
		err = fmt.Errorf("the server's account of it broke off after %q", status) // which the client takes for its end
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.created, name) { // of another template, it is made anew
		s.created = append(s.created, name)
	}
	return nil
}

// hasBlob reports whether the server has a file with this digest: all precisions are made of the same weights, and gigabytes
// need not be sent for each.
func (s *Server) hasBlob(ctx context.Context, digest string) (bool, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, s.url.JoinPath("/api/blobs/", digest).String(), nil)
	if err != nil {
		return false, err
	}
	resp, err := s.http.Do(r)
	if err != nil {
		return false, err
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK, nil // else sending it tells what is wrong
}

// holds reports whether the server has the model with this template. It is an error if what it has under that name is of
// another precision.
func (s *Server) holds(ctx context.Context, name string, m Model) (bool, error) {
	show, err := s.Client().Show(ctx, &api.ShowRequest{Model: name})
	var status api.StatusError
	switch {
	case errors.As(err, &status) && status.StatusCode == http.StatusNotFound:
		return false, nil
	case err != nil:
		return false, s.explain(ctx, name, err)
	}
	for _, p := range precisions {
		if p.name != m.Precision {
			continue
		}
		if err := p.check(show.Tensors); err != nil {
			return false, fmt.Errorf("ollama: %s at %s: %w (if somebody else made it, delete it: ollama rm %s)", name, s.url, err, name)
		}
	}
	return m.Template == "" || show.Template == m.Template, nil
}

// digestOf returns the SHA-256 of a file in hex and winds it back.
func digestOf(file io.ReadSeeker) (string, error) {
	hash := sha256.New()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	_, err := file.Seek(0, io.SeekStart)
	return hex.EncodeToString(hash.Sum(nil)), err
}
