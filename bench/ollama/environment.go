package ollama

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/ollama/ollama/envconfig"
)

// passed are the variables of the user's environment that reach a server started here. They are meant for what is
// measured: they change costs or answers, and so stand in Server.Settings. (A server that debugs writes some lines for
// every request.) No other one passes, least of all OLLAMA_NUM_PARALLEL, OLLAMA_MAX_LOADED_MODELS, OLLAMA_KEEP_ALIVE
// and OLLAMA_MODELS, which are set here; OLLAMA_CONTEXT_LENGTH, which a request says itself; OLLAMA_MULTIUSER_CACHE,
// which chooses the cached prefix; OLLAMA_LLM_LIBRARY; and whatever concerns GPUs or a network.
var passed = []string{"OLLAMA_DEBUG", "OLLAMA_FLASH_ATTENTION", "OLLAMA_KV_CACHE_TYPE", "OLLAMA_NEW_ENGINE"} // sorted

// passing returns what of the user's environment reaches the server, NAME=value each, on one line each; what the options
// say takes its place.
func (o Options) passing() []string {
	said := map[string]string{"OLLAMA_KV_CACHE_TYPE": o.KVCache, "OLLAMA_FLASH_ATTENTION": o.FlashAttention}
	var env []string
	for _, name := range passed {
		if value := cmp.Or(said[name], strings.Join(strings.Fields(envconfig.Var(name)), " ")); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// asked is what the settings say of a variable, lower-case as Ollama takes it, "" if nothing.
func (s *Server) asked(name string) string {
	_, value, _ := strings.Cut(" "+s.settings, " "+name+"=")
	value, _, _ = strings.Cut(value, " ")
	return strings.ToLower(value)
}

// flashAttention is what a runner's log calls a value of OLLAMA_FLASH_ATTENTION. Like Ollama it takes what is no boolean for
// true.
func flashAttention(value string) string {
	if on, err := strconv.ParseBool(value); err == nil && !on {
		return "Disabled"
	}
	return "Enabled"
}

// network returns what of the user's environment concerns the way to a registry.
func network() []string {
	var env []string
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		for _, name := range []string{name, strings.ToLower(name)} {
			if value, ok := os.LookupEnv(name); ok {
				env = append(env, name+"="+value)
			}
		}
	}
	return env
}

// Settings is what [Options] and the user's environment tell the server to do otherwise than Ollama does by itself, sorted: "" by
// default, else for example "OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=q8_0". Of someone else's server it is
// "unknown". Costs and answers under other settings are other numbers.
func (s *Server) Settings() string { return s.settings }

// statedParallel is how many requests someone else's server computes at once by the word of its user, who sets
// OLLAMA_NUM_PARALLEL for both; 0 where they do not say. The server cannot be asked.
func statedParallel() int {
	n, err := strconv.Atoi(envconfig.Var("OLLAMA_NUM_PARALLEL"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// checkStated refuses several requests at once of someone else's server, but for its user's word that it computes so many.
func checkStated(loc Location, asked int) error {
	stated := statedParallel()
	if asked <= 1 || stated == asked {
		return nil
	}
	says := "OLLAMA_NUM_PARALLEL does not say"
	if stated != 0 {
		says = fmt.Sprintf("OLLAMA_NUM_PARALLEL says %d", stated)
	}
	return fmt.Errorf("ollama: %d requests at once were asked for, and the server at %s (%s) cannot be asked how many it computes at once: %s (set OLLAMA_NUM_PARALLEL=%d for the server and for this command, or unset OLLAMA_HOST to have a server started)", asked, loc.URL, loc.Origin, says, asked)
}
