package bench

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A flag of ours that go test also has would be taken by go test, silently and with another meaning.
func TestFlagsAreNotGoTests(t *testing.T) {
	taken := map[string]bool{}
	for _, topic := range []string{"testflag", "test", "build"} {
		out, err := exec.Command("go", "help", topic).Output()
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^\s+-(\w+)`).FindAllSubmatch(out, -1) {
			taken[string(m[1])] = true
		}
	}
	require.True(t, taken["parallel"] && taken["race"] && taken["args"], "go help was not understood: %v", taken)
	var o options
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	o.register(fs)
	fs.VisitAll(func(f *flag.Flag) { require.False(t, taken[f.Name], "-%s is go test's", f.Name) })
}

// flags are the options of a command line.
func flags(tb testing.TB, args ...string) options {
	tb.Helper()
	var o options
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	o.register(fs)
	require.NoError(tb, fs.Parse(args))
	require.NoError(tb, o.parsed(fs))
	return o
}

func TestUpdateFlagOfTheUsersOwn(t *testing.T) {
	fs := flag.NewFlagSet("theirs", flag.ContinueOnError)
	fs.Bool("update", false, "their own")
	var o options
	o.register(fs)
	require.NoError(t, fs.Parse([]string{"-update"}))
	require.NoError(t, o.parsed(fs))
	require.True(t, o.update, "the flag they defined is the one that counts")
}

func TestBadFlagValues(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"-threads=0", "want 1 or more"},
		{"-pue=0.9", "want a number of 1 or more"},
		{"-pue=NaN", "want a number of 1 or more"},
		{"-pue=+Inf", "want a number of 1 or more"},
		{"-concurrency=0", "-concurrency 0: want 1 or more"},
		{"-sample=-1", "-sample -1: want 0 or more"},
		{"-shots=-1", "-shots -1: want 0 or more"},
		{"-max-tokens=-1", "-max-tokens -1: want 0 or more"},
		{"-unparsed=ignore", "want wrong or drop"},
		{"-cache=hot", "want warm or cold"},
		{"-prune", "which it does with -pull only"},
		{"-kv-cache=q5_0", "want f16, q8_0 or q4_0"},
		{"-flash-attention=1", "want true or false"},
		{"-kv-cache=q8_0 -flash-attention=false", "Ollama quantises the KV cache with flash attention only"},
		{"-cache=cold -concurrency=2", "cannot be emptied one by one"},
		{"-log=a.jsonl -journal=a.jsonl", "that is the journal"},
		{"-resume", "name the journal to go on from with -journal"},
		{"-shots-from=x.csv", "say how many examples with -shots"},
		{"-seeds=1,a", `"a" is no whole number`},
		{"-seeds=1,2,1", "1 stands twice"},
		{"-update -protocol=study", "sampled ones differ from seed to seed"},
		{"-update -sample=5", "-update with -sample would replace the golden answers"},
		{"-update -shots=1", "-update with -shots would replace"},
		{"-update -prompt=reason", "-update with -prompt would replace"},
		{"-update -constrain=false", "-update with -constrain would replace"},
		{"-update -max-tokens=1", "-update with -max-tokens would replace"},
	} {
		var o options
		fs := flag.NewFlagSet("bench", flag.ContinueOnError)
		o.register(fs)
		require.NoError(t, fs.Parse(strings.Fields(c.arg)), c.arg)
		require.ErrorContains(t, o.parsed(fs), c.want, c.arg)
	}
}

func TestPathsFromTheModulesRoot(t *testing.T) {
	root := t.TempDir()
	pkg := filepath.Join(root, "pkg")
	require.NoError(t, os.MkdirAll(filepath.Join(root, "data"), 0o755))
	require.NoError(t, os.Mkdir(pkg, 0o755))
	for file, text := range map[string]string{"go.mod": "module x", "data/set.csv": "x", "pkg/own.csv": "x"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(text), 0o644))
	}
	t.Chdir(pkg)
	require.Equal(t, "own.csv", fromRoot("own.csv"), "a file in the package's folder is meant as it is")
	for _, path := range []string{"data/set.csv", "data/new.jsonl"} {
		require.Equal(t, filepath.Join(root, path), fromRoot(path), "what go test's user sees from the root, to read or to write")
	}
	require.Equal(t, "nowhere/set.csv", fromRoot("nowhere/set.csv"), "the error should name what was typed")
}

// The suite's errors as people see them: the test binary itself, run with a bad command line.
func TestBadCommandLine(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	for _, c := range []struct{ why, arg, want string }{
		{"unknown model", "-models=llama", `the suite has no "llama"`},
		{"unknown precision", "-precisions=q3", `the suite has no "q3"`},
		{"unknown prompt", "-prompt=why", `suite Sentiment has no "why"; it has label, reason, study (or name a file, such as my.txt)`},
		{"a prompt's file that is not there", "-prompt=none.txt", "none.txt"},
		{"a prompt's file without the sentence", "-prompt=" + write("blind.txt", "Which of {{.Labels}}?"), "0 times"},
		{"a reason cannot be constrained", "-prompt=reason -constrain", "holds a reason in free words"},
		{"no value of a flag that is on or off", "-constrain=perhaps", "invalid"},
		{"unknown protocol", "-protocol=paper", "model llama3.2-mini of suite Sentiment has no settings of that name"},
		{"a sample of more than there is", "-sample=301", "a sample of 301 records from 300"},
		{"more examples than there are", "-shots=101", "a sample of 101 records from 100"},
		{"examples that are the set's own give the answers away", "-shots=1 -shots-from=../fixtures/sets/joulebench-finance.jsonl", "are in ../fixtures/sets/joulebench-finance.jsonl as well"},
		{"examples without reasons for a prompt that asks for them", "-prompt=reason -shots=1 -shots-from=" + write("plain.csv", "text,label\nUp,positive\n"), "has no note"},
		{"an unknown form of set", "-form=xls", "no form"},
		{"a broken list of names", "-names=0", "is not LABEL=NAME"},
		{"-resume of what is no journal", "-resume -journal=" + write("notes.txt", "remember\n"), "is not a journal"},
		{"unknown suite by name", "-suite=papers", "-suite papers: there are"},
		{"missing suite file", "-suite=" + filepath.Join(dir, "none.json"), "none.json"},
		{"a suite with a misspelt field", "-suite=" + write("typo.json", "{\n \"nmae\": \"X\"}"), `unknown field "nmae"`},
		{"missing set", "-set=none.csv", "none.csv"},
		{"empty set", "-set=" + write("empty.csv", ""), "empty.csv"},
		{"a set with an unlabelled row", "-set=" + write("gap.csv", "sentence,label\nSales rose.,positive\nSales fell.,\n"), "gap.csv:3"},
		{"a label that the suite does not know", "-set=" + write("odd.csv", "sentence,label\nSales rose.,bullish\n"), "bullish"},
		{"golden answers of another set would take the place of the suite's", "-update -set=" + write("ok.csv", "sentence,label\nSales rose.,positive\n"), "name another folder with -golden"},
		{"unknown grid", "-grid=ATLANTIS", "ATLANTIS"},
		{"a live grid without its token", "-grid=electricitymaps:FR", "ELECTRICITYMAPS_TOKEN"},
		{"no lifetime", "-embodied=300kg", "want CO2e over a lifetime"},
		{"unknown meter", "-test.bench=. -meter=wattmeter", "want rapl or perf or hwmon"},
		{"no length of time", "-idle=10", "invalid value"},
		{"a negative one", "-idle=-1s", "want 0s or more"},
		{"a flag's value that is no number", "-threads=many", "invalid value"},
		{"an unknown flag", "-moddels=x", "not defined"},
		{"a log that cannot be opened", "-log=" + filepath.Join(dir, "none", "p.log"), "name a file in a folder that exists"},
		{"a journal that cannot be opened", "-journal=" + filepath.Join(dir, "none", "a.jsonl"), "a.jsonl"},
	} {
		cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestSentiment$"}, strings.Fields(c.arg)...)...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		require.Error(t, err, "%s: exit status 0", c.why)
		require.Equal(t, 2, cmd.ProcessState.ExitCode(), "%s: %s", c.why, &out)
		require.Contains(t, out.String(), c.want, c.why)
	}
}
