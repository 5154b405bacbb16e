package ollama

import (
	"context"
	"fmt"
	"maps"

	"github.com/ollama/ollama/api"
)

// flushPrompt is what no prompt begins with: a control character, START OF HEADING, which is a token of its own where
// text is cut into bytes, as it is in all vocabularies of language models that the study names.
const flushPrompt = "\x01"

// Flush makes the server evaluate the model's next prompt from its first token, whatever it was asked before. Ollama
// keeps the prompt that it evaluated last and takes from there as many tokens as the next has in common with it; it has
// no switch for that and counts them as evaluated. So another prompt is put there that has nothing in common with any
// but the token that begins every text, where the vocabulary has one: a next prompt of which only that is taken over
// counts as evaluated from the first. The options must be those of the next request, since another num_ctx or
// num_thread loads the model again.
//
// A server that computes several requests at once keeps as many prompts, of which this replaces one: it is an error
// there, and at someone else's server unless its user says that it computes one, by OLLAMA_NUM_PARALLEL=1.
func (s *Server) Flush(ctx context.Context, model string, options map[string]any) error {
	switch {
	case s.parallel > 1:
		return fmt.Errorf("ollama: the server at %s computes %d requests at once and keeps as many prompts: they cannot all be flushed (ask it one at a time)", s.url, s.parallel)
	case s.parallel == 0:
		return fmt.Errorf("ollama: the server at %s may keep several prompts, and cannot be asked (set OLLAMA_NUM_PARALLEL=1 for the server and for this command, or unset OLLAMA_HOST to have a server started)", s.url)
	}
	one := map[string]any{}
	maps.Copy(one, options)
	one["num_predict"] = 1
	_, err := s.Generate(ctx, &api.GenerateRequest{Model: model, Prompt: flushPrompt, Raw: true, Options: one})
	return err
}
