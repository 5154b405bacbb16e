package bench

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// twins is a suite of one small shape twin; edit changes its text.
func twins(t *testing.T, edit ...string) string {
	t.Helper()
	text := `{"name": "Sentiment", "idle": "0s", "tokens": {"prompt": 48, "shared": 16, "answer": 12, "requests": 3},
"models": [{"name": "shape-tiny", "precisions": ["f16", "q4_K_M"], "shape": {"architecture": "llama", "blocks": 2, "embedding": 256,
"feedForward": 512, "heads": 4, "kvHeads": 2, "headDim": 64, "vocabulary": 1024, "context": 2048, "ropeBase": 10000, "tied": true,
"source": "made up for a test"}}]}`
	for i := 0; i < len(edit); i += 2 {
		require.Contains(t, text, edit[i])
		text = strings.Replace(text, edit[i], edit[i+1], 1)
	}
	file := filepath.Join(t.TempDir(), "twins.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

// A shape twin has costs and no answers: what is not known is absent, not zero.
func TestTokens(t *testing.T) {
	needServer(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	out := self(t, "-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=2x", "-suite="+twins(t))
	for _, line := range []string{"requests: 3", "prompt-tokens: 48, 16 of them shared", "answer-tokens: 12", "context: 2048", "cache: warm"} {
		require.Contains(t, out, "\n"+line+"\n")
	}
	for _, line := range []string{"set", "set-size", "prompt", "max-tokens", "protocol", "unparsed", "drift-from"} {
		require.NotContains(t, out, "\n"+line+": ")
	}
	lines := regexp.MustCompile(`(?m)^BenchmarkSentiment/model=shape-tiny/precision=(\S+)-\d+\s.*$`).FindAllStringSubmatch(out, -1)
	require.Len(t, lines, 2, out)
	for i, precision := range []string{"f16", "q4_K_M"} {
		require.Equal(t, precision, lines[i][1])
		line := lines[i][0]
		require.Regexp(t, `\s144(\.0)? prompt-tokens/op\b`, line, "3 requests of 48")
		require.Regexp(t, `\s36(\.00)? eval-tokens/op\b`, line, "3 of 12")
		for _, unit := range []string{"ns/op", "joules/op", "gCO2/op", "prompt-tok/s", "eval-tok/s", "eval-B/s", "peak-RSS-bytes", "loaded-bytes", "load-ns", "p95-latency-ns"} {
			require.Regexp(t, `\s[0-9.]*[1-9]\S* `+unit+`\s`, line+" ", unit)
		}
		for _, unit := range []string{"F1", "accuracy", "unparsed", "MCC", "joules/correct", "joules/sentence"} {
			require.NotRegexp(t, `\s`+unit+`\s`, line+" ", unit)
		}
	}
	left, err := filepath.Glob(filepath.Join(temp, "*"))
	require.NoError(t, err)
	require.Empty(t, left, "weights of gigabytes must not stay")
}

func TestTokensRefused(t *testing.T) {
	for _, c := range []struct {
		why  string
		edit []string // of the suite
		args []string
		want string
	}{
		{"a twin under the model's own name", []string{"shape-tiny", "tiny"}, nil, "model tiny: a shape twin's name begins with shape-"},
		{"one that cannot be", []string{`"heads": 4`, `"heads": 0`}, nil, "model shape-tiny: shape: heads 0"},
		{"one prompt would be in the cache the second time", []string{`"requests": 3`, `"requests": 1`}, nil, "2 requests or more"},
		{"all shared would be in the cache at once", []string{`"shared": 16`, `"shared": 48`}, nil, "more prompt than shared tokens"},
		{"a prompt as long as the context", []string{`"prompt": 48`, `"prompt": 2048`}, nil, "do not fit into the context of 2048"},
		{"labels that no twin gives", []string{`"idle"`, `"labels": ["a"], "idle"`}, nil, "have no set, labels, prompts"},
		{"sentences for nobody to read", []string{`"tokens": {"prompt": 48, "shared": 16, "answer": 12, "requests": 3}`, `"set": "x.csv"`}, nil, "a suite with tokens is one of shape twins"},
		{"a set on the command line", nil, []string{"-set=x.csv"}, "bench: -set: shape twins know no answers"},
		{"probabilities of nothing", nil, []string{"-probabilities"}, "bench: -probabilities: shape twins know no answers"},
		{"golden answers of nothing", nil, []string{"-update"}, "bench: -update: shape twins know no answers"},
		{"more than there is room for", nil, []string{"-max-tokens=2001"}, "bench: -max-tokens 2001: want 2 or more, and no more than a context of 2048 leaves beside a prompt of 48"},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := Suite{File: twins(t, c.edit...)}
			_, err := open(&s, flags(t, c.args...))
			require.ErrorContains(t, err, c.want)
		})
	}
	s := Suite{File: twins(t)}
	r, err := open(&s, flags(t, "-max-tokens=100"))
	require.NoError(t, err)
	require.Equal(t, 100, r.tokens.Answer)
	require.Equal(t, 12, s.Tokens.Answer, "the suite's own stays")
}

// A twin's gigabytes are not begun where they cannot be finished.
func TestTwinsDisk(t *testing.T) {
	needServer(t)
	s := Suite{File: twins(t)}
	r, err := open(&s, flags(t))
	require.NoError(t, err)
	require.NoError(t, r.start(t.Context()))
	defer func() { require.NoError(t, r.close()) }()
	r.disk = func(string) (free, total int64, err error) { return 9e6, 100e6, nil }
	// 1.4 million weights: the file and the server's f16 of 2.9 MB each, and 1.5 MB at q8_0; 5 % of the disk must stay free.
	_, err = r.use(t.Context(), r.pairs[0])
	require.ErrorContains(t, err, "shape-tiny needs 7.")
	require.ErrorContains(t, err, "on disk, 9.0MB free in "+r.server.Temp()+", of which 5.0MB must stay free")
	require.ErrorContains(t, err, "or name a folder on another disk in TMPDIR")
	left, err := filepath.Glob(filepath.Join(r.server.Temp(), "*.gguf"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// In a folder of one's own a twin is made once, for all passes of a measurement; another shape is another twin.
func TestTwinsStay(t *testing.T) {
	needServer(t)
	store, suite := t.TempDir(), twins(t)
	made := func(suite string) map[string]time.Time {
		self(t, "-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x", "-suite="+suite, "-precisions=q4_K_M", "-store="+store)
		times := map[string]time.Time{}
		files, err := filepath.Glob(filepath.Join(store, "manifests", "*", "*", "*", "*"))
		require.NoError(t, err)
		for _, f := range files {
			info, err := os.Stat(f)
			require.NoError(t, err)
			times[f] = info.ModTime()
		}
		return times
	}
	first := made(suite)
	require.Len(t, first, 1)
	require.Equal(t, first, made(suite), "not made again")
	require.Len(t, made(twins(t, `"blocks": 2`, `"blocks": 1`)), 2)
}
