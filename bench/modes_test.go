package bench

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
)

// few are arguments of a short benchmark.
func few(args ...string) []string {
	return append([]string{"-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x",
		"-models=llama3.2-mini", "-precisions=q8_0", "-sample=24"}, args...)
}

// metric is a value of the line in the output that holds name.
func metric(t *testing.T, out, name, unit string) float64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^Benchmark\S*` + regexp.QuoteMeta(name) + `\S*\s.*?\s([-\d.e+]+) ` + regexp.QuoteMeta(unit) + `(?:\s|$)`).FindStringSubmatch(out)
	require.NotNil(t, m, "no %s of %s in\n%s", unit, name, out)
	v, err := strconv.ParseFloat(m[1], 64)
	require.NoError(t, err)
	return v
}

// A cold cache is one that every question finds emptied; a warm one nobody touches. The answers are the same.
func TestCache(t *testing.T) {
	w := watch(t, ollama.Options{}, nil)
	warm := w.through(t, "OLLAMA_NUM_PARALLEL=1", "-cache=warm")
	require.Zero(t, w.seen().raw)
	require.Equal(t, 25, w.seen().asked, "and one to load the model")
	cold := w.through(t, "OLLAMA_NUM_PARALLEL=1", "-cache=cold")
	require.Equal(t, 24, w.seen().raw)
	require.Equal(t, 50, w.seen().asked)
	require.Equal(t, warm.Answers, cold.Answers)

	out := self(t, few("-cache=cold")...)
	require.Contains(t, out, "\ncache: cold\n")
	metric(t, out, "q8_0", "joules/op")
}

// At rest before and after: net joules beside gross ones, or the reason why not.
func TestIdle(t *testing.T) {
	needServer(t)
	out := self(t, few("-idle=2s")...)
	gross := metric(t, out, "q8_0", "joules/op")
	watts := metric(t, out, "q8_0", "idle-watts")
	require.Positive(t, watts)
	metric(t, out, "q8_0", "idle-change-watts")
	// Beside other work the machine may not be steady enough for it.
	if regexp.MustCompile(`\d net-joules/op`).MatchString(out) {
		require.Less(t, metric(t, out, "q8_0", "net-joules/op"), gross)
	}
}

// As many requests as -concurrency says are under way at once, and not more; the answers are those of one at a time.
func TestConcurrency(t *testing.T) {
	w := watch(t, ollama.Options{Parallel: 4}, nil)
	one := w.through(t, "")
	require.Equal(t, 1, w.seen().most)
	four := w.through(t, "OLLAMA_NUM_PARALLEL=4", "-concurrency=4")
	require.Equal(t, 4, w.seen().most)
	require.Equal(t, one.Answers, four.Answers)

	out := self(t, few("-concurrency=4")...)
	require.Contains(t, out, "\nconcurrency: 4\n")
	require.Zero(t, metric(t, out, "q8_0", "batch-dependent"), "llama.cpp at q8_0")
}

// A run that is killed loses at most the answer under way. One that goes on from its journal makes one whole pass of it,
// answer for answer; what a part of that cost is not told.
func TestResume(t *testing.T) {
	needServer(t)
	dir := t.TempDir()
	file, other := filepath.Join(dir, "answers.jsonl"), filepath.Join(dir, "whole.jsonl")
	whole := self(t, few("-sample=300", "-journal="+other)...)
	want, err := journal.ReadFile(other)
	require.NoError(t, err)
	require.Len(t, want, 300)

	cmd := exec.Command(os.Args[0], few("-sample=300", "-journal="+file)...)
	require.NoError(t, cmd.Start())
	written := func() int { data, _ := os.ReadFile(file); return bytes.Count(data, []byte("\n")) }
	require.Eventually(t, func() bool { return written() >= 5 }, time.Minute, time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	before, err := journal.ReadFile(file)
	require.NoError(t, err)
	require.Less(t, len(before), 300, "it was killed in the middle")
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"suite":"Sent`) // as if the kill had come amid a write
	require.NoError(t, err)
	require.NoError(t, f.Close())

	out := self(t, few("-sample=300", "-journal="+file, "-resume")...)
	for _, unit := range []string{"F1", "accuracy", "MCC"} {
		require.Equal(t, metric(t, whole, "q8_0", unit), metric(t, out, "q8_0", unit))
	}
	result := out[strings.Index(out, "\nBenchmark"):]
	for _, unit := range []string{"ns/op", "joules", "gCO2", "latency", "tok/s"} {
		require.Contains(t, whole, unit)
		require.NotContains(t, result, unit, "part of the pass was made by another process")
	}
	got, err := journal.ReadFile(file)
	require.NoError(t, err)
	require.Len(t, got, 300)
	for i, r := range got {
		require.Equal(t, before[0].Run, r.Run, "one pass, to whoever reads the journal")
		require.Equal(t, 1, r.Pass)
		require.Equal(t, want[i].ID, r.ID)
		require.Equal(t, want[i].Answer, r.Answer)
	}

	cmd = exec.Command(os.Args[0], few("-sample=300", "-journal="+file, "-resume", "-prompt=reason")...)
	text, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(text), "are to another question: prompt label@", "answers to two questions are not one pass")
}

