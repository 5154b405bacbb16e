package bench

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

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

func cutSentence(prompt string, words int) string {
	before, rest, ok := strings.Cut(prompt, "\nSentence: ")
	sentence, after, ok2 := strings.Cut(rest, "\n")
	if !ok || !ok2 {
		return prompt
	}
	fields := strings.Fields(sentence)
	return before + "\nSentence: " + strings.Join(fields[:min(words, len(fields))], " ") + "\n" + after
}
