package registry

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
)

// families are the miniatures by the study's models.
var families = map[string]string{
	"llama3.2:1b-instruct":         "llama3.2-mini",
	"phi3:3.8b-mini-128k-instruct": "phi3-mini",
	"qwen2:7b-instruct":            "qwen2-mini",
	"mistral:7b-instruct-v0.3":     "mistral-mini",
	"llava-llama3:8b-v1.1":         "llava-mini",
}

// mapped writes the paper suite with every tag of the precisions mapped to a miniature in the registry, and returns its file.
func mapped(t *testing.T, r *registry, precisions ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/suites/paper.json")
	require.NoError(t, err)
	var suite map[string]any
	require.NoError(t, json.Unmarshal(text, &suite))
	root, err := filepath.Abs("../../fixtures/suites")
	require.NoError(t, err)
	for _, key := range []string{"set", "shots", "golden"} {
		suite[key] = filepath.Join(root, suite[key].(string))
	}
	for _, p := range suite["prompts"].([]any) {
		if p := p.(map[string]any); p["file"] != nil {
			p["file"] = filepath.Join(root, p["file"].(string))
		}
	}
	suite["idle"], suite["default"] = "0s", precisions
	maker := start(t, ollama.Options{})
	for _, m := range suite["models"].([]any) {
		m := m.(map[string]any)
		tags := map[string]any{}
		for precision, tag := range m["tags"].(map[string]any) {
			for _, p := range precisions {
				if p == precision {
					_, tag, ok := strings.Cut(tag.(map[string]any)["name"].(string), ":")
					require.True(t, ok)
					family := families[m["name"].(string)]
					name, _ := push(t, maker, r, mini(family, precision), family+":"+tag)
					tags[precision] = name
				}
			}
		}
		m["tags"] = tags
		delete(m, "context") // which are facts of another model
		delete(m, "kvBytes")
	}
	text, err = json.Marshal(suite)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "mapped.json")
	require.NoError(t, os.WriteFile(file, text, 0o644))
	return file
}

// build builds a program of the module.
func build(t *testing.T, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", append(args[:len(args)-1:len(args)-1], "-o", file, args[len(args)-1])...)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return file
}

// run runs a program in a folder of the module and returns its output and status.
func run(t *testing.T, dir, program string, args ...string) (out string, status int) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = filepath.Join("../..", dir)
	var all bytes.Buffer
	cmd.Stdout, cmd.Stderr = &all, &all
	_ = cmd.Run()
	return all.String(), cmd.ProcessState.ExitCode()
}

var result = regexp.MustCompile(`(?m)^BenchmarkSentiment/model=(\S+)/precision=(\S+)-\d+\s.* F1\s`)

// The study's matrix as its user meets it, with miniatures for its models: listed, pulled, run, tabled, pruned, and refused once
// a tag means something else.
func TestSuite(t *testing.T) {
	if testing.Short() {
		t.Skip("what it runs are programs of their own, which the race detector does not see")
	}
	r := newRegistry(t)
	suite := mapped(t, r, "f16", "q8_0", "q4_K_M")
	store := filepath.Join(t.TempDir(), "models")
	benchmark, models := build(t, "test", "-c", "./bench"), build(t, "build", "./tools/models")
	measure := func(args ...string) (string, int) {
		return run(t, "bench", benchmark, append([]string{"-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x",
			"-suite=" + suite, "-store=" + store, "-sample=30"}, args...)...)
	}

	out, status := measure("-models=qwen2:7b-instruct")
	require.Equal(t, 2, status, out)
	require.Contains(t, out, "make models SUITE=", "nothing is downloaded unasked")

	// Of LLaVA the study's tags are f16 and q4_0; q8_0 and q4_K_M are made of f16.
	out, status = measure("-pull", "-prune")
	require.Equal(t, 0, status, out)
	measured := map[string]int{}
	for _, m := range result.FindAllStringSubmatch(out, -1) {
		measured[m[1]]++
	}
	require.Equal(t, map[string]int{"llama3.2-1b-instruct": 3, "phi3-3.8b-mini-128k-instruct": 3, "qwen2-7b-instruct": 3,
		"mistral-7b-instruct-v0.3": 3, "llava-llama3-8b-v1.1": 3}, measured, out)
	file := filepath.Join(t.TempDir(), "results.txt")
	require.NoError(t, os.WriteFile(file, []byte(out), 0o644))
	table, status := run(t, ".", "go", "tool", "benchstat", "-filter", ".unit:F1", "-row", "/model", "-col", "/precision", file)
	require.Equal(t, 0, status, table)
	require.Regexp(t, `f16\s.*q8_0\s.*q4_K_M`, table)
	require.Regexp(t, `(?m)^llava-llama3-8b-v1.1 +\d`, table)
	t.Log("\n" + table)
	require.Empty(t, blobs(t, store), "pruned")

	lock, err := ollama.ReadPins(strings.TrimSuffix(suite, ".json") + ".lock")
	require.NoError(t, err)
	require.Len(t, lock, 13, "four models at three precisions, and LLaVA's f16")

	// The same by hand.
	out, status = run(t, ".", models, "-suite="+suite, "-store="+store, "-models=qwen2:7b-instruct", "-pull")
	require.Equal(t, 0, status, out)
	require.Contains(t, out, "0 of 3 tags are there")
	out, status = run(t, ".", models, "-suite="+suite, "-store="+store, "-models=qwen2:7b-instruct", "-pull")
	require.Equal(t, 0, status, out)
	require.Contains(t, out, "3 of 3 tags are there")
	out, status = measure("-models=qwen2:7b-instruct", "-precisions=q4_K_M")
	require.Equal(t, 0, status, out)
	require.NotEmpty(t, blobs(t, store), "what the run has not pulled, it does not delete")

	// Somebody pushes another model under a name: what is there is used on, and what is not is refused, before a byte of it comes.
	push(t, start(t, ollama.Options{}), r, mini("mistral-mini", "q8_0"), "qwen2-mini:7b-instruct-q8_0")
	out, status = measure("-models=qwen2:7b-instruct", "-precisions=q8_0", "-pull")
	require.Equal(t, 0, status, out)
	other := filepath.Join(t.TempDir(), "other")
	for _, c := range []struct {
		program string
		args    []string
	}{
		{models, []string{"-suite=" + suite, "-store=" + other, "-models=qwen2:7b-instruct", "-precisions=q8_0", "-pull"}},
		{benchmark, []string{"-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-suite=" + suite, "-store=" + other, "-models=qwen2:7b-instruct", "-precisions=q8_0", "-pull"}},
	} {
		out, status = run(t, ".", c.program, c.args...)
		require.NotEqual(t, 0, status, out)
		require.Contains(t, out, "means other weights than those that were pinned")
		require.Empty(t, blobs(t, other))
	}
}
