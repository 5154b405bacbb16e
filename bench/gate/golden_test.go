package gate

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"

	"github.com/joulebench/joulebench/bench/score"
)

var mini = Pair{"Sentiment", "mini", "q4_K_M"}

// sample is what testdata/golden holds of the pair mini.
//
//	label     TP FP FN  F1         precision  recall
//	negative  1  0  1   2/3        1          1/2
//	neutral   2  1  0   4/5        2/3        1
//	positive  1  0  1   2/3        1          1/2
//	mean                32/45      8/9        2/3
//
// 32/45 = 0.7111, 8/9 = 0.8889; 4 of 6 are right, 1 of 6 is unparsed.
func sample() *Golden {
	return &Golden{
		Pair: mini, Set: "demo set@0a1b2c3d", Prompt: "label@77ab01", Digest: "5d1c7e0f9a32",
		Ollama: "0.17.4", CPU: "haswell",
		Labels: []string{"negative", "neutral", "positive"},
		Margin: 0.05, Reason: `on trial: \n in it is a backslash`,
		Answers: []Answer{
			{"s1", "negative", "negative", "Harlow Tools cut its dividend."},
			{"s2", "negative", "neutral", "Orders fell 18 %."},
			{"s3", "neutral", "neutral", "The board has nine members."},
			{"s4", "neutral", "neutral", "two\nlines,\r\na\ttab and a \\ – no more"},
			{"s5", "positive", "positive", "Net profit doubled to 12,4 M€."},
			{"#6", "positive", score.Unparsed, ""},
		},
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// The committed files are the format. Whoever changes it breaks every golden
// file there is, and should see so here.
func TestGoldenFilesAreStable(t *testing.T) {
	g, err := ReadGolden("testdata/golden", mini)
	require.NoError(t, err)
	if diff := cmp.Diff(sample(), g); diff != "" {
		t.Fatalf("ReadGolden (-want +got):\n%s", diff)
	}
	dir := t.TempDir()
	require.NoError(t, WriteGolden(dir, g))
	for _, ext := range []string{".txt", ".tsv"} {
		if diff := cmp.Diff(read(t, goldenBase("testdata/golden", mini)+ext), read(t, goldenBase(dir, mini)+ext)); diff != "" {
			t.Errorf("read and written again (-committed +written):\n%s", diff)
		}
	}
}

func TestGoldenScoresAreBenchmarkFormat(t *testing.T) {
	data := read(t, goldenBase("testdata/golden", mini)+".txt")
	r := benchfmt.NewReader(strings.NewReader(data), "golden")
	got := map[string]float64{}
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Errorf("plain benchstat would complain: %v", rec)
		case *benchfmt.Result:
			require.Equal(t, mini.String(), rec.Name.String())
			require.Equal(t, "demo set@0a1b2c3d", rec.GetConfig("set"))
			require.Equal(t, "6", rec.GetConfig("set-size"))
			for _, v := range rec.Values {
				got[v.Unit] = v.Value
				require.NotZero(t, r.Units().GetBetter(v.Unit), "direction of %s", v.Unit)
				require.NotNil(t, r.Units().Get(v.Unit, "assume"), "assumption of %s", v.Unit)
			}
		}
	}
	require.NoError(t, r.Err())
	want := map[string]float64{"F1": 0.7111, "accuracy": 0.6667, "macro-precision": 0.8889, "macro-recall": 0.6667, "unparsed": 0.1667}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scores, by hand above sample (-want +got):\n%s", diff)
	}
}

