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
	Template  string // Ollama's prompt template; "" is Ollama's own choice
	Precision string // as Ollama writes it, see Precisions
}

// precisions are what Ollama makes of f16 weights (`quantize` of /api/create). F32, which it accepts too, is not among them:
// it stores the output matrix of such a model as Q6_K (v0.17.4, getTensorNewType), and calls the result unknown.
var precisions = []string{"f16", "q8_0", "q4_K_M", "q4_K_S"}

// Precisions lists the precisions that [Server.Create] can make.
func Precisions() []string { return slices.Clone(precisions) }

// Create has the server hold the model at its precision, quantised by Ollama itself, and returns the name to ask it by and
// the weights' digest, the first 12 hex digits of the file's SHA-256. The name carries both digest and precision, so that a
// model which is there already is used as it is. Weights that would crash the server, and weights whose dimensions make
// Ollama fall back to another type silently, are refused.
func (s *Server) Create(ctx context.Context, m Model) (name, digest string, err error) {
	if !slices.Contains(precisions, m.Precision) {
		return "", "", fmt.Errorf("ollama: %s: precision %q: Ollama makes %s of f16 weights", m.Name, m.Precision, strings.Join(precisions, ", "))
	}
	file, err := os.Open(m.Weights)
	if err != nil {
		return "", "", fmt.Errorf("ollama: weights of %s: %w", m.Name, err)
	}
	defer file.Close()
	if err := checkWeights(file); err != nil {
		return "", "", fmt.Errorf("ollama: weights of %s: %s: %w", m.Name, m.Weights, err)
	}
	sum, err := digestOf(file)
	if err != nil {
		return "", "", fmt.Errorf("ollama: weights of %s: %w", m.Name, err)
	}
	digest = sum[:12]
	name = m.Name + "-" + digest + ":" + m.Precision
	if !ollamamodel.ParseName(name).IsValid() {
		return "", "", fmt.Errorf("ollama: %q is no name for a model: letters, digits, '-', '_' and '.' only", m.Name)
	}

	there, err := s.holds(ctx, name, m)
	if err != nil || there {
		return name, digest, err
	}
	if err := s.create(ctx, name, "sha256:"+sum, file, m); err != nil {
		return "", "", s.explain(ctx, name, err)
	}
	if there, err = s.holds(ctx, name, m); err == nil && !there {
		err = fmt.Errorf("ollama: %s at %s: was made and is not there as asked for", name, s.url)
	}
	return name, digest, err
}

func (s *Server) create(ctx context.Context, name, blob string, file io.Reader, m Model) error {
	// The client closes what it sends.
	if err := s.Client().CreateBlob(ctx, blob, io.NopCloser(file)); err != nil {
		return err
	}
	request := &api.CreateRequest{
		Model:    name,
		Files:    map[string]string{"model.gguf": blob},
		Template: m.Template,
		// What a request does not say. Ollama's own repeat_penalty of 1.1 would punish the labels named in the prompt.
		Parameters: map[string]any{"temperature": 0, "repeat_penalty": 1},
		Quantize:   m.Precision,
	}
	if err := s.Client().Create(ctx, request, func(api.ProgressResponse) error { return nil }); err != nil {
		return err
	}
	if s.keeper == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.created = append(s.created, name)
	}
	return nil
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
	case !strings.EqualFold(show.Details.QuantizationLevel, m.Precision):
		return false, fmt.Errorf("ollama: %s at %s is %s, not %s (delete it: ollama rm %s)", name, s.url, show.Details.QuantizationLevel, m.Precision, name)
	}
	if err := checkTypes(show.Tensors); err != nil {
		return false, fmt.Errorf("ollama: %s at %s: %w", name, s.url, err)
	}
	return m.Template == "" || show.Template == m.Template, nil
}

// checkTypes refuses a model some of whose weights Ollama stored in another type than the one it names. K-quants need rows of
// a multiple of 256; else it takes blocks of 32 (Q5_0, Q5_1) and goes on calling the model Q4_K_M.
func checkTypes(tensors []api.Tensor) error {
	for _, t := range tensors {
		if t.Type == "Q5_0" || t.Type == "Q5_1" {
			return fmt.Errorf("%s, of shape %v, fell back to %s: the precision is not what was asked for (rows must be multiples of 256)", t.Name, t.Shape, t.Type)
		}
	}
	return nil
}

// digestOf returns the SHA-256 of a file in hex and winds it back.
func digestOf(file io.ReadSeeker) (string, error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	_, err := file.Seek(0, io.SeekStart)
	return hex.EncodeToString(hash.Sum(nil)), err
}