// Sampled answers: a result for each seed, which benchstat may spread, under the settings and what was left out of them.
func TestProtocol(t *testing.T) {
	needServer(t)
	out := self(t, few("-protocol=study", "-seeds=1,2", "-sample=6", "-max-tokens=96", "-models=llama3.2-mini,mistral-mini")...)
	for _, want := range []string{
		"\nUnit F1 better=higher\n",
		"\nprompt: study@",
		"\nprotocol: study; llama3.2-mini, phi3-mini, llava-mini: temperature=0.7 top_p=0.9 top_k=50 without its 4 beams and batches of 8; " +
			"mistral-mini: temperature=0.9 top_p=0.95 top_k=30 without its 2 beams and batches of 16; qwen2-mini: ",
	} {
		require.Contains(t, out, want)
	}
	for _, name := range []string{"llama3.2-mini/precision=q8_0/seed=1", "llama3.2-mini/precision=q8_0/seed=2", "mistral-mini/precision=q8_0/seed=1"} {
		metric(t, out, name, "F1")
		metric(t, out, name, "joules/op")
	}

}

// What has no golden answers is not held against any: skipped with what to do, and no pass to CI.
func TestNothingGolden(t *testing.T) {
	needServer(t)
	for _, c := range []struct{ arg, want string }{
		{"-protocol=study", "sampled answers are not held against golden ones"},
		{"-set=../fixtures/sets/joulebench-finance-dev.jsonl", "-set: ../golden has no golden answers of model=llama3.2-mini/precision=f16 to that (to record some: -update -golden DIR)"},
		{"-prompt=reason", "-prompt: ../golden has no golden answers"},
	} {
		for ci, status := range map[string]int{"": 0, "true": 1} {
			cmd := exec.Command(os.Args[0], "-test.run=^TestSentiment$", "-test.v", "-models=llama3.2-mini", "-precisions=f16", c.arg)
			cmd.Env = append(os.Environ(), "CI="+ci)
			text, _ := cmd.CombinedOutput()
			require.Equal(t, status, cmd.ProcessState.ExitCode(), "%s", text)
			require.Contains(t, string(text), c.want)
		}
	}
	require.NotContains(t, self(t, "-test.run=^TestSentiment$", "-test.v", "-models=llama3.2-mini", "-precisions=f16", "-prompt=label"), "SKIP",
		"the suite's own question by its name")
}

// What is asked for is what the flags say.
func TestQuestions(t *testing.T) {
	template := filepath.Join(t.TempDir(), "mine.txt")
	require.NoError(t, os.WriteFile(template, []byte("{{.Labels}}? {{.Text}} Answer:\n"), 0o644))
	w := watch(t, ollama.Options{}, nil)
	g := w.through(t, "", "-shots=3", "-constrain", "-prompt="+template)
	require.Regexp(t, `^mine@[0-9a-f]{6}$`, g.Prompt)
	require.Regexp(t, `^joulebench-finance-24-1@`, g.Set)
	require.Equal(t, 25, w.seen().asked, "and one to load the model")
	for i, f := range w.seen().formats {
		require.JSONEq(t, `{"type": "string", "enum": ["negative", "neutral", "positive"]}`, f)
		require.Equal(t, 4, strings.Count(w.seen().prompts[i], "Answer:"), "three examples and the question:\n%s", w.seen().prompts[i])
		require.True(t, strings.HasSuffix(w.seen().prompts[i], "Answer:"), "the file's last line end is no part of the prompt")
	}
	for _, a := range g.Answers {
		require.NotEqual(t, "unparsed", a.Got, "nothing but a label was let through")
	}
}
