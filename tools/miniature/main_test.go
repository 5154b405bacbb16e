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
	"github.com/joulebench/joulebench/tools/miniature/text"
)

func TestMain(m *testing.M) {
	ollama.Guard()
	os.Exit(m.Run())
}

const models = "../../fixtures/models"

// tiny is the default recipe, cut down to a second or two of the plain kernel.
func tiny() recipe {
	r := recipes[0]
	r.Shape = nn.Config{Vocab: 600, Hidden: 64, FFN: 128, Layers: 2, Heads: 4, KVHeads: 2, Theta: 10000, Eps: 1e-5}
	r.Sentences, r.Copying, r.Steps, r.Asking = 1000, 2, 10, 2
	return r
}

// tinyDigests pins the weights that tiny makes: text, tokens, order, arithmetic and file format at once. A change of any
// of them is a change of what `go run ./tools/miniature` makes, so the committed weights no longer follow from the
// sources: train them anew, on purpose.
var tinyDigests = map[string]string{
	"amd64 v1 plain": "8b22e741029feae14df19ffd0fbed157c7c5114cb7849a84e1efd86517e939da",
	"amd64 v1 avx2":  "16264062892d2caac0a72fc75583939277cbf7914153cfda8ab989d8377c9c8a",
}

func TestTrainingIsReproducible(t *testing.T) {
	r := tiny()
	file, err := train(r, 0, newProgress(io.Discard))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	require.NoError(t, export.Write(path, file))
	key := runtime.GOARCH + " " + level() + " " + file.Model.Kernel()
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

		again := filepath.Join(t.TempDir(), name)
		model, projector := strings.CutSuffix(strings.TrimSuffix(name, ".gguf"), projectorSuffix)
		r, err := recipeFor(model)
		require.NoError(t, err)
		if projector {
			require.NoError(t, r.writeProjector(again), "it is drawn, not trained")
		} else {
			f, err := export.Read(path)
			require.NoError(t, err)
			require.Equal(t, r.Arch.Config(r.Shape).Layers, f.Model.Layers)
			require.Equal(t, r.Arch, f.Arch)
			require.NoError(t, export.Write(again, f))
		}
		require.Equal(t, digest, sum(t, again), name)
	}
	there, err := filepath.Glob(filepath.Join(models, "*.gguf"))
	require.NoError(t, err)
	require.Equal(t, there, listed)
	require.Len(t, listed, len(recipes)+1, "and one projector")
	var size int64
	for _, path := range listed {
		info, err := os.Stat(path)
		require.NoError(t, err)
		size += info.Size()
	}
	require.Less(t, size, int64(25e6), "what every clone must carry")
}

// The suite must ask in the words that the models were trained on. They never learned its other prompts.
func TestPromptIsTheSuites(t *testing.T) {
	data, err := os.ReadFile("../../fixtures/suites/miniature.json")
	require.NoError(t, err)
	var suite struct {
		Labels  []string
		Prompts []struct{ Name, Template string }
	}
	require.NoError(t, json.Unmarshal(data, &suite))
	require.Equal(t, labels, suite.Labels)
	learned := map[string]string{}
	for _, p := range suite.Prompts {
		learned[p.Name] = p.Template
	}
	require.Equal(t, labelPrompt, learned["label"])
	require.Equal(t, reasonPrompt, learned["reason"])
}

func TestRate(t *testing.T) {
	r := recipe{Rate: 1}
	for _, c := range []struct {
		why  string
		step int
		want float64
	}{
		{"the first of a hundred steps up", 0, 0.01},
		{"the last of them", 99, 1},
		{"the cosine begins at the top", 100, 1},
		{"half way down: (1 + 0.02) / 2", 150, 0.51},
		{"the end", 200, 0.02},
	} {
		require.InDelta(t, c.want, r.rate(c.step, 200), 1e-12, c.why)
	}
}

func TestNoise(t *testing.T) {
	const s = "Net sales of Kelmo rose 5 % to EUR 12.3 mn, \"Orsk\" said."
	known := noise{}.from([]text.Sentence{{Text: "The harvest, the cold-store: all Vanished!"}, {Text: "the harvest"}})
	require.Equal(t, []string{"harvest", "vanished"}, known.words, "whole words of more than three letters, once each")
	with := func(n noise) noise { n.words = known.words; return n }
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		require.Equal(t, s, with(noise{}).apply(r, s), "no noise")
		names := strings.Fields(with(noise{Names: 1}).apply(r, s))
		require.Len(t, names, 13)
		for i, w := range strings.Fields(s) {
			if i != 3 && i != 8 && i != 11 {
				require.Equal(t, w, names[i], "neither the first word nor one in lower case is a name")
			}
		}
		require.Regexp(t, `^[HV][a-z]+$`, names[3], "a name becomes another, made of the words known")
		require.Regexp(t, `^"[HV][a-z]+"$`, names[11], "punctuation stays")
		for _, w := range strings.Fields(with(noise{Mask: 1}).apply(r, s)) {
			require.False(t, strings.ContainsAny(w, "{}<>"), w)
		}
		require.NotEmpty(t, with(noise{Drop: 1}).apply(r, "Sales"), "never nothing")
		for _, w := range strings.Fields(with(noise{Drop: 1}).apply(r, s)) {
			require.Contains(t, strings.Fields(s), w, "dropping invents no word")
		}
	}
	require.Equal(t, " pieces are put together again ", with(noise{}).apply(r, " pieces are put together again "))
	require.Equal(t, "12 %", noise{Mask: 1}.apply(r, "12 %"), "without words to take from, and without letters, nothing is replaced")
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
		{"no such model", []string{"-model", "gpt"}, "-model gpt: no such model (there is llama3.2-mini, phi3-mini, mistral-mini, qwen2-mini, llava-mini)"},
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
	r.Sentences, r.Copying, r.Steps, r.Asking = 400, 1, 2, 1
	file, err := train(r, 0, newProgress(io.Discard))
	require.NoError(t, err)
	path := filepath.Join(dir, "m.gguf")
	require.NoError(t, export.Write(path, file))
	set := filepath.Join(dir, "set.jsonl")
	require.NoError(t, os.WriteFile(set, []byte(`{"text":"Full-year profit rose sharply.","label":"positive"}
{"text":"The company cut its dividend.","label":"negative"}
{"text":"The meeting is on 3 May.","label":"neutral"}
`), 0o600))
	var out bytes.Buffer
	require.NoError(t, run([]string{"-n", "400", "-eval", set, "-o", path}, &out, io.Discard))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 4)
	require.Regexp(t, `^set@[0-9a-f]{8}, 3 sentences$`, lines[0])
	const scores = ` +macro-F1 [01]\.\d{4} \[[01]\.\d{4}, [01]\.\d{4}\]  accuracy [01]\.\d{4}`
	require.Regexp(t, `^llama3.2-mini label@[0-9a-f]{6}`+scores+`  unparsed [01]\.\d{4}  quoted 0\.0000$`, lines[1])
	require.Regexp(t, `^llama3.2-mini reason@[0-9a-f]{6}`+scores+`  unparsed [01]\.\d{4}  quoted [01]\.\d{4}$`, lines[2])
	require.Regexp(t, `^naive Bayes`+scores+`$`, lines[3])
}
