package gate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/journal"
)

// written is a results file with the journal beside it: passes of mini over the
// sentences of updown, of which u3 is answered wrong, so that F1 is 379/399 = 0.9499
// (see TestCompareVerdict).
func written(t *testing.T, passes int, change func(results string, answers []journal.Record) (string, []journal.Record)) (file string) {
	t.Helper()
	results := "Unit F1 better=higher assume=exact\nset: set@1\nset-size: 20\nprompt: prompt@1\n"
	var answers []journal.Record
	for pass := range passes {
		results += "Benchmark" + mini.String() + " 1 100 ns/op 0.9499 F1\n"
		for _, a := range answering(updown(), map[string]string{"u3": "down"}) {
			r := record(fmt.Sprint("r", pass), 1, a.ID, a.Got)
			r.Want = a.Want
			answers = append(answers, r)
		}
	}
	if change != nil {
		results, answers = change(results, answers)
	}
	file = filepath.Join(t.TempDir(), "results.txt")
	require.NoError(t, os.WriteFile(file, []byte(results), 0o644))
	w, err := journal.Append(Journal(file))
	require.NoError(t, err)
	for _, a := range answers {
		require.NoError(t, w.Write(a))
	}
	require.NoError(t, w.Close())
	return file
}

func TestReadRun(t *testing.T) {
	file := written(t, 3, nil)
	run, err := ReadRun(file, Journal(file))
	require.NoError(t, err)
	require.Equal(t, 3, run.Result(mini).Passes)
	require.Equal(t, []string{"r0", "r1", "r2"}, run.Answers[mini].Runs)
	require.Len(t, run.Answers[mini].Answers, 20)
	require.Nil(t, run.Result(Pair{"Sentiment", "mini", "f16"}))

	_, err = ReadRun(file, file+"l")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "gate: answers of "+file)
}

func TestReadRunRefuses(t *testing.T) {
	for _, tt := range []struct {
		why    string
		change func(string, []journal.Record) (string, []journal.Record)
		want   string
	}{
		{"a score made to look better", func(s string, a []journal.Record) (string, []journal.Record) {
			return strings.ReplaceAll(s, "0.9499", "0.95"), a
		}, "say F1 0.95, the answers in the journal give 0.9499"},
		{"a journal of another set", func(s string, a []journal.Record) (string, []journal.Record) {
			return strings.Replace(s, "set@1", "set@2", 1), a
		}, `results of Sentiment/model=mini/precision=q4_K_M are of set "set@2" and prompt "prompt@1", the journal of set "set@1"`},
		{"a journal of another prompt", func(s string, a []journal.Record) (string, []journal.Record) {
			return strings.Replace(s, "prompt@1", "prompt@2", 1), a
		}, `"prompt@2"`},
		{"a line pasted twice makes costs look surer than they are", func(s string, a []journal.Record) (string, []journal.Record) {
			return s + s[strings.Index(s, "Benchmark"):], a
		}, "the journal holds 2 whole passes of Sentiment/model=mini/precision=q4_K_M, the results 4: a result stands twice"},
		{"results cut at the end of a line", func(s string, a []journal.Record) (string, []journal.Record) {
			return s[:strings.LastIndex(s, "Benchmark")], a
		}, "the journal holds 2 whole passes of Sentiment/model=mini/precision=q4_K_M, the results 1: the results are cut short"},
		{"a journal cut short", func(s string, a []journal.Record) (string, []journal.Record) {
			return s, a[:len(a)-1]
		}, "the journal holds 1 whole passes"},
		{"more answers than the set has sentences", func(s string, a []journal.Record) (string, []journal.Record) {
			return strings.Replace(s, "set-size: 20", "set-size: 19", 1), a
		}, "the journal holds 20 answers of Sentiment/model=mini/precision=q4_K_M in a pass, and set-size is 19"},
		{"another pair's journal", func(s string, a []journal.Record) (string, []journal.Record) {
			return strings.ReplaceAll(s, "q4_K_M", "q8_0"), a
		}, "no answers of Sentiment/model=mini/precision=q8_0"},
		{"a size that is none", func(s string, a []journal.Record) (string, []journal.Record) {
			return strings.Replace(s, "set-size: 20", "set-size: many", 1), a
		}, `results.txt:5: set-size "many" is not a number of sentences`},
	} {
		file := written(t, 2, tt.change)
		run, err := ReadRun(file, Journal(file))
		require.ErrorContains(t, err, tt.want, tt.why)
		require.ErrorContains(t, err, file+":5: ", tt.why)
		require.Nil(t, run, tt.why)
	}
}

// Label probabilities are asked for in a pass of their own, which is no measured one.
func TestReadRunLeavesObservingPassesOut(t *testing.T) {
	file := written(t, 1, func(s string, answers []journal.Record) (string, []journal.Record) {
		for _, a := range answers[:20] {
			a.Pass, a.Options = 2, json.RawMessage(`{"num_ctx":2048,"top_logprobs":20}`)
			answers = append(answers, a)
		}
		return s, answers
	})
	run, err := ReadRun(file, Journal(file))
	require.NoError(t, err)
	require.Len(t, run.Answers[mini].Runs, 1)
}
