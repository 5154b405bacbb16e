package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ollama/ollama/api"
)

// ErrCutOff says that the server stopped in mid-answer without a reason, as Ollama does after 30 equal tokens in a row.
var ErrCutOff = errors.New("the answer was cut off")

// Generate asks a model and waits for the whole answer; r.Stream is not looked at. An answer that the server did not finish
// is an error, of [ErrCutOff] where it came without one: what was said until then is returned with it. After a runner has
// died, the next request loads the model again; after the server has, every request fails.
//
// This is what is measured, so it is a connection of our own with the package's types, not [api.Client.Generate]: that
// allocates a scan buffer of 8 MB for every call, which takes longer than everything else on the client's side
// (BenchmarkGenerate).
func (s *Server) Generate(ctx context.Context, r *api.GenerateRequest) (*api.GenerateResponse, error) {
	whole := false
	request := *r
	request.Stream = &whole
	body, err := json.Marshal(&request)
	if err != nil {
		return nil, fmt.Errorf("ollama: request to %s: %w", r.Model, err)
	}
	answer := new(api.GenerateResponse)
	if err := s.post(ctx, body, answer); err != nil {
		return nil, s.explain(ctx, r.Model, err)
	}
	if !answer.Done {
		return answer, fmt.Errorf("ollama: %s at %s: %w after %q (many equal tokens in a row: lower num_predict, or ask for a format)", r.Model, s.url, ErrCutOff, answer.Response)
	}
	return answer, nil
}

// post sends a request to /api/generate and decodes the answer.
func (s *Server) post(ctx context.Context, body []byte, answer any) error {
	resp, reply, err := s.wire.post(ctx, body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		status := api.StatusError{StatusCode: resp.StatusCode, Status: resp.Status}
		if json.Unmarshal(reply, &status) != nil || status.ErrorMessage == "" {
			status.ErrorMessage = fmt.Sprintf("%.200q", reply)
		}
		return status
	}
	if err := json.Unmarshal(reply, answer); err != nil {
		return fmt.Errorf("the answer %.200q is not JSON: %w", reply, err)
	}
	return nil
}

// explain adds to an error what was asked, where, and what can be done.
func (s *Server) explain(ctx context.Context, model string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ollama: %s at %s had not answered when the request was given up: %w (allow more time, or lower num_predict)", model, s.url, err)
	}
	var status api.StatusError
	switch {
	case errors.As(err, &status) && status.StatusCode == http.StatusNotFound:
		return fmt.Errorf("ollama: the server at %s has no model %s: %w (Create makes it; ollama list shows what is there)", s.url, model, err)
	case errors.As(err, &status) && status.StatusCode >= http.StatusInternalServerError:
		if _, after, ok := strings.Cut(s.lastWords(), "unknown model architecture: '"); ok {
			arch, _, _ := strings.Cut(after, "'")
			return fmt.Errorf("ollama: %s at %s: Ollama %s does not know the architecture %q (use a newer Ollama, or weights of an architecture that this one knows): %w", model, s.url, s.Version(), arch, err)
		}
		if s.kept { // where files lie for months
			err = errors.Join(err, s.Verify(ctx, model))
		}
		return fmt.Errorf("ollama: %s at %s: %w (its runner failed; the next request starts a new one)%s", model, s.url, err, s.lastWords())
	case errors.As(err, &status):
		return fmt.Errorf("ollama: %s at %s refused the request: %w", model, s.url, err)
	case s.keeper == nil:
		return fmt.Errorf("ollama: %s at %s: %w (is that server still running? see its log)", model, s.url, err)
	}
	if fate := s.keeper.fate(time.Second); fate != "" {
		return fmt.Errorf("ollama: %s at %s: %w: %s", model, s.url, err, fate)
	}
	return fmt.Errorf("ollama: %s at %s: %w%s", model, s.url, err, s.lastWords())
}

func (s *Server) lastWords() string {
	if s.keeper == nil {
		return ""
	}
	return s.keeper.lastWords()
}
