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
		Runs:    []string{"r1", "r1", "r2"}, Unsteady: 1,
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

// A run that broke off leaves a piece of a pass in its journal. Where it is known
// how long a pass is, the first whole one counts, and pieces are no passes.
func TestRecorderSkipsPieces(t *testing.T) {
	c := recorder{pair: mini, size: 2}
	for _, r := range []journal.Record{
		record("r1", 1, "a", "down"), // the piece: were it taken, a would be down
		record("r2", 1, "a", "up"),
		record("r2", 1, "b", "up"),
		record("r3", 1, "a", "up"),
		record("r3", 1, "b", "up"),
		record("r4", 1, "b", "up"), // another piece
	} {
		require.NoError(t, c.add(r.Outcome()))
	}
	got, err := c.recorded()
	require.NoError(t, err)
	want := &Recorded{
		Set: "set@1", Prompt: "prompt@1", Digest: "d1",
		Answers: []Answer{{"a", "up", "up", ""}, {"b", "up", "up", ""}},
		Runs:    []string{"r2", "r3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What -resume takes up later in the file goes on under the old run and pass.
func TestRecorderTakesUpWhatWasResumed(t *testing.T) {
	other := record("r1", 1, "a", "up")
	other.Precision = "f16"
	got, err := FromJournal([]journal.Record{record("r1", 1, "a", "up"), other, record("r1", 1, "b", "down")}, mini)
	require.NoError(t, err)
	require.Equal(t, []Answer{{"a", "up", "up", ""}, {"b", "up", "down", ""}}, got.Answers)
	require.Equal(t, []string{"r1"}, got.Runs)
}
