package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/score"
)

// wants are the right labels of the set demo@1.
var (
	ids   = []string{"u1", "u2", "d1", "d2", "n1"}
	wants = map[string]string{"u1": "up", "u2": "up", "d1": "down", "d2": "down", "n1": "flat"}
)

// pass are the records of one pass in which the sentences got these answers.
func pass(model, precision, run string, n int, got ...string) []journal.Record {
	var records []journal.Record
	for i, g := range got {
		records = append(records, journal.Record{
			Suite: "Sentiment", Model: model, Precision: precision, Set: "demo@1", Prompt: "label@1", Digest: "d1",
			Run: run, Pass: n, ID: ids[i], Want: wants[ids[i]], Got: g,
		})
	}
	return records
}

// change changes each of the records.
func change(records []journal.Record, change func(r *journal.Record)) []journal.Record {
	for i := range records {
		change(&records[i])
	}
	return records
}

func write(t *testing.T, name string, passes ...[]journal.Record) {
	t.Helper()
	w, err := journal.Append(name)
	require.NoError(t, err)
	for _, records := range passes {
		for _, r := range records {
			require.NoError(t, w.Write(r))
		}
	}
	require.NoError(t, w.Close())
}

// record writes golden answers.
func record(t *testing.T, dir, model, precision string, got ...string) {
	t.Helper()
	g := &gate.Golden{
		Pair: gate.Pair{Suite: "Sentiment", Model: model, Precision: precision},
		Set:  "demo@1", Prompt: "label@1", Digest: "d1", Ollama: "0.17.4", CPU: "haswell",
		Labels: []string{"down", "flat", "up"}, Margin: 0.1, Reason: "on trial",
	}
	for i, a := range got {
		g.Answers = append(g.Answers, gate.Answer{ID: ids[i], Want: wants[ids[i]], Got: a, Text: "Text of\t" + ids[i]})
	}
	require.NoError(t, gate.WriteGolden(dir, g))
}

type shares = map[string]float64

// The answers that most tests use.
//
//	        right  high  low
//	u1      up     up    up
//	u2      up     up    unparsed   right → wrong
//	d1      down   down  down
//	d2      down   up    down       wrong → right
//	n1      flat   down  up         wrong → other wrong
//
// F1 of up, down and flat: 4/5, 2/4 and 0 are 0.4333 on average; 2/4, 1 and 0 are 0.5.
var (
	high = []string{"up", "up", "down", "up", "down"}
	low  = []string{"up", score.Unparsed, "down", "down", "up"}
)

