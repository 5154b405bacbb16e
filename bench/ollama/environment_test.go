package ollama

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPassing(t *testing.T) {
	require.Empty(t, Options{}.passing())
	for name, value := range map[string]string{
		"OLLAMA_KV_CACHE_TYPE":   `"q8_0"`,
		"OLLAMA_FLASH_ATTENTION": " 1\n",
		"OLLAMA_NEW_ENGINE":      "",
		"OLLAMA_DEBUG":           "a\nb",
		"OLLAMA_NUM_PARALLEL":    "8",
	} {
		t.Setenv(name, value)
	}
	// As Ollama reads them: without quotes or spaces around; none when empty. A config line is one line.
	require.Equal(t, []string{"OLLAMA_DEBUG=a b", "OLLAMA_FLASH_ATTENTION=1", "OLLAMA_KV_CACHE_TYPE=q8_0"}, Options{}.passing())
	require.Equal(t, []string{"OLLAMA_DEBUG=a b", "OLLAMA_FLASH_ATTENTION=false", "OLLAMA_KV_CACHE_TYPE=q4_0"}, Options{KVCache: "q4_0", FlashAttention: "false"}.passing(), "what is asked for here counts")
}

// A setting is one only where the runner says that it follows it.
func TestSettings(t *testing.T) {
	loc := Location{URL: fake(t, 200, `{"version":"0.17.4"}`).URL(), Origin: "OLLAMA_HOST"}
	_, err := Start(t.Context(), loc, Options{KVCache: "q8_0"})
	require.ErrorContains(t, err, "cannot be changed from here (unset OLLAMA_HOST")
	for _, test := range []struct {
		kv, attention, fault, why string
	}{
		{"q8_0", "true", "", "llama.cpp has both for this family"},
		{"q4_0", "true", "", "and so"},
		{"f16", "false", "", "nothing special"},
		{"q8_0", "false", "keeps its KV cache at f16", "llama.cpp quantises it with flash attention only"},
	} {
		t.Run(test.kv+"/"+test.attention, func(t *testing.T) {
			s := liveWith(t, Options{KVCache: test.kv, FlashAttention: test.attention})
			require.Equal(t, "OLLAMA_FLASH_ATTENTION="+test.attention+" OLLAMA_KV_CACHE_TYPE="+test.kv, s.Settings())
			name := makeRandom(t, s, "f16")
			_, err := s.Generate(t.Context(), short(name, 2))
			require.NoError(t, err)
			if err = s.CheckRunner(name); test.fault == "" {
				require.NoError(t, err, test.why)
			} else {
				require.ErrorContains(t, err, test.fault, test.why)
			}
		})
	}
}

// Somebody else's server cannot be asked how many requests it computes at once: its user's word is needed, for both.
func TestStatedParallel(t *testing.T) {
	loc := Location{URL: fake(t, 200, `{"version":"0.17.4"}`).URL(), Origin: "OLLAMA_HOST"}
	for _, test := range []struct {
		name, stated string
		asked        int
		fault        string
		parallel     int
	}{
		{"nothing asked, nothing said", "", 0, "", 0},
		{"one asked, nothing said", "", 1, "", 0},
		{"one asked of a server of eight", "8", 1, "", 8},
		{"as said", "8", 8, "", 8},
		{"nothing said", "", 8, "OLLAMA_NUM_PARALLEL does not say (set OLLAMA_NUM_PARALLEL=8 for the server and for this command, or unset OLLAMA_HOST", 0},
		{"another number", "4", 8, "OLLAMA_NUM_PARALLEL says 4", 0},
		{"more than asked", "16", 8, "OLLAMA_NUM_PARALLEL says 16", 0},
		{"no number", "many", 2, "OLLAMA_NUM_PARALLEL does not say", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("OLLAMA_NUM_PARALLEL", test.stated)
			s, err := Start(t.Context(), loc, Options{Parallel: test.asked})
			if test.fault != "" {
				require.ErrorContains(t, err, test.fault)
				require.ErrorContains(t, err, loc.URL)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.parallel, s.parallel)
			require.Equal(t, "unknown", s.Settings())
			require.NoError(t, s.Close())
		})
	}
}
