package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/tools/miniature/export"
	"github.com/joulebench/joulebench/tools/miniature/nn"
)

func TestMain(m *testing.M) {
	ollama.Guard()
	os.Exit(m.Run())
}

const models = "../../fixtures/models"

// tiny is the default recipe, cut down to a second or two of the plain kernel.
func tiny() recipe {
	r := recipes[0]
	r.Shape = nn.Config{Vocab: 600, Hidden: 64, FFN: 128, Layers: 2, Heads: 4, KVHeads: 2, Theta: 500000, Eps: 1e-5}
	r.Sentences, r.Epochs, r.WarmUp = 1000, 1, 5
	return r
}

// tinyDigests pins the weights that tiny makes: text, tokens, order, arithmetic and file format at once. A change of any
// of them is a change of what `go run ./tools/miniature` makes, so the committed weights no longer follow from the
// sources: train them anew, on purpose.
var tinyDigests = map[string]string{
	"amd64 v1 plain": "97c591c7b80c3993b195539d309437aa3a9bbb67b0811ae5cfa859cc37868d3e",
	"amd64 v1 avx2":  "510938fc8ce2ef3c06479bec824da61300255a343ee20fdc17737e7c8dba6b7f",
}

func TestTrainingIsReproducible(t *testing.T) {
	r := tiny()
	m, tok, err := train(r, 0, newProgress(io.Discard))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	require.NoError(t, export.Write(path, r.Name, m, tok))
	key := runtime.GOARCH + " " + level() + " " + m.Kernel()
	want, ok := tinyDigests[key]
	if !ok {
		t.Skipf("no digest is pinned for %q: roundings differ between architectures and kernels", key)
	}
	require.Equal(t, want, sum(t, path), key)
}

// level is the instruction set that the compiler may use: from v3 on it fuses multiplications and additions.
func level() string {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "GOAMD64" {
			return s.Value
		}
	}
	return "v1"
}

func sum(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// TestCommittedWeights: the files are those whose digests stand beside them, none is missing, and each is what Write
// makes of what Read finds in it.
func TestCommittedWeights(t *testing.T) {
	sums, err := os.ReadFile(filepath.Join(models, "SHA256SUMS"))
	require.NoError(t, err)
	var listed []string
	for line := range strings.Lines(string(sums)) {
		digest, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		require.True(t, ok, line)
		path := filepath.Join(models, name)
		require.Equal(t, digest, sum(t, path), "%s: trained anew, or damaged? restore it, or pin it in SHA256SUMS", name)
		listed = append(listed, path)

		r, err := recipeFor(strings.TrimSuffix(name, ".gguf"))
		require.NoError(t, err)
		m, tok, err := export.Read(path)
		require.NoError(t, err)
		require.Equal(t, r.Shape.Vocab, m.Vocab)
		again := filepath.Join(t.TempDir(), name)
		require.NoError(t, export.Write(again, r.Name, m, tok))
		require.Equal(t, digest, sum(t, again))
	}
	there, err := filepath.Glob(filepath.Join(models, "*.gguf"))
	require.NoError(t, err)
	require.Equal(t, there, listed)
	require.Len(t, listed, len(recipes))
}

// The suite must ask in the words that the models were trained on.
func TestPromptIsTheSuites(t *testing.T) {
	data, err := os.ReadFile("../../fixtures/suites/miniature.json")
	require.NoError(t, err)
	var suite struct {
		Labels []string
		Prompt struct{ Template string }
	}
	require.NoError(t, json.Unmarshal(data, &suite))
	require.Equal(t, labels, suite.Labels)
	require.Equal(t, labelPrompt, suite.Prompt.Template)
}

func TestRate(t *testing.T) {
	r := recipe{Rate: 1, WarmUp: 4}
	for _, c := range []struct {
		why  string
		step int
		want float64
	}{
		{"the first of four steps up", 0, 0.25},
		{"the last of them", 3, 1},
		{"the cosine begins at the top", 4, 1},
		{"half way down: (1 + 0.02) / 2", 54, 0.51},
		{"the end", 104, 0.02},
	} {
		require.InDelta(t, c.want, r.rate(c.step, 104), 1e-12, c.why)
	}
}

func TestCommonPrefix(t *testing.T) {
	for _, c := range []struct {
		why      string
		examples [][]int
		want     int
	}{
		{"up to the first difference", [][]int{{1, 2, 3, 9, 9}, {1, 2, 4, 9, 9}}, 2},
		{"equal sentences keep the two rows asked for", [][]int{{1, 2, 3, 4}, {1, 2, 3, 4}}, 2},
		{"a short one", [][]int{{1, 2, 3, 4, 5, 6}, {1, 2, 3}}, 1},
	} {
		require.Equal(t, c.want, commonPrefix(c.examples), c.why)
	}
}

func TestNoise(t *testing.T) {
	const s = "Net sales fell 5 % to EUR 12.3 mn"
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		require.Equal(t, s, noise{Clean: 1, Drop: 1, Mask: 1}.apply(r, s), "clean")
		require.Equal(t, s, noise{}.apply(r, s), "no share")
		masked := strings.Fields(noise{Mask: 1}.apply(r, s))
		require.Len(t, masked, 9, "masks keep the number of words")
		for i, w := range strings.Fields(s) {
			require.Len(t, masked[i], len(w), "and their lengths")
		}
		require.NotEmpty(t, noise{Drop: 1}.apply(r, "Sales"), "never nothing")
		for _, w := range strings.Fields(noise{Drop: 1}.apply(r, s)) {
			require.Contains(t, strings.Fields(s), w, "dropping invents no word")
		}
	}
}

