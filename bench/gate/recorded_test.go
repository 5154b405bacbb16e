package gate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/journal"
)

// record is an answer to sentence id of the pair mini, whose label is up.
func record(run string, pass int, id, got string) journal.Record {
	return journal.Record{
		Suite: mini.Suite, Model: mini.Model, Precision: mini.Precision,
		Set: "set@1", Prompt: "prompt@1", Digest: "d1",
		Run: run, Pass: pass, ID: id, Want: "up", Got: got, Answer: " " + got,
	}
}

func TestFromJournal(t *testing.T) {
	other := record("r1", 1, "a", "down")
	other.Precision = "f16"
	records := []journal.Record{
		other,
		record("r1", 1, "a", "up"),
		record("r1", 1, "b", "up"),
		record("r1", 2, "a", "up"),
		record("r1", 2, "b", "down"), // unsteady
		record("r2", 1, "b", "down"), // the same sentence again
		record("r2", 1, "a", "up"),
		record("r2", 1, "z", "up"), // not in the first pass: Compare's business
	}
	got, err := FromJournal(records, mini)
	require.NoError(t, err)
	want := &Recorded{
		Set: "set@1", Prompt: "prompt@1", Digest: "d1",
		Answers: []Answer{{"a", "up", "up", ""}, {"b", "up", "up", ""}},
		Passes:  3, Unsteady: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	_, err = FromJournal(records, Pair{"Sentiment", "mini", "q8_0"})
	require.ErrorContains(t, err, "no answers of Sentiment/model=mini/precision=q8_0")

	for why, change := range map[string]func(*journal.Record){
		"set": func(r *journal.Record) { r.Set = "set@2" },
		// The weights may change behind a name between two runs.
		"weights": func(r *journal.Record) { r.Digest = "d2" },
		"prompt":  func(r *journal.Record) { r.Prompt = "prompt@2" },
	} {
		again := record("r2", 1, "a", "up")
		change(&again)
		_, err = FromJournal(append(records[:3:3], again), mini)
		require.ErrorContains(t, err, "mixes", why)
		require.ErrorContains(t, err, why)
	}
}

func TestJudge(t *testing.T) {
	g := updown()
	good := Result{Pair: mini, F1: 0.9499, Set: "set@1", Prompt: "prompt@1"} // 379/399, see TestCompareVerdict
	rec := &Recorded{Set: "set@1", Prompt: "prompt@1", Digest: "d1", Answers: answering(g, map[string]string{"u3": "down"}), Passes: 1}
	c, err := Judge(g, good, rec)
	require.NoError(t, err)
	require.Equal(t, Pass, c.Verdict)

	for _, tt := range []struct {
		why    string
		change func(*Result)
		want   string
	}{
		{"a score made to look better", func(r *Result) { r.F1 = 0.95 }, "results say F1 0.95, the answers in the journal give 0.9499"},
		{"a journal of another set", func(r *Result) { r.Set = "set@2" }, `"set@2"`},
		{"a journal of another prompt", func(r *Result) { r.Prompt = "prompt@2" }, `"prompt@2"`},
	} {
		res := good
		tt.change(&res)
		c, err := Judge(g, res, rec)
		require.Nil(t, c, tt.why)
		require.ErrorContains(t, err, tt.want, tt.why)
	}

	other := *rec
	other.Digest = "d2"
	_, err = Judge(g, good, &other)
	require.ErrorContains(t, err, "not comparable")
}