func TestOneJournal(t *testing.T) {
	t.Chdir(t.TempDir())
	first, later := pass("mini", "f16", "r1", 1, high...), pass("mini", "f16", "r1", 2, "up", "up", "up", "up", "down")
	for i, reason := range []string{"sales rose", "sales rose", "a cut", "a gain", "a loss"} {
		first[i].Reason, later[i].Reason = reason, "not of the first pass"
	}
	for i, p := range []shares{{"up": 0.5, "down": 0.5}, {"up": 0.75, "down": 0.25}, {"up": 1}, {"up": 0.75, "flat": 0.25}, {"down": 1}} {
		later[i].Probabilities = p
	}
	third := change(pass("mini", "f16", "r1", 3, high...), func(r *journal.Record) { r.Probabilities = shares{r.Got: 1} })
	third[2].Probabilities = nil
	another := change(pass("mini", "f16", "r2", 1, high...), func(r *journal.Record) { r.Probabilities = shares{"down": 1} })
	small := pass("mini", "q4_K_M", "r1", 1, low...)
	for i, reason := range []string{"sales \n rose", "", "cuts", "\x1b[2Ja loss", "a profit"} {
		small[i].Reason = reason
	}
	small[0].Probabilities = shares{"up": 0.25, "down": 0.75}
	small[2].Probabilities = shares{"down": 1}
	small[4].Probabilities = shares{"up": 0.5, "down": 0.5}
	// The highest precision is not the first one that was run.
	write(t, "a.jsonl", small, first, later, third, another, pass("mini", "q8_0", "r1", 1, high...), pass("solo", "f16", "r1", 1, high...))

	// label-KL: u1 ½ ln 2 + ½ ln ⅔ = 0.1438 and n1 1·ln 2 = 0.6931 are 0.4185 on
	// average; d1 has probabilities of another answer and of another run only, and
	// those of a third pass come too late.
	check(t, "a journal has no texts", []string{"a.jsonl"}, `mini: f16 → q8_0
  5 sentences of demo@1, F1 0.4333 → 0.4333: the same answers
  answers changed 0 (drift 0.0000): right → wrong 0, wrong → right 0, wrong → other wrong 0
  label-KL none: no sentence has label probabilities on both sides (they stand in journals of runs with -probabilities)
  reasons changed 0 of 0 (0 although the label stayed); on one side only 5
  unsteady: f16 answered 1 of the sentences otherwise in a later one of 4 passes; the first counts

mini: f16 → q4_K_M
  5 sentences of demo@1, F1 0.4333 → 0.5000
  answers changed 3 (drift 0.6000): right → wrong 1, wrong → right 1, wrong → other wrong 1
  label-KL 0.418 nats over 2 of 5
  reasons changed 3 of 4 (1 although the label stayed); on one side only 1
  unsteady: f16 answered 1 of the sentences otherwise in a later one of 4 passes; the first counts
  right → wrong:
    u2 is up
      up 0.7500    | unparsed
      "sales rose" | no reason
  wrong → other wrong:
    n1 is flat
      down 1.0000 | up 0.5000
      "a loss"    | "a profit"
  wrong → right:
    d2 is down
      up 0.7500 | down
      "a gain"  | "\x1b[2Ja loss"

note: solo is left out: a.jsonl has f16 alone (a second file may hold answers to compare with it)
`)

	// The set's hash was computed outside of Go, as dataset.Set.ID says.
	require.NoError(t, os.WriteFile("demo.csv", []byte("id,text,label\nu1,One,up\nu2,\x1b[2JTwo,up\nd1,Three,down\nd2,Four,down\nn1,Five,flat\nn2,Six,flat\n"), 0o644))
	check(t, "flags on both sides; the set may have more sentences", []string{"-model=mini", "a.jsonl", "-from", "q8_0", "-to", "q4_K_M", "-set", "demo.csv"}, `mini: q8_0 → q4_K_M
  5 sentences of demo@1, F1 0.4333 → 0.5000
  answers changed 3 (drift 0.6000): right → wrong 1, wrong → right 1, wrong → other wrong 1
  label-KL none: no sentence has label probabilities on both sides (they stand in journals of runs with -probabilities)
  reasons changed 0 of 0 (0 although the label stayed); on one side only 4
  texts from demo@0bf69b97
  right → wrong:
    u2 is up: "\x1b[2JTwo"
      up | unparsed
  wrong → other wrong:
    n1 is flat: "Five"
      down      | up 0.5000
      no reason | "a profit"
  wrong → right:
    d2 is down: "Four"
      up        | down
      no reason | "\x1b[2Ja loss"
`)
	require.NotContains(t, output(t, "-model=mini", "-to=q8_0", "-set=demo.csv", "a.jsonl"), "texts", "no sentence to print")
}

func TestTwoGoldenFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	record(t, "g", "mini", "f16", "up", "down", "down", "up", "flat")
	record(t, "g", "mini", "q4_K_M", "down", "up", "up", "down", "flat")
	// Their names tell nothing: the files say themselves what they hold.
	require.NoError(t, os.Rename("g/Sentiment/mini/f16.tsv", "old.tsv"))
	require.NoError(t, os.Rename("g/Sentiment/mini/q4_K_M.tsv", "new.tsv"))
	// Both: up and down 1 of 2 found, 1 false alarm each, so 1/2; flat 1: 2/3.
	check(t, "F1 does not tell the two apart", []string{"old.tsv", "new.tsv"}, `mini: f16 (old.tsv) → q4_K_M (new.tsv)
  5 sentences of demo@1, F1 0.6667 → 0.6667: equal F1 (to 4 decimals), other answers
  answers changed 4 (drift 0.8000): right → wrong 2, wrong → right 2, wrong → other wrong 0
  label-KL none: no sentence has label probabilities on both sides (they stand in journals of runs with -probabilities)
  right → wrong:
    u1 is up: "Text of\tu1"
      up | down
    d1 is down: "Text of\td1"
      down | up
  wrong → right:
    u2 is up: "Text of\tu2"
      down | up
    d2 is down: "Text of\td2"
      up | down
`)

	// A journal in which the pair is not the only one.
	write(t, "b.jsonl", pass("mini", "f16", "r1", 1, "up", "down", "down", "up", "down"), pass("other", "f16", "r1", 1, high...))
	check(t, "a journal against golden answers, whose texts are taken", []string{"old.tsv", "b.jsonl", "-all"}, `mini: f16 (old.tsv) → f16 (b.jsonl)
  5 sentences of demo@1, F1 0.6667 → 0.3000
  answers changed 1 (drift 0.2000): right → wrong 1, wrong → right 0, wrong → other wrong 0
  label-KL none: no sentence has label probabilities on both sides (they stand in journals of runs with -probabilities)
  right → wrong:
    n1 is flat: "Text of\tn1"
      flat | down

note: other is left out: b.jsonl has f16, the other file has nothing of it
`)
}