// By hand, with add-one smoothing over the 6 features up, down, sales, "sales up", "sales down" and 0 (each text has
// "sales", a word and their pair; the third one number): unseen words say nothing.
func TestBayes(t *testing.T) {
	b := newBayes()
	b.learn("Sales up", "positive")
	b.learn("sales DOWN", "negative")
	b.learn("12", "neutral")
	for _, c := range []struct{ why, text, want string }{
		{"a word", "up", "positive"},
		{"a pair outweighs two words apart", "down, sales down", "negative"},
		{"all digits are alike", "99 of 99", "neutral"},
		{"nothing known: the first of equal priors", "lorem", "positive"},
	} {
		require.Equal(t, c.want, b.label(c.text), c.why)
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b)
	for i := range 5 {
		p.step(i+1, 5, 2)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 2, "the first step and the last: %s", &b)
	require.Contains(t, lines[1], "step 5 of 5, loss 2.0000, 0s left")

	b.Reset()
	p.terminal = true
	p.step(5, 5, 2)
	require.Equal(t, "\r\033[K["+strings.Repeat("#", barWidth)+"] step 5 of 5, loss 2.0000, 0s left\n", b.String())
}

func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	set := filepath.Join(dir, "set.jsonl")
	require.NoError(t, os.WriteFile(set, []byte(`{"text":"Sales rose.","label":"good"}`+"\n"), 0o600))
	broken := filepath.Join(dir, "broken.gguf")
	require.NoError(t, os.WriteFile(broken, []byte("GGUF"), 0o600))
	good := filepath.Join(dir, "good.jsonl")
	require.NoError(t, os.WriteFile(good, []byte(`{"text":"Sales rose.","label":"positive"}`+"\n"), 0o600))
	for _, c := range []struct {
		why  string
		args []string
		err  string
	}{
		{"no such model", []string{"-model", "gpt"}, "-model gpt: no such model (there is llama3.2-mini)"},
		{"an argument", []string{"train"}, `argument "train": there are only flags`},
		{"no number", []string{"-n", "many"}, "invalid value"},
		{"less than none", []string{"-n", "-1"}, "must not be negative"},
		{"too little text", []string{"-n", "3"}, "train on more text"},
		{"no such set", []string{"-eval", filepath.Join(dir, "none")}, "none"},
		{"another task's labels", []string{"-eval", set}, "good"},
		{"no such weights", []string{"-eval", good, "-o", filepath.Join(dir, "none.gguf")}, "none.gguf"},
		{"broken weights", []string{"-eval", good, "-o", broken}, "reading " + broken},
	} {
		t.Run(c.why, func(t *testing.T) {
			require.ErrorContains(t, run(c.args, io.Discard, io.Discard), c.err)
		})
	}
}

// TestEval trains next to nothing and asks it: every answer counts, wrong ones too.
func TestEval(t *testing.T) {
	dir := t.TempDir()
	r := tiny()
	r.Sentences = 400
	m, tok, err := train(r, 0, newProgress(io.Discard))
	require.NoError(t, err)
	path := filepath.Join(dir, "m.gguf")
	require.NoError(t, export.Write(path, r.Name, m, tok))
	set := filepath.Join(dir, "set.jsonl")
	require.NoError(t, os.WriteFile(set, []byte(`{"text":"Full-year profit rose sharply.","label":"positive"}
{"text":"The company cut its dividend.","label":"negative"}
{"text":"The meeting is on 3 May.","label":"neutral"}
`), 0o600))
	var out bytes.Buffer
	require.NoError(t, run([]string{"-n", "400", "-eval", set, "-o", path}, &out, io.Discard))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 3)
	require.Regexp(t, `^set@[0-9a-f]{8}, 3 sentences$`, lines[0])
	require.Regexp(t, `^llama3.2-mini +macro-F1 0\.\d{4}  accuracy 0\.\d{4}  unparsed [01]\.\d{4}$`, lines[1])
	require.Regexp(t, `^naive Bayes +macro-F1 [01]\.\d{4}  accuracy [01]\.\d{4}$`, lines[2])
}
