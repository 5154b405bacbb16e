package ollama

import (
	"fmt"
	"time"
)

// The engines of Ollama, as Runner.Engine names them.
const (
	llamaEngine  = "llama.cpp"
	ollamaEngine = "ollama"
)

// Runner is the process that computes a model, as the server's log tells of it.
type Runner struct {
	Parallel int    // requests that it computes at once
	Engine   string // "llama.cpp", or "ollama" for Ollama's own: of newer architectures, or by OLLAMA_NEW_ENGINE
}

// BatchDependent reports whether an answer depends on which other requests happen to be computed with it, where
// Parallel is more than 1. In Ollama's own engine it does: log-probabilities differed by up to 0.002 at f16, 0.027 at
// q8_0 and 0.13 at q4_K_M between runs of four requests at once, and greedy answers of 8 tokens with them (v0.17.4). In
// llama.cpp they were equal to the bit at q8_0 and q4_K_M, and within 1e-4 at f16.
func (r Runner) BatchDependent() bool { return r.Engine == ollamaEngine }

// Runner tells of the runner that was started last: that of the model that was asked last, since a server started here
// holds one model at a time. It is an error before any model has been loaded, and for someone else's server.
func (s *Server) Runner() (Runner, error) {
	if s.keeper == nil {
		return Runner{}, fmt.Errorf("ollama: how the server at %s computes stands in its log, which is not ours to read (unset OLLAMA_HOST to have one started)", s.url)
	}
	// The server itself logs that it starts a runner; what the runner says comes through a pipe, maybe a moment later.
	for deadline := time.Now().Add(time.Second); ; time.Sleep(10 * time.Millisecond) {
		log, err := s.readLog()
		switch {
		case err != nil:
			return Runner{}, fmt.Errorf("ollama: the log of the server at %s: %w", s.url, err)
		case log.runner.Engine == "":
			return Runner{}, fmt.Errorf("ollama: the log of the server at %s tells of no runner (ask it something first; its words are those of Ollama %s, the server is %s)", s.url, Version, s.version)
		case log.runner.Parallel > 0:
			return log.runner, nil
		case time.Now().After(deadline):
			return Runner{}, fmt.Errorf("ollama: the log of the server at %s does not tell how many requests its runner computes at once (it may have failed to load; its words are those of Ollama %s, the server is %s)", s.url, Version, s.version)
		}
	}
}

// CheckParallel makes sure that the model, which must be the one that was asked last, is computed as many requests at
// once as [Options] asked for: of some families Ollama computes one, whatever it was told. Someone else's server cannot
// be checked: there its user's word stands, see [Options]. Where one at a time was asked for, a log that tells nothing
// is no fault, since no Ollama then does more.
func (s *Server) CheckParallel(model string) error {
	if s.keeper == nil {
		return nil
	}
	r, err := s.Runner()
	switch {
	case err != nil && s.parallel == 1:
		return nil
	case err != nil:
		return err
	case r.Parallel != s.parallel:
		return fmt.Errorf("ollama: %s at %s is computed %d at a time, not %d as asked for: Ollama takes 1 for some families whatever OLLAMA_NUM_PARALLEL says (qwen3vl, qwen3next, lfm2 and others): ask it one request at a time", model, s.url, r.Parallel, s.parallel)
	}
	return nil
}