func TestTwoJournals(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.jsonl", pass("mini", "q8_0", "r1", 1, high...), pass("mini", "f16", "r1", 1, high...))
	asked := change(append(pass("mini", "f16", "r7", 1, high...), pass("mini", "q8_0", "r7", 1, low...)...),
		func(r *journal.Record) { r.Prompt, r.Digest = "reason@2", "d\x1b2" })
	write(t, "b.jsonl", asked)
	const none = `  label-KL none: no sentence has label probabilities on both sides (they stand in journals of runs with -probabilities)
  another prompt: label@1 → reason@2
  other weights: d1 → "d\x1b2"
`
	same := `mini: f16 (a.jsonl) → f16 (b.jsonl)
  5 sentences of demo@1, F1 0.4333 → 0.4333: the same answers
  answers changed 0 (drift 0.0000): right → wrong 0, wrong → right 0, wrong → other wrong 0
` + none
	moved := ` (a.jsonl) → q8_0 (b.jsonl)
  5 sentences of demo@1, F1 0.4333 → 0.5000
  answers changed 3 (drift 0.6000): right → wrong 1, wrong → right 1, wrong → other wrong 1
` + none + `  right → wrong:
    u2 is up
      up | unparsed
  wrong → other wrong:
    n1 is flat
      down | up
  wrong → right:
    d2 is down
      up | down
`
	check(t, "two commits: precision by precision, the highest first", []string{"a.jsonl", "b.jsonl"}, same+"\nmini: q8_0"+moved)
	check(t, "one of each", []string{"-from", "q8_0", "-to", "q8_0", "a.jsonl", "b.jsonl"}, "mini: q8_0"+moved)
	check(t, "one of A with all of B", []string{"-from", "f16", "a.jsonl", "b.jsonl"}, same+"\nmini: f16"+moved)
}

func TestInfiniteKL(t *testing.T) {
	t.Chdir(t.TempDir())
	give := func(p shares) func(*journal.Record) {
		return func(r *journal.Record) { r.Probabilities = p }
	}
	write(t, "a.jsonl", change(pass("mini", "f16", "r1", 1, "up"), give(shares{"up": 0.5, "down": 0.5})),
		change(pass("mini", "q8_0", "r1", 1, "up"), give(shares{"up": 1})),
		change(pass("mini", "q4_0", "r1", 1, "up"), give(shares{"up": 0.5, "down": 0.5, "flat": 0})))
	out := output(t, "a.jsonl")
	require.Contains(t, out, "label-KL +Inf nats over 1 of 1 (infinite for 1, where a label has no probability left)\n", "q8_0 does not name a label that f16 thinks as probable as the other")
	require.Contains(t, out, "label-KL 0 nats over 1 of 1\n", "labels without probability may be named or not")
}

func TestSuites(t *testing.T) {
	t.Chdir(t.TempDir())
	other := change(pass("mini", "f32", "r1", 1, high...), func(r *journal.Record) { r.Suite, r.Set = "Topics", "topics@1" })
	write(t, "a.jsonl", pass("mini", "q8_0", "r1", 1, low...), other, pass("mini", "f16", "r1", 1, high...))
	out := output(t, "a.jsonl")
	require.Contains(t, out, "mini: f16 → q8_0\n", "its own highest precision")
	require.Contains(t, out, "note: mini is left out: a.jsonl has f32 alone", "a model of that name in another suite is another one")
}

