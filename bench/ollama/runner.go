package ollama

import (
	"cmp"
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

	FlashAttention string // Auto, Enabled or Disabled
	KVCache        string // precision of the KV cache; "" is f16
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

// Loads counts how often a server that was started here has loaded a model so far. Ollama loads one again by itself when its
// runner has ended, or when a request says another num_ctx or num_thread: then an answer took longer than answers take. Of
// someone else's server it is 0.
func (s *Server) Loads() int {
	if s.keeper == nil {
		return 0
	}
	log, _ := s.readLog() // what was known before is what there is
	return log.loads
}

// CheckRunner makes sure that the model, which must be the one that was asked last, is computed as [Options] and the user's
// environment asked for: Ollama ignores a KV cache's precision without flash attention, ignores either for families that
// lack it, and computes some one request at a time, whatever it was told, with no more than a line in its log. Someone
// else's server cannot be checked: there its user's word stands, see [Options]. Where nothing but one request at a time
// was asked for, a log that tells nothing is no fault, since no Ollama then does more.
func (s *Server) CheckRunner(model string) error {
	if s.keeper == nil {
		return nil
	}
	kv, attention := s.asked("OLLAMA_KV_CACHE_TYPE"), s.asked("OLLAMA_FLASH_ATTENTION")
	r, err := s.Runner()
	switch {
	case err != nil && s.parallel == 1 && kv == "" && attention == "":
		return nil
	case err != nil:
		return err
	case kv != "" && kv != cmp.Or(r.KVCache, "f16"):
		return fmt.Errorf("ollama: %s at %s keeps its KV cache at %s, not at %s as asked for: Ollama needs flash attention for any but f16, and has it for some families only (leave -kv-cache and OLLAMA_KV_CACHE_TYPE out for this model)", model, s.url, cmp.Or(r.KVCache, "f16"), kv)
	case attention != "" && r.FlashAttention != flashAttention(attention):
		return fmt.Errorf("ollama: %s at %s is computed with flash attention %s, not %s as asked for: Ollama has it for some families only (leave -flash-attention and OLLAMA_FLASH_ATTENTION out for this model)", model, s.url, r.FlashAttention, flashAttention(attention))
	case r.Parallel != s.parallel:
		return fmt.Errorf("ollama: %s at %s is computed %d at a time, not %d as asked for: Ollama takes 1 for some families whatever OLLAMA_NUM_PARALLEL says (qwen3vl, qwen3next, lfm2 and others): ask it one request at a time", model, s.url, r.Parallel, s.parallel)
	}
	return nil
}
