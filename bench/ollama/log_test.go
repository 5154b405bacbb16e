package ollama

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Lines of v0.17.4 about its runners, paths shortened.
const (
	logDiscovery = `time=2026-11-28T23:30:04.230Z level=INFO source=server.go:431 msg="starting runner" cmd="/opt/ollama/bin/ollama runner --ollama-engine --port 44453"
`
	logLlama = `time=2026-11-28T23:30:06.277Z level=INFO source=server.go:431 msg="starting runner" cmd="/opt/ollama/bin/ollama runner --model /m/blobs/sha256-924b --port 45621"
time=2026-11-28T23:30:06.278Z level=INFO source=server.go:498 msg="loading model" "model layers"=3 requested=-1
`
	logLlamaLoads = `time=2026-11-28T23:30:06.311Z level=INFO source=runner.go:895 msg=load request="{Operation:commit LoraPath:[] Parallel:4 BatchSize:512 FlashAttention:Auto KvSize:2048 KvCacheType: NumThreads:1 GPULayers:[] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"
`
	logLlamaSet = `time=2026-11-29T07:02:11.051Z level=INFO source=runner.go:895 msg=load request="{Operation:commit LoraPath:[] Parallel:4 BatchSize:512 FlashAttention:Enabled KvSize:2048 KvCacheType:q8_0 NumThreads:1 GPULayers:[] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"
`
	logOllama = `time=2026-11-28T23:30:08.647Z level=INFO source=server.go:431 msg="starting runner" cmd="/opt/ollama/bin/ollama runner --ollama-engine --model /m/blobs/sha256-924b --port 39719"
`
	logOllamaLoads = `time=2026-11-28T23:30:08.670Z level=INFO source=runner.go:1284 msg=load request="{Operation:fit LoraPath:[] Parallel:8 BatchSize:512 FlashAttention:Disabled KvSize:4096 KvCacheType: NumThreads:1 GPULayers:[] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"
time=2026-11-28T23:30:08.698Z level=INFO source=runner.go:1284 msg=load request="{Operation:commit LoraPath:[] Parallel:8 BatchSize:512 FlashAttention:Disabled KvSize:4096 KvCacheType: NumThreads:1 GPULayers:[] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"
`
	logCloses = `time=2026-11-28T23:30:08.970Z level=INFO source=runner.go:1284 msg=load request="{Operation:close LoraPath:[] Parallel:0 BatchSize:0 FlashAttention:Disabled KvSize:0 KvCacheType: NumThreads:0 GPULayers:[] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"
`
)

// logged is a server of ours that has logged so much.
func logged(t *testing.T, parallel int, log string) *Server {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, logName), []byte(log), 0o600))
	s := newServer(mustParse(t, "http://127.0.0.1:1"), &keeper{dir: dir})
	s.parallel, s.version = parallel, "0.17.4"
	return s
}

func TestRunner(t *testing.T) {
	llama, own := Runner{Parallel: 4, Engine: "llama.cpp", FlashAttention: "Auto"}, Runner{Parallel: 8, Engine: "ollama", FlashAttention: "Disabled"}
	for _, test := range []struct {
		name, log string
		want      Runner
		fault     string
		why       string
	}{
		{"llama.cpp", logDiscovery + logLlama + logLlamaLoads, llama, "", "its arguments name no engine"},
		{"Ollama's", logOllama + logOllamaLoads, own, "", "--ollama-engine"},
		{"closed", logOllama + logOllamaLoads + logCloses, own, "", "a runner that ends says Parallel:0"},
		{"changed", logLlama + logLlamaLoads + logOllama + logOllamaLoads, own, "", "the last one counts"},
		{"changed back", logOllama + logOllamaLoads + logLlama + logLlamaLoads, llama, "", "the last one counts"},
		{"discovery", logDiscovery, Runner{}, "tells of no runner (ask it something first", "a runner without a model computes nothing"},
		{"nothing", "", Runner{}, "tells of no runner", "a server that has just been started"},
		{"not loaded", logLlama + logLlamaLoads + logOllama, Runner{}, "does not tell how many requests", "the number before it is of another runner"},
		{"of another version", logLlama + `x msg=load request="{Operation:commit Parallel:many}"` + "\n", Runner{}, "does not tell how many requests its runner computes at once", "no number"},
		{"in a prompt", logLlama + logLlamaLoads + `x msg=completion prompt="msg=load request=\"{Operation:commit Parallel:9 }"` + "\n", llama, "", "a quotation is not a line of the runner"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // what is missing is waited for
			got, err := logged(t, 1, test.log).Runner()
			if test.fault != "" {
				require.ErrorContains(t, err, test.fault, test.why)
				return
			}
			require.NoError(t, err, test.why)
			require.Equal(t, test.want, got, test.why)
			require.Equal(t, test.want.Engine == "ollama", got.BatchDependent())
		})
	}
}

