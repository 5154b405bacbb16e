package gate

import (
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/journal"
)

// recording is of the set of updown.
func recording() Recording {
	r := Recording{Labels: []string{"down", "up"}, Texts: map[string]string{}}
	for _, a := range updown().Answers {
		r.Texts[a.ID] = a.Text
	}
	return r
}

// onHost adds what costs need: a host, a meter, and joules that go from first to last in equal steps.
func onHost(first, last float64) func(string, []journal.Record) (string, []journal.Record) {
	return func(results string, answers []journal.Record) (string, []journal.Record) {
		n := strings.Count(results, "Benchmark")
		for i := range n {
			joules := first + (last-first)*float64(i)/float64(n-1)
			results = strings.Replace(results, " 1 100 ns/op 0.9499 F1\n", " 1 2e9 ns/op 0.9499 F1 "+printable(joules)+" joules/op\n", 1)
		}
		return "Unit joules/op better=lower\nhost: A CPU (6/85), 2 cores, 24 GiB, governor none, kvm\nmeter: rapl:package-0\nollama: 0.17.4\nollama-cpu: haswell\n" + results, answers
	}
}

func printable(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func readRun(t *testing.T, passes int, change func(string, []journal.Record) (string, []journal.Record)) *Run {
	t.Helper()
	file := written(t, passes, change)
	run, err := ReadRun(file, Journal(file))
	require.NoError(t, err)
	return run
}

func TestRecord(t *testing.T) {
	dir := t.TempDir()
	notes, err := Record(dir, readRun(t, 6, onHost(10, 10)), recording())
	require.NoError(t, err)
	host := filepath.Join(dir, "hosts", "A-CPU-6-85-2-cores-24-GiB-governor-none-kvm", "Sentiment.txt")
	require.Equal(t, []string{"answers of 1 pairs recorded in " + dir, "costs recorded in " + host + ": sitting 1"}, notes)
	g, err := ReadGolden(dir, mini)
	require.NoError(t, err)
	require.Equal(t, "Up 3", g.Answers[3].Text)
	require.Equal(t, "down", g.Answers[3].Got)
	require.True(t, isDefault(g.Reason))

	// Another sitting joins the first; the same one again replaces itself.
	again := readRun(t, 6, func(s string, answers []journal.Record) (string, []journal.Record) {
		for i := range answers {
			answers[i].Run = "q" + answers[i].Run
		}
		return onHost(20, 20)(s, answers)
	})
	for range 2 {
		notes, err = Record(dir, again, recording())
		require.NoError(t, err)
		require.Contains(t, notes[1], "sitting 2")
	}
	// In the order of their ids, so that a file is the same whoever records last.
	sitting := func(id, joules string) string {
		return "\nsitting: " + id + `
host: A CPU (6/85), 2 cores, 24 GiB, governor none, kvm
meter: rapl:package-0
set: set@1
prompt: prompt@1
max-tokens:
context:
protocol:
ollama: 0.17.4
ollama-cpu: haswell
ollama-settings:
threads:
concurrency:
cache:
` + strings.Repeat("Benchmark"+mini.String()+" 1 "+joules+" joules/op 2 sec/op\n", 6)
	}
	want := "Unit joules/op better=lower\nUnit sec/op better=lower\nlines: 12\n" + sitting("qr0", "20") + sitting("r0", "10")
	if diff := cmp.Diff(want, read(t, host)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s, err := readSittings(host)
	require.NoError(t, err)
	require.Equal(t, want, string(s.format()), "read and written again")
}

func TestRecordRefuses(t *testing.T) {
	for _, tt := range []struct {
		why    string
		run    *Run
		change func(*Recording)
		want   string
	}{
		{"a machine that grew slower by a tenth", readRun(t, 10, onHost(10, 11)), nil, "the machine was not stable: joules/op +9.5 % over 10 passes"},
		{"a set of which the run is not", readRun(t, 1, nil), func(r *Recording) { delete(r.Texts, "d9") }, `sentence "d9" of the run is none of the set's`},
		{"answers that are worse", readRun(t, 1, nil), nil, "worse than the golden answers: F1 1.0000 → 0.9499"},
		{"results that do not say how long a pass is, so that a piece of one looks whole", readRun(t, 1, func(s string, a []journal.Record) (string, []journal.Record) {
			return strings.Replace(s, "set-size: 20\n", "", 1), a
		}), nil, "the results do not say of how many sentences the set is (set-size)"},
		{"a run that left a pair out", readRun(t, 1, nil), func(r *Recording) { r.Accept = "on trial" }, "incomplete: Sentiment/model=mini/precision=f16 has golden answers and was not measured"},
	} {
		dir := t.TempDir()
		require.NoError(t, WriteGolden(dir, updownOf(mini)))
		require.NoError(t, WriteGolden(dir, updownOf(Pair{"Sentiment", "mini", "f16"})))
		before := tree(t, dir)
		r := recording()
		if tt.change != nil {
			tt.change(&r)
		}
		_, err := Record(dir, tt.run, r)
		require.ErrorContains(t, err, tt.want, tt.why)
		require.ErrorContains(t, err, tt.run.File, tt.why)
		require.Equal(t, before, tree(t, dir), tt.why)
	}
}

// What one sitting calls a gain must not be a loss in the next.
func TestRecordRefusesAnotherDirection(t *testing.T) {
	dir := t.TempDir()
	_, err := Record(dir, readRun(t, 6, onHost(10, 10)), recording())
	require.NoError(t, err)
	before := tree(t, dir)
	_, err = Record(dir, readRun(t, 6, func(s string, a []journal.Record) (string, []journal.Record) {
		s, a = onHost(10, 10)(s, a)
		return strings.Replace(s, "joules/op better=lower", "joules/op better=higher", 1), a
	}), recording())
	require.ErrorContains(t, err, "unit joules/op: lower is better there, higher in what is recorded, or the other way round")
	require.Equal(t, before, tree(t, dir))
}

// A run of two suites has two sets of labels, and costs that belong into two files.
func TestRecordRefusesTwoSuites(t *testing.T) {
	dir := t.TempDir()
	run := readRun(t, 6, onHost(10, 10))
	other := *run.Pairs[0]
	other.Pair = Pair{"Topics", "mini", "q4_K_M"}
	run.Pairs = append(run.Pairs, &other)
	run.Answers[other.Pair] = run.Answers[mini]
	_, err := Record(dir, run, recording())
	require.ErrorContains(t, err, "Topics/model=mini/precision=q4_K_M is of another suite than Sentiment/model=mini/precision=q4_K_M")
	require.Empty(t, tree(t, dir))
}

// Passes of one sitting under two conditions are no sitting.
func TestRecordRefusesMixedConditions(t *testing.T) {
	dir := t.TempDir()
	run := readRun(t, 6, onHost(10, 10))
	other := *run.Pairs[0]
	other.Pair = Pair{"Sentiment", "mini", "f16"}
	other.Config = maps.Clone(other.Config)
	other.Config["threads"] = "3"
	run.Pairs = append(run.Pairs, &other)
	run.Answers[other.Pair] = run.Answers[mini]
	_, err := Record(dir, run, recording())
	require.ErrorContains(t, err, "precision=f16 was measured under other conditions than Sentiment/model=mini/precision=q4_K_M: threads (none) → 3")
	require.Empty(t, tree(t, dir))
}

func updownOf(p Pair) *Golden {
	g := updown()
	g.Pair, g.Ollama, g.CPU = p, "0.17.4", "haswell"
	return g
}

// A run of few passes is one of answers.
func TestRecordLeavesCostsOut(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		run  *Run
		want string
	}{
		{readRun(t, 5, onHost(10, 10)), "costs not recorded: Sentiment/model=mini/precision=q4_K_M has 5 passes, and fewer than 6 show"},
		{readRun(t, 6, func(s string, a []journal.Record) (string, []journal.Record) {
			return "ollama: 0.17.4\nollama-cpu: haswell\n" + s, a
		}), "costs not recorded: the results do not say on which host"},
	} {
		notes, err := Record(dir, tt.run, recording())
		require.NoError(t, err)
		require.Contains(t, notes[1], tt.want)
		_, err = os.Stat(filepath.Join(dir, "hosts"))
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}

func FuzzParseSittings(f *testing.F) {
	f.Add([]byte(sittingsOf("h", 2, 1, 2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseSittings("f.txt", data)
		if err != nil {
			require.Nil(t, s)
			require.Contains(t, err.Error(), "f.txt:")
			return
		}
		require.Equal(t, string(data), string(s.format()), "nothing is read but what would be written")
	})
}