func TestReadGoldenRefuses(t *testing.T) {
	const tsv, txt = ".tsv", ".txt"
	tests := map[string]struct {
		why      string
		ext      string
		old, new string // what is replaced in that file; old "" removes the file
		want     string
	}{
		"no answers":       {"never recorded", tsv, "", "", "`make golden`"},
		"no scores":        {"half of a pair of files", txt, "", "", "`make golden`"},
		"empty":            {"a file of no bytes is no record of no answers", tsv, "*", "", ".tsv:1: want the line"},
		"title":            {"some other tsv", tsv, "# golden answers", "# silver answers", ".tsv:1: "},
		"other pair":       {"a file copied to another name", tsv, "model=mini", "model=maxi", ".tsv:2: holds the answers of Sentiment/model=maxi/"},
		"unknown key":      {"written by a program that knows more than we do", tsv, "# set:", "# colour:", `.tsv:3: want "# set: " and a value, found "# colour:`},
		"no set":           {"nothing to compare by", tsv, "demo set@0a1b2c3d", "", `.tsv:3: want "# set: " and a value`},
		"space around":     {"benchfmt would drop it", tsv, "0.17.4", " 0.17.4", ".tsv:6: "},
		"label twice":      {"the mean over labels would count it twice", tsv, "negative\tneutral\tpositive\n", "negative\tneutral\tnegative\n", ".tsv:8: label \"negative\" stands twice"},
		"label unparsed":   {"no answer would be right", tsv, "negative\tneutral\tpositive\n", "negative\tneutral\tunparsed\n", ".tsv:8: "},
		"margin 1":         {"nothing could ever regress", tsv, "0.05", "1", ".tsv:9: margin 1 lies outside"},
		"margin negative":  {"no run could ever pass", tsv, "0.05", "-0.05", ".tsv:9: margin -0.05 lies outside"},
		"margin NaN":       {"every comparison with it is false", tsv, "0.05", "NaN", ".tsv:9: margin NaN lies outside"},
		"margin in words":  {"typing error", tsv, "0.05", "0,05", `.tsv:9: strconv.ParseFloat: parsing "0,05"`},
		"no reason":        {"a margin without a reason is arbitrary", tsv, "# reason: on trial", "# reason:\n#", `.tsv:10: want "# reason: " and a value`},
		"blank reason":     {"nor is a blank a reason", tsv, `on trial: \\n in it is a backslash`, "  ", ".tsv:10: the margin has no reason"},
		"count too high":   {"lines are gone", tsv, "answers: 6", "answers: 7", "holds 6 of the 7 answers"},
		"count too low":    {"a merge left lines of both sides", tsv, "answers: 6", "answers: 5", "holds 6 of the 5 answers"},
		"count 0":          {"an empty record passes everything", tsv, "answers: 6", "answers: 0", ".tsv:11: 0 answers"},
		"columns":          {"columns in another order", tsv, "label\tanswer", "answer\tlabel", ".tsv:12: "},
		"cut at a line":    {"truncated where it does not show", tsv, "#6\tpositive\tunparsed\tx\t\n", "", "holds 5 of the 6 answers"},
		"cut in a line":    {"truncated", tsv, "unparsed\tx\t\n", "unparsed\tx\t", ".tsv:18: cut short"},
		"cut in a header":  {"truncated", tsv, "# ollama:*", "# ollama: 0.17", ".tsv:6: "},
		"duplicate":        {"one sentence would count twice", tsv, "s3\tneutral", "s1\tneutral", `.tsv:15: sentence "s1" stands on line 13 already`},
		"no id":            {"cannot be matched", tsv, "s3\tneutral", "\tneutral", ".tsv:15: a sentence without an id"},
		"unknown label":    {"would count for nothing", tsv, "s3\tneutral\tneutral", "s3\tneutrl\tneutral", `.tsv:15: label "neutrl" is none of`},
		"unknown answer":   {"would count for nothing", tsv, "s3\tneutral\tneutral", "s3\tneutral\tmeh", `.tsv:15: answer "meh" is none of`},
		"label unparsed 2": {"unparsed is an answer, not a label", tsv, "s3\tneutral\tneutral", "s3\tunparsed\tunparsed", ".tsv:15: label"},
		"mark missing":     {"an answer was edited, its mark was not", tsv, "neutral\tx\tOrders", "neutral\t\tOrders", ".tsv:14: the mark"},
		"mark too many":    {"an answer was edited, its mark was not", tsv, "negative\t\tHarlow", "negative\tx\tHarlow", ".tsv:13: the mark"},
		"fields":           {"a raw tab in a sentence", tsv, "The board has", "The board\thas", ".tsv:15: want 5 fields, found 6"},
		"escape":           {"a backslash that was typed in", tsv, "Orders fell", `Orders \fell`, `.tsv:14: the backslash before "fell`},
		"escape at end":    {"nothing follows the backslash", tsv, "fell 18 %.", `fell\`, ".tsv:14: the backslash before"},
		"score edited":     {"made to look better", txt, "0.7111 F1", "0.9111 F1", ".txt:12: the answers beside it give"},
		"score NaN":        {"NaN passes careless comparisons", txt, "0.7111 F1", "NaN F1", ".txt:12: "},
		"other size":       {"scores of another recording", txt, "set-size: 6", "set-size: 60", ".txt:7: "},
		"scores cut":       {"truncated", txt, " unparsed\n", "", ".txt:12: "},
		"scores empty":     {"truncated to nothing", txt, "*", "", ".txt:1: "},
		"scores twice":     {"appended to", txt, "0.1667 unparsed\n", "0.1667 unparsed\nBenchmarkX 1 1 F1\n", `.txt:13: the answers beside it give ""`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/golden")))
			file := goldenBase(dir, mini) + tt.ext
			edit(t, file, tt.old, tt.new)
			g, err := ReadGolden(dir, mini)
			require.Error(t, err, tt.why)
			require.Nil(t, g)
			require.Contains(t, err.Error(), tt.want, tt.why)
			require.Contains(t, err.Error(), file, "names the file")
			require.Contains(t, err.Error(), "make golden", "says what to do")
		})
	}
}

// An answer edited together with its mark is a well-formed file; only the
// scores beside it give it away.
func TestAnswersEditedWithTheirMark(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/golden")))
	edit(t, goldenBase(dir, mini)+".tsv", "s2\tnegative\tneutral\tx", "s2\tnegative\tnegative\t")
	_, err := ReadGolden(dir, mini)
	require.ErrorContains(t, err, ".txt:12: the answers beside it give")
}

// edit replaces old, which must be there, by new; "*" at the end of old stands
// for the rest of the file, and an empty old removes the file.
func edit(t *testing.T, file, old, new string) {
	t.Helper()
	if old == "" {
		require.NoError(t, os.Remove(file))
		return
	}
	text := read(t, file)
	if start, ok := strings.CutSuffix(old, "*"); ok {
		i := strings.Index(text, start)
		require.GreaterOrEqual(t, i, 0, "the test edits text that is not there")
		text = text[:i] + new
	} else {
		require.Equal(t, 1, strings.Count(text, old), "the test edits %q, which is there not once", old)
		text = strings.Replace(text, old, new, 1)
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

func TestReadGoldenTakesWindowsLines(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/golden")))
	for _, ext := range []string{".txt", ".tsv"} {
		file := goldenBase(dir, mini) + ext
		crlf := strings.ReplaceAll(read(t, file), "\n", "\r\n")
		require.NoError(t, os.WriteFile(file, []byte(crlf), 0o644))
	}
	g, err := ReadGolden(dir, mini)
	require.NoError(t, err, "git on Windows checks text out like this")
	if diff := cmp.Diff(sample(), g); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadAnswers(t *testing.T) {
	tsv := read(t, goldenBase("testdata/golden", mini)+".tsv")
	file := filepath.Join(t.TempDir(), "old.tsv")
	for _, text := range []string{tsv, strings.ReplaceAll(tsv, "\n", "\r\n")} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		g, err := ReadAnswers(file)
		require.NoError(t, err, "neither folder, name nor scores say of which pair it is")
		if diff := cmp.Diff(sample(), g); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, tt := range []struct{ why, old, new, want string }{
		{"some other tsv", "# golden answers", "# silver answers", ":1: want the line"},
		{"no line with the pair", "# pair: ", "# pear: ", `:2: want "# pair: " and a value`},
		{"no pair", "Sentiment/model=mini/precision=q4_K_M", "mini", ":2: pair \"mini/model=/precision=\" has no model"},
		{"half a pair", "/precision=q4_K_M", "", ":2: pair \"Sentiment/model=mini/precision=\" has no precision"},
		{"more than a pair", "precision=q4_K_M", "precision=q4_K_M/threads=2", ":2: pair"},
		{"cut short", "unparsed\tx\t\n", "unparsed\tx\t", ":18: cut short"},
	} {
		require.NoError(t, os.WriteFile(file, []byte(tsv), 0o644))
		edit(t, file, tt.old, tt.new)
		g, err := ReadAnswers(file)
		require.Nil(t, g, tt.why)
		require.ErrorContains(t, err, file+tt.want, tt.why)
		require.ErrorContains(t, err, "make golden", "says what to do")
	}
	_, err := ReadAnswers(file + ".none")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestPairCheck(t *testing.T) {
	for _, tt := range []struct {
		why string
		p   Pair
		ok  bool
	}{
		{"as in the design", Pair{"Sentiment", "llama3.2-1b", "q4_K_M"}, true},
		{"other letters are letters", Pair{"Größe", "m", "f16"}, true},
		{"would leave the golden folder", Pair{"Sentiment", "..", "f16"}, false},
		{"is a path", Pair{"Sentiment", "a/b", "f16"}, false},
		{"is a path on Windows", Pair{"Sentiment", `a\b`, "f16"}, false},
		{"no file name on Windows", Pair{"Sentiment", "llama3.2:1b", "f16"}, false},
		{"splits the benchmark line", Pair{"Sentiment", "a b", "f16"}, false},
		{"benchfmt takes -0 for GOMAXPROCS", Pair{"Sentiment", "m", "q8-0"}, false},
		{"no suite", Pair{"", "m", "f16"}, false},
		{"no model", Pair{"S", "", "f16"}, false},
		{"no precision", Pair{"S", "m", ""}, false},
	} {
		require.Equal(t, tt.ok, tt.p.check() == nil, "%q: %s", tt.p, tt.why)
	}
}

func TestGoldenPairs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"Sentiment/b/f16.tsv", "Sentiment/b/f16.txt", // one pair
		"Sentiment/a/q8_0.txt",       // half a pair counts
		"Sentiment/a/.golden-123",    // left by a crash
		"Sentiment/README.md",        // not a golden file
		"Sentiment/notes.txt",        // no model
		"Sentiment/a/deep/f16.tsv",   // not where golden files are
		"Topics/c/f16.tsv",           // another suite
		"Sentiment/a/q8_0.tsv.orig",  // left by a merge
		"Sentiment/c/q4_0 (copy).md", // somebody's
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	got, err := GoldenPairs(dir, "Sentiment")
	require.NoError(t, err)
	require.Equal(t, []Pair{{"Sentiment", "a", "q8_0"}, {"Sentiment", "b", "f16"}}, got)

	got, err = GoldenPairs(dir, "Nothing")
	require.NoError(t, err, "of a suite without golden files there are none")
	require.Empty(t, got)

	_, err = GoldenPairs(dir, "..")
	require.Error(t, err)
}

func FuzzParseAnswers(f *testing.F) {
	data, err := os.ReadFile(goldenBase("testdata/golden", mini) + ".tsv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := parseAnyAnswers("fuzz.tsv", unixLines(data))
		if err != nil {
			require.Nil(t, g)
			require.Contains(t, err.Error(), "fuzz.tsv:")
			return
		}
		require.NotEmpty(t, g.Answers)
		again, err := parseAnswers("again.tsv", g.formatAnswers(), g.Pair)
		require.NoError(t, err)
		if diff := cmp.Diff(g, again); diff != "" {
			t.Fatalf("written and read again (-first +second):\n%s", diff)
		}
		scores, err := g.formatScores()
		require.NoError(t, err)
		require.NoError(t, g.checkScores("fuzz.txt", scores))
		results, err := parseResults("fuzz.txt", scores)
		require.NoError(t, err, "the scores are a results file")
		require.Equal(t, g.Pair, results.Pairs[0].Pair)
		require.NoError(t, g.Pair.check())
		require.Equal(t, g.Set, results.Pairs[0].Config["set"])
		require.Equal(t, g.CPU, results.Pairs[0].Config["ollama-cpu"])
	})
}