// Only what was appended is read, the last line when it is whole.
func TestRunnerLogGrows(t *testing.T) {
	s := logged(t, 4, logLlama+logLlamaLoads+logWithLibraries)
	r, err := s.Runner()
	require.NoError(t, err)
	require.Equal(t, Runner{Parallel: 4, Engine: "llama.cpp", FlashAttention: "Auto"}, r)
	path := filepath.Join(s.keeper.dir, logName)
	grow := func(text string) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		defer f.Close()
		_, err = f.WriteString(text)
		require.NoError(t, err)
	}
	grow(logOllama[:100])
	r, err = s.Runner()
	require.NoError(t, err)
	require.Equal(t, "llama.cpp", r.Engine, "the line is not whole")
	grow(logOllama[100:] + logOllamaLoads)
	r, err = s.Runner()
	require.NoError(t, err)
	require.Equal(t, Runner{Parallel: 8, Engine: "ollama", FlashAttention: "Disabled"}, r)
	require.Equal(t, "haswell", s.CPU(), "what one parse found, another does not lose")
	size, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, size.Size(), s.log.read, "where the next parse begins")

	require.NoError(t, os.Remove(path))
	_, err = s.Runner()
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Equal(t, "haswell", s.CPU(), "what is known outlives the log")
}

func TestCheckRunner(t *testing.T) {
	for _, test := range []struct {
		name     string
		asked    int
		settings string
		log      string
		fault    string
		why      string
	}{
		{"as asked", 4, "", logLlama + logLlamaLoads, "", "the runner says 4"},
		{"fewer", 8, "", logLlama + logLlamaLoads, "m:f16 at http://127.0.0.1:1 is computed 4 at a time, not 8 as asked for", "some families are computed one at a time"},
		{"more", 1, "", logLlama + logLlamaLoads, "is computed 4 at a time, not 1", "never silently more"},
		{"untold", 4, "", "", "tells of no runner", "what cannot be checked cannot be claimed"},
		{"untold, one", 1, "", "", "", "no Ollama computes more than it was told"},
		{"untold, with a setting", 1, "OLLAMA_KV_CACHE_TYPE=f16", "", "tells of no runner", "a setting that nothing confirms"},
		{"as set", 4, "OLLAMA_DEBUG=1 OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=Q8_0", logLlama + logLlamaSet, "", "Ollama does not tell case"},
		{"f16 is the default", 4, "OLLAMA_KV_CACHE_TYPE=f16", logLlama + logLlamaLoads, "", "the log names none"},
		{"ignored", 4, "OLLAMA_KV_CACHE_TYPE=q8_0", logLlama + logLlamaLoads, "keeps its KV cache at f16, not at q8_0 as asked for", "without flash attention Ollama takes f16"},
		{"another", 4, "OLLAMA_KV_CACHE_TYPE=q4_0", logLlama + logLlamaSet, "keeps its KV cache at q8_0, not at q4_0", "of a runner that was there before"},
		{"not off", 4, "OLLAMA_FLASH_ATTENTION=false", logLlama + logLlamaSet, "with flash attention Enabled, not Disabled", "off was asked for"},
		{"not on", 4, "OLLAMA_FLASH_ATTENTION=yes", logLlama + logLlamaLoads, "with flash attention Auto, not Enabled", "to Ollama, what is no boolean is true"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := logged(t, test.asked, test.log)
			s.settings = test.settings
			err := s.CheckRunner("m:f16")
			if test.fault == "" {
				require.NoError(t, err, test.why)
			} else {
				require.ErrorContains(t, err, test.fault, test.why)
			}
		})
	}
	theirs := newServer(mustParse(t, "http://127.0.0.1:1"), nil)
	require.NoError(t, theirs.CheckRunner("m:f16"), "its user's word stands")
	_, err := theirs.Runner()
	require.ErrorContains(t, err, "its log, which is not ours to read")
}

// However the log comes in pieces, it says the same.
func FuzzServerLog(f *testing.F) {
	f.Add([]byte(logStarted+logDiscovery+logLlama+logWithLibraries+logLlamaLoads), 700)
	f.Add([]byte(logOllama+logOllamaLoads+logCloses+logWithoutLibraries), 1000)
	f.Add([]byte("loaded CPU backend from \n msg=system \n msg=load request=\"{Operation:commit  Parallel:-1 \n"), 30)
	f.Fuzz(func(t *testing.T, log []byte, cut int) {
		var whole, pieces serverLog
		whole.add(log)
		cut = min(max(cut, 0), len(log))
		pieces.add(log[:cut])
		pieces.add(log[pieces.read:])
		require.Equal(t, whole, pieces)
		if c := whole.cpu; c.library == "" && c.system != "" || c.library != "" && c.system == "" && c.warning(true) != "" {
			t.Errorf("%+v", c)
		}
	})
}