func TestMany(t *testing.T) {
	t.Chdir(t.TempDir())
	var old, new []journal.Record
	for i := range 12 {
		r := journal.Record{Suite: "S", Model: "m", Precision: "f32", Set: "s@1", Run: "r", Pass: 1, ID: fmt.Sprint("s", i), Want: "up", Got: "up"}
		old = append(old, r)
		r.Precision, r.Got = "f16", "down"
		new = append(new, r)
	}
	old[0].Got, new[0].Got = "down", "up"
	old[1].Got, new[1].Got = "down", "flat"
	write(t, "a.jsonl", new, old)
	out := output(t, "a.jsonl")
	require.Contains(t, out, "m: f32 → f16\n")
	require.Contains(t, out, "right → wrong 10, wrong → right 1, wrong → other wrong 1")
	require.Regexp(t, `(?s)  right → wrong:\n    s2 is.*    s11 is up\n      up \| down\n  and 2 more \(-all\)\n$`, out, "ten, the worst kind first")
	all := output(t, "-all", "a.jsonl")
	require.Regexp(t, `(?s)s11 is up.*  wrong → other wrong:\n    s1 is up\n      down \| flat\n  wrong → right:\n    s0 is up\n      down \| up\n$`, all)
	require.NotContains(t, all, "more")

	write(t, "b.jsonl", old[:11], new[:11])
	require.Contains(t, output(t, "b.jsonl"), "and 1 more (-all)")
	write(t, "c.jsonl", old[:10], new[:10])
	require.NotContains(t, output(t, "c.jsonl"), "more", "ten of ten")
}

func TestRunErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	both := func(model string) [][]journal.Record {
		return [][]journal.Record{pass(model, "f16", "r1", 1, high...), pass(model, "q8_0", "r1", 1, low...)}
	}
	write(t, "a.jsonl", both("mini")...)
	write(t, "f16.jsonl", both("mini")[0])
	write(t, "three.jsonl", append(both("mini"), pass("mini", "q4_0", "r1", 1, low...))...)
	write(t, "other.jsonl", both("other")...)
	write(t, "set.jsonl", change(both("mini")[0], func(r *journal.Record) { r.Set = "demo@2" }))
	write(t, "short.jsonl", both("mini")[0][:3])
	write(t, "label.jsonl", change(both("mini")[0], func(r *journal.Record) { r.Want = "up" }))
	write(t, "twice.jsonl", both("mini")[0], both("mini")[0])
	write(t, "mixed.jsonl", both("mini")[0], change(pass("mini", "f16", "r2", 1, high...), func(r *journal.Record) { r.Prompt = "label@2" }))
	write(t, "unlabelled.jsonl", change(both("mini")[0], func(r *journal.Record) { r.Want = score.Unparsed }))
	write(t, "empty.jsonl")
	record(t, "g", "mini", "f16", high...)
	golden := filepath.FromSlash("g/Sentiment/mini/f16.tsv")
	for name, content := range map[string]string{
		"part.csv":    "id,text,label\nu1,One,up\nu2,Two,up\n",
		"labels.csv":  "id,text,label\nu1,One,up\nu2,Two,up\nd1,Three,up\nd2,Four,down\nn1,Five,flat\n",
		"other.tsv":   "text\tlabel\nOne\tup\n",
		"results.txt": "BenchmarkSentiment/model=mini/precision=f16 1 1 F1\n",
	} {
		require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
	}
	for _, tt := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"nothing to compare", nil, "drift: want one journal, or two files to compare, got 0 (usage: drift [flags] A [B])"},
		{"more than two", []string{"a.jsonl", "a.jsonl", "a.jsonl"}, "got 3"},
		{"a missing journal", []string{"none.jsonl"}, "journal: open none.jsonl"},
		{"missing golden answers", []string{"none.tsv", "a.jsonl"}, "gate: golden answers: open none.tsv"},
		{"a tsv that is none of ours", []string{"other.tsv", "a.jsonl"}, "other.tsv:1: want the line"},
		{"scores are no answers", []string{"results.txt"}, "results.txt:1: \"BenchmarkSentiment"},
		{"interrupted before the first answer", []string{"empty.jsonl"}, "drift: empty.jsonl: a journal without answers"},
		{"two prompts in one journal", []string{"mixed.jsonl"}, `drift: mixed.jsonl: gate: journal of Sentiment/model=mini/precision=f16 mixes set "demo@1", prompt "label@1"`},
		{"one precision alone", []string{"f16.jsonl"}, "drift: nothing to compare: mini is left out: f16.jsonl has f16 alone (a second file may hold"},
		{"one golden file", []string{golden}, "drift: nothing to compare: mini is left out: " + golden + " has f16 alone"},
		{"an unknown model", []string{"a.jsonl", "-model", "maxi"}, "drift: -model maxi: there are answers of mini only"},
		{"an unknown precision to compare with", []string{"a.jsonl", "-from", "f32"}, "mini is left out: -from f32, but a.jsonl has f16, q8_0"},
		{"an unknown precision to compare", []string{"a.jsonl", "-to", "q4_0"}, "mini is left out: -to q4_0 beside f16, but a.jsonl has f16, q8_0"},
		{"with itself", []string{"a.jsonl", "-to", "f16"}, "mini is left out: -to f16 beside f16, but a.jsonl has f16, q8_0"},
		{"the same of two files", []string{"a.jsonl", "a.jsonl", "-from", "f32"}, "mini is left out: -from f32, but a.jsonl has f16, q8_0"},
		{"and for the second", []string{"a.jsonl", "three.jsonl", "-to", "f32"}, "mini is left out: -to f32, but three.jsonl has f16, q8_0, q4_0"},
		{"other models", []string{"a.jsonl", "other.jsonl"}, "mini is left out: a.jsonl has f16, q8_0, the other file has nothing of it; other is left out: other.jsonl has f16, q8_0, the other"},
		{"one of two, or all?", []string{golden, "a.jsonl"}, "drift: mini: " + golden + " has f16, and a.jsonl has f16, q8_0: say which to compare by -to f16|q8_0"},
		{"which with the one?", []string{"a.jsonl", golden}, "say which to compare by -from f16|q8_0"},
		{"which with which?", []string{"a.jsonl", "three.jsonl"}, "say which to compare by -from f16|q8_0 and -to f16|q8_0|q4_0"},
		{"-to leaves the other side open", []string{"a.jsonl", "three.jsonl", "-to", "q4_0"}, "a.jsonl has f16, q8_0, and three.jsonl has q4_0: say which to compare by -from f16|q8_0"},
		{"another set", []string{"f16.jsonl", "set.jsonl"}, "drift: mini: f16 (f16.jsonl) is of set demo@1, f16 (set.jsonl) of set demo@2: only answers to the same set can be compared"},
		{"sentences missing in B", []string{"f16.jsonl", "short.jsonl"}, `drift: mini: not the same sentences: 2 answered by f16 (f16.jsonl) alone ["d2" "n1"] (if a run was interrupted`},
		{"sentences missing in A", []string{"short.jsonl", "f16.jsonl"}, `not the same sentences: 2 answered by f16 (f16.jsonl) alone ["d2" "n1"]`},
		{"other right labels", []string{"f16.jsonl", "label.jsonl"}, `3 with another right label in f16 (f16.jsonl) than in f16 (label.jsonl) ["d1" "d2" "n1"]`},
		{"a sentence twice in A", []string{"twice.jsonl", "f16.jsonl"}, "drift: mini: f16 (twice.jsonl) answers sentence u1 twice in one pass"},
		{"a sentence twice in B", []string{"f16.jsonl", "twice.jsonl"}, "drift: mini: f16 (twice.jsonl) answers sentence u1 twice in one pass"},
		{"no answer is no right answer", []string{"unlabelled.jsonl", "unlabelled.jsonl"}, `drift: mini: f16 (unlabelled.jsonl): sentence u1: score: right answer "unparsed"`},
		{"a set that lacks sentences", []string{"a.jsonl", "-set", "part.csv"}, `drift: -set part.csv, which is part@2f352ef7, lacks 3 sentences of demo@1 or labels them otherwise: ["d1" "d2" "n1"]`},
		{"a set with the same ids and other sentences", []string{"a.jsonl", "-set", "labels.csv"}, `lacks 1 sentences of demo@1 or labels them otherwise: ["d1"]`},
		{"no set", []string{"a.jsonl", "-set", "none.csv"}, "none.csv"},
		{"an unknown flag after the file", []string{"a.jsonl", "-x"}, "flag provided but not defined: -x"},
	} {
		var out bytes.Buffer
		require.ErrorContains(t, run(tt.args, &out, new(bytes.Buffer)), tt.want, tt.reason)
		require.Empty(t, out.String(), "a failure prints no half a report")
	}
	require.ErrorIs(t, run([]string{"-h"}, new(bytes.Buffer), new(bytes.Buffer)), flag.ErrHelp)
}

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(args, &out, &out))
	return out.String()
}

// check compares the whole output.
func check(t *testing.T, reason string, args []string, want string) {
	t.Helper()
	if diff := cmp.Diff(want, output(t, args...)); diff != "" {
		t.Errorf("drift %v: %s (-want +got):\n%s", args, reason, diff)
	}
}
