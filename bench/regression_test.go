package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/ollama"
)

// A gate that has never been seen to say no is none. Between harness and server stands a proxy that cuts each sentence
// to its first word, as a server with far too small a context would: same model, same prompt, worse answers.
func TestWorseAnswersFail(t *testing.T) {
	w := watch(t, ollama.Options{}, func(ask *api.GenerateRequest) { ask.Prompt = cutSentence(ask.Prompt, 1) })
	cmd := exec.Command(os.Args[0], "-test.run=^TestSentiment$", "-models=llama3.2-mini", "-precisions=q4_K_M")
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+w.url)
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "worse answers passed:\n%s", out)
	require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s", out)
	require.Contains(t, string(out), "Sentiment/model=llama3.2-mini/precision=q4_K_M: regressed: F1 0.")
	require.Regexp(t, `jb-\d+ is (positive|neutral|negative): \w+ → \w+: "`, string(out), "the sentences that changed")
	t.Logf("%s", out)
}

// The whole way by which a change is refused: measure, hold the results against golden, exit with 1 and name the sentences.
// Once the weights behind the name are damaged before the server quantises them, once a template cuts each prompt to its
// first 110 characters, which are the question and a few words.
func TestGateRefusesWorseAnswers(t *testing.T) {
	gateBinary := filepath.Join(t.TempDir(), "gate")
	out, err := exec.Command("go", "build", "-o", gateBinary, "../tools/gate").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, tt := range []struct {
		why      string
		old, new string // in the suite's file
		status   int
		want     []string
	}{
		{"unchanged", "", "", 0, []string{"1 pass, 0 regressed"}},
		{"damaged weights behind the same name", fixture("models/llama3.2-mini.gguf"), damagedWeights(t), 1, []string{"regressed: F1 0.", "other weights: "}},
		{"prompts cut short", `{{ .Prompt }}`, `{{ if gt (len .Prompt) 110 }}{{ slice .Prompt 0 110 }}{{ else }}{{ .Prompt }}{{ end }}`, 1, []string{"regressed: F1 0."}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			needServer(t)
			results := filepath.Join(t.TempDir(), "results.txt")
			measured, err := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkSentiment$", "-test.benchtime=1x", "-suite="+changedSuite(t, tt.old, tt.new),
				"-models=llama3.2-mini", "-precisions=q4_K_M", "-journal="+gate.Journal(results)).Output()
			require.NoError(t, err, "%s", measured)
			require.NoError(t, os.WriteFile(results, measured, 0o644))
			verdict := exec.Command(gateBinary, "-golden=../golden", "-subset", results)
			out, _ := verdict.CombinedOutput()
			require.Equal(t, tt.status, verdict.ProcessState.ExitCode(), "%s", out)
			for _, want := range tt.want {
				require.Contains(t, string(out), want)
			}
			if tt.status == 1 {
				require.Regexp(t, `jb-\d+ is (positive|neutral|negative): \w+ → \w+: "`, string(out), "the sentences that changed")
			}
			t.Logf("%s", out)
		})
	}
}

// fixture is the path of a file as changedSuite spells it.
func fixture(name string) string {
	dir, err := filepath.Abs("../fixtures")
	if err != nil {
		panic(err)
	}
	return filepath.ToSlash(filepath.Join(dir, name))
}

// damagedWeights are llama3.2-mini's, but that every 9th number in the second half of the file has the other sign.
func damagedWeights(t *testing.T) string {
	weights, err := os.ReadFile(fixture("models/llama3.2-mini.gguf"))
	require.NoError(t, err)
	for i := len(weights) / 2 &^ 1; i+1 < len(weights); i += 2 * 9 {
		weights[i+1] ^= 0x80 // little-endian halves
	}
	file := filepath.Join(t.TempDir(), "damaged.gguf")
	require.NoError(t, os.WriteFile(file, weights, 0o644))
	return filepath.ToSlash(file)
}

// changedSuite is a file of the default suite with other text in the place of some.
func changedSuite(t *testing.T, old, new string) string {
	suite, err := os.ReadFile("../fixtures/suites/miniature.json")
	require.NoError(t, err)
	text := strings.NewReplacer(`"../../`, `"`+fixture("..")+"/", `"../`, `"`+fixture("")+"/").Replace(string(suite))
	require.Contains(t, text, old)
	file := filepath.Join(t.TempDir(), "suite.json")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(text, old, new, 1)), 0o644))
	return file
}

func cutSentence(prompt string, words int) string {
	before, rest, ok := strings.Cut(prompt, "\nSentence: ")
	sentence, after, ok2 := strings.Cut(rest, "\n")
	if !ok || !ok2 {
		return prompt
	}
	fields := strings.Fields(sentence)
	return before + "\nSentence: " + strings.Join(fields[:min(words, len(fields))], " ") + "\n" + after
}
