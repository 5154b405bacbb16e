//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// asCommand makes the test binary the command itself.
const asCommand = "JOULEBENCH_TEST_MEASURE"

func TestMain(m *testing.M) {
	if _, ok := os.LookupEnv(guardVariable); ok || os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

func TestPasses(t *testing.T) {
	m := newModule(t, nil)
	status, stdout, stderr := m.run("-count", "3", "-seed", "7", "-filter", "*", "--", "-models", "it's a")
	require.Equal(t, 0, status, stderr)
	require.Empty(t, stderr)
	require.Empty(t, cmp.Diff([]string{
		"well order=7 models=it's a",
		"well order=-7 models=it's a",
		"well order=7 models=it's a",
	}, m.logged()), "an order and its reverse, in turns, with the flags of the test binary as they were given")
	require.Empty(t, cmp.Diff(`pass 1 of 3 over all pairs in order 7
pass 2 of 3 over all pairs in order -7
pass 3 of 3 over all pairs in order 7
benchstat [-filter * -ignore /seed -row /model -col /precision results/T.txt]
results: results/T.txt (answers: results/T.jsonl)
break-even: nothing to compare: no model was measured at two precisions
`, stdout))
	require.Equal(t, []string{"T.jsonl", "T.txt"}, m.results())

	for _, c := range []struct {
		why    string
		does   string
		status int
		stdout string // what it ends in, T for the time
		stderr string
		left   []string
	}{
		{"a failed pass says why, and the next is not begun", "fail", 2, "no such model", "measure: pass 1 of 2 over all pairs in order 1: results/bench.test: exit status 1\n",
			[]string{"T.jsonl", "T.part"}},
		{"a pass that ended well without saying so was cut short", "break off", 2, "BenchmarkSentiment", "measure: pass 1 of 2 over all pairs in order 1: results/T.part is cut short: is the disk full?\n",
			[]string{"T.jsonl", "T.part"}},
		{"a failed pair says why, the others are measured, and the status tells", "fail a pair", 2, "pass 2 of 2", "measure: failed, and not among the results: model=m/precision=f16 (why stands above)\n",
			[]string{"T.jsonl", "T.txt"}},
		{"joules of a server without the CPU's libraries are warned of, once", "without", 0, "WARNING: the server does not use what this CPU can", "",
			[]string{"T.jsonl", "T.txt"}},
	} {
		t.Run(c.does, func(t *testing.T) {
			require.NoError(t, os.RemoveAll("results"))
			m.write("bench/does.txt", c.does)
			status, stdout, stderr := m.run("-count", "2")
			require.Equal(t, c.status, status, c.why)
			require.Equal(t, 1, strings.Count(stdout, c.stdout), "%s: %s", c.why, stdout)
			require.Equal(t, c.stderr, stderr, c.why)
			require.Equal(t, c.left, m.results(), c.why)
			if c.does == "fail a pair" {
				require.Equal(t, 2, strings.Count(stdout, "SIGSEGV"), stdout)
				files, _ := filepath.Glob("results/*.txt")
				text := m.read(files[0])
				require.NotContains(t, text, "FAIL")
				require.NotContains(t, text, "precision=f16")
				require.NotContains(t, text, "SIGSEGV")
				require.Equal(t, 2, strings.Count(text, "BenchmarkSentiment/model=m/precision=q4_K_M"), text)
			}
		})
	}
}

func TestSweep(t *testing.T) {
	m := newModule(t, nil)
	status, stdout, stderr := m.run("-count", "2", "-sweep", "cache", "--", "-models", "a")
	require.Equal(t, 0, status, stderr)
	require.Empty(t, stderr)
	require.Empty(t, cmp.Diff([]string{
		"well order=1 models=a cache=warm",
		"well order=1 models=a cache=cold",
		"well order=-1 models=a cache=cold",
		"well order=-1 models=a cache=warm",
	}, m.logged()), "in turns, so that what changes with time falls on all values alike")
	require.Empty(t, cmp.Diff(`pass 1 of 2 over all pairs in order 1: cache warm
pass 1 of 2 over all pairs in order 1: cache cold
pass 2 of 2 over all pairs in order -1: cache cold
pass 2 of 2 over all pairs in order -1: cache warm
benchstat [-filter * -ignore /seed,ollama-settings -row /model,/precision -col cache results/T.sweep.txt]
results: results/T.sweep.txt (answers: results/T.sweep.jsonl)
`, stdout))
	require.Equal(t, []string{"T.sweep.jsonl", "T.sweep.txt"}, m.results())
}

func TestParseSweep(t *testing.T) {
	for _, c := range []struct {
		why, sweep, want, key, fault string
	}{
		{"the study's batches", "batch", "1,8", "concurrency", ""},
		{"the study's token limits", "tokens", "256,512", "max-tokens", ""},
		{"what Ollama has", "kv-cache", "f16,q8_0,q4_0", "kv-cache", ""},
		{"values of one's own", "threads=1,3", "1,3", "threads", ""},
		{"a typing error", "thread", "", "", "-sweep thread: want one of batch, tokens, cache, threads, kv-cache, flash-attention"},
		{"a value twice would be two samples of one", "threads=1,1", "", "", "want values that differ"},
		{"no value", "threads=", "", "", "want values that differ"},
	} {
		d, err := parseSweep(c.sweep)
		if c.fault != "" {
			require.ErrorContains(t, err, c.fault, c.why)
			continue
		}
		require.NoError(t, err, c.why)
		require.Equal(t, c.want, strings.Join(d.values, ","), c.why)
		require.Equal(t, c.key, d.key, c.why)
	}
	// Of six cores: 1, 2, 4 and all.
	require.Equal(t, []string{"1", "2", "4", "6"}, powersOfTwo(6))
	require.Equal(t, []string{"1", "2"}, powersOfTwo(2))
	require.Equal(t, []string{"1"}, powersOfTwo(1))
}

func TestBase(t *testing.T) {
	m := newModule(t, map[string]string{"bench/does.txt": "as before"})
	m.write("bench/does.txt", "otherwise") // not committed: it is what is new
	head, before := m.git("status", "--porcelain"), m.git("rev-parse", "HEAD")
	t.Setenv("GATE", "3")
	t.Setenv("GIT_INDEX_FILE", m.dir+"/.git/index") // as in a hook
	status, stdout, stderr := m.run("-count", "3", "-golden", "gold", "-base", "HEAD~1", "-subset", "--", "-models", "a")
	require.Equal(t, 3, status, "the gate's: %s", stderr)
	require.Empty(t, stderr)
	require.Empty(t, cmp.Diff([]string{
		"as before order=1 models=a",
		"otherwise order=1 models=a",
		"otherwise order=-1 models=a",
		"as before order=-1 models=a",
		"as before order=1 models=a",
		"otherwise order=1 models=a",
	}, m.logged()), "ABBA, and both sides of a pass in the same order")
	require.Empty(t, cmp.Diff(`base: `+m.git("rev-parse", "HEAD~1")[:10]+` The first one
a server
pass 1 of 3 over all pairs in order 1: base
pass 1 of 3 over all pairs in order 1: new
pass 2 of 3 over all pairs in order -1: new
pass 2 of 3 over all pairs in order -1: base
pass 3 of 3 over all pairs in order 1: base
pass 3 of 3 over all pairs in order 1: new
benchstat [-filter * -ignore /seed -row /model,/precision -col .file base=results/T.base.txt new=results/T.txt]
base: results/T.base.txt (answers: results/T.base.jsonl)
results: results/T.txt (answers: results/T.jsonl)
break-even: nothing to compare: no model was measured at two precisions
gate [-golden gold -subset -base results/T.base.txt results/T.txt]
`, stdout))
	require.Equal(t, []string{"T.base.jsonl", "T.base.txt", "T.jsonl", "T.txt"}, m.results())
	for glob, does := range map[string]string{"results/*Z.jsonl": "otherwise\n", "results/*.base.jsonl": "as before\n"} {
		files, _ := filepath.Glob(glob)
		require.Len(t, files, 1, glob)
		require.Equal(t, strings.Repeat(does, 3), m.read(files[0]), glob)
	}
	require.True(t, m.clean())
	require.Equal(t, head, m.git("status", "--porcelain"), "the working tree is not touched")
	require.Equal(t, before, m.git("rev-parse", "HEAD"))

	t.Setenv("GATE", "1")
	status, _, stderr = m.run("-count", "1", "-base", "HEAD")
	require.Equal(t, 1, status, "the gate's: %s", stderr)
}

// What cannot be done with a base is found before anything is measured, and nothing is left of it.
func TestBaseFaults(t *testing.T) {
	for _, c := range []struct {
		why     string
		changes map[string]string // of the base
		prepare func(m *module)   // of the clone
		base    string
		want    []string
	}{
		{"a typing error", nil, nil, "HAED", []string{"-base HAED: no such commit", "git log"}},
		{"what looks like a flag is a name", nil, nil, "--all", []string{"-base --all: no such commit"}},
		{"two commits", nil, nil, "HEAD~1..HEAD", []string{"-base HEAD~1..HEAD: no such commit"}},
		{"a tree is no commit", nil, nil, "HEAD:bench", []string{"-base HEAD:bench: no such commit"}},
		{"an unpacked archive", nil, func(m *module) { require.NoError(m.t, os.RemoveAll(".git")) }, "HEAD", []string{"is not in a git repository", "clone"}},
		{"a shallow clone has the last commit only", nil, func(m *module) {
			clone := m.t.TempDir()
			m.git("clone", "-q", "--depth", "1", "file://"+m.dir, clone)
			m.t.Chdir(clone)
		}, "HEAD~1", []string{"-base HEAD~1: no such commit in this shallow clone: git fetch --unshallow"}},
		{"a commit before there was a benchmark", map[string]string{"bench": ""}, nil, "HEAD~1", []string{"-base HEAD~1: that commit has no ./bench"}},
		{"a benchmark without tests", map[string]string{"bench/sentiment_test.go": "", "bench/order_test.go": "", "bench/b.go": "package bench"}, func(m *module) { m.write("results/base.test", "of an earlier run") }, "HEAD~1",
			[]string{"measure: base: ./bench has no tests"}},
		{"a commit that does not compile: the compiler says where", map[string]string{"bench/order_test.go": "package bench\n\nvar x int = true\n"}, nil, "HEAD~1",
			[]string{"measure: building base in ", "bench/order_test.go:3:13", "exit status 1"}},
		{"a server that does not build", map[string]string{"tools/ollama/main.go": "package main\n\nfunc main() { x() }\n"}, nil, "HEAD~1",
			[]string{"main.go:3:15: undefined: x", "-base HEAD~1: building its server: exit status 1"}},
		{"a commit that pins no server", map[string]string{"tools/ollama": ""}, nil, "HEAD~1", []string{"does not say which server it wants", "OLLAMA_HOST"}},
		{"a gate that does not build", nil, func(m *module) { m.write("tools/gate/main.go", "package main") }, "HEAD", []string{"building the gate", "main is undeclared"}},
		{"a base that fails", map[string]string{"bench/does.txt": "fail"}, nil, "HEAD~1", []string{"pass 1 of 10 over all pairs in order 1: base: ", "exit status 1"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			m := newModule(t, c.changes)
			if c.prepare != nil {
				c.prepare(m)
			}
			status, _, stderr := m.run("-base", c.base)
			require.Equal(t, 2, status, stderr)
			for _, want := range c.want {
				require.Contains(t, stderr, want)
			}
			require.True(t, m.clean())
		})
	}
}

func TestShallowCloneWithTheCommit(t *testing.T) {
	m := newModule(t, nil)
	clone := t.TempDir()
	m.git("clone", "-q", "--depth", "1", "file://"+m.dir, clone)
	t.Chdir(clone)
	status, _, stderr := m.run("-count", "1", "-base", "HEAD")
	require.Equal(t, 0, status, "its history is not needed: %s", stderr)
	require.True(t, m.clean())
}

// A base that knows no order is run in the table's, and so is the new side.
func TestBaseWithoutOrder(t *testing.T) {
	m := newModule(t, map[string]string{"bench/order_test.go": ""})
	t.Setenv("OLLAMA_HOST", "127.0.0.1:1")
	status, stdout, stderr := m.run("-count", "2", "-base", "HEAD~1")
	require.Equal(t, 0, status, stderr)
	require.Empty(t, cmp.Diff([]string{"well order=none models=", "well order=0 models=", "well order=0 models=", "well order=none models="}, m.logged()))
	require.Equal(t, 1, strings.Count(stdout, "base knows no -order: all passes are in the table's order\n"), stdout)
	require.Contains(t, stdout, "pass 2 of 2 over all pairs: new\n")
	require.NotContains(t, stdout, "a server", "OLLAMA_HOST names one for both")
}

// The module need not be the root of the repository.
func TestModuleInAFolder(t *testing.T) {
	m := newModule(t, nil)
	m.git("clean", "-fdxq")
	require.NoError(t, os.Mkdir("sub", 0o755))
	m.git("mv", "bench", "tools", "go.mod", "sub")
	m.git("commit", "-q", "-m", "Move")
	m.git("commit", "-q", "--allow-empty", "-m", "Another")
	t.Chdir("sub")
	status, stdout, stderr := m.run("-count", "1", "-base", "HEAD~1")
	require.Equal(t, 0, status, stderr)
	require.Contains(t, stdout, "a server\n")
	require.Len(t, m.logged(), 2)
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		why    string
		args   []string
		status int
		want   string
	}{
		{"help is no error", []string{"-h"}, 0, "usage: measure"},
		{"", []string{"-x"}, 2, "-x"},
		{"no passes", []string{"-count", "-1"}, 2, "measure: -count -1: want 1 pass or more"},
		{"the sign is the measurement's", []string{"-seed", "-1"}, 2, "measure: -seed -1: want 0 or more"},
		{"two questions", []string{"-base", "HEAD", "-sweep", "cache"}, 2, "measure: -base HEAD -sweep cache: one measurement answers one question"},
		{"a dimension that is none", []string{"-sweep", "heads"}, 2, "measure: -sweep heads: want one of batch, "},
		{"the test binary would ignore it, and all flags behind it", []string{"--", "x", "-models", "m"}, 2, `measure: unexpected argument "x"`},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, c.status, run(c.args, &out, &errs), c.why)
		require.Contains(t, errs.String(), c.want, c.why)
		require.Empty(t, out.String(), c.why)
	}
}

// benchstat itself heads the columns as they are named here, and compares them.
func TestTable(t *testing.T) {
	dir := t.TempDir()
	m := &measurement{options: options{base: "x", filter: ".unit:F1"}, guard: nil}
	var out bytes.Buffer
	m.stdout, m.stderr = &out, &out
	var err error
	m.guard, err = startGuard("", false)
	require.NoError(t, err)
	for _, s := range []*side{{name: "base", out: filepath.Join(dir, "T.base")}, {name: "new", out: filepath.Join(dir, "T")}} {
		f1 := map[string]string{"base": "0.5", "new": "0.75"}[s.name]
		line := "Unit F1 better=higher assume=exact\nBenchmarkSentiment/model=m/precision=q4_K_M/seed=1-2 1 3 ns/op " + f1 + " F1\n"
		require.NoError(t, os.WriteFile(s.text(), []byte(line), 0o644))
		m.sides = append(m.sides, s)
	}
	require.NoError(t, m.table(t.Context()))
	require.NoError(t, m.guard.close())
	lines := strings.Split(out.String(), "\n")
	require.Regexp(t, `base.*new`, lines[0], out.String())
	require.Regexp(t, `m +q4_K_M +500\.0m.*750\.0m.*\+50\.00%`, out.String())
	require.NotContains(t, out.String(), "sec/op", "the filter")
}

// The line never fails a run, whatever there is to read.
func TestBreakEven(t *testing.T) {
	for _, c := range []struct{ why, results, want string }{
		{"no results at all", "PASS\n", "break-even: not known: breakeven: no results in "},
		{"a number that nothing costs", "BenchmarkX/model=m/precision=f16-2 1 NaN prompt-tok/s\n", "break-even: not known: breakeven: "},
		{"answers of one token", "BenchmarkX/model=m/precision=f16-2 1 9 prompt-tok/s\nBenchmarkX/model=m/precision=q8_0-2 1 9 prompt-tok/s\n",
			"break-even: m: what an answer token takes was not measured at f16 (one-token answers come out of evaluating the prompt)"},
	} {
		path := filepath.Join(t.TempDir(), "T.txt")
		require.NoError(t, os.WriteFile(path, []byte(c.results), 0o644))
		require.Contains(t, breakEven(path), c.want, c.why)
		require.NotContains(t, breakEven(path), "\n", c.why)
	}
}
