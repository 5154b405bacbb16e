package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the output of the scripts into their files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gate": main})
}

// Every script starts from testdata/base: golden files of two pairs over twelve
// sentences, and results with a journal that answer them just so. It changes
// one thing and says what the gate makes of it.
//
//	exits STATUS COMMAND...       runs a command that must end with that status
//	replace FILE OLD NEW [COUNT]  changes OLD, which must be there COUNT times (1)
//	answer PRECISION ID GOT       changes one answer in the journal
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			return os.CopyFS(env.WorkDir, os.DirFS("testdata/base"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"replace": replace,
			"answer":  answer,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: replace FILE OLD NEW [COUNT]")
	}
	want := 1
	if len(args) == 4 {
		n, err := strconv.Atoi(args[3])
		ts.Check(err)
		want = n
	}
	unquote := strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace
	file, old, new := args[0], unquote(args[1]), unquote(args[2])
	text := ts.ReadFile(file)
	if n := strings.Count(text, old); n != want {
		ts.Fatalf("%s holds %q %d times, want %d", file, old, n, want)
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(strings.ReplaceAll(text, old, new)), 0o644))
}

func answer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: answer PRECISION ID GOT")
	}
	line := regexp.MustCompile(`("precision":"` + args[0] + `".*"id":"` + args[1] + `".*"got":")[a-z]+`)
	text := ts.ReadFile("results.jsonl")
	if n := len(line.FindAllString(text, -1)); n != 1 {
		ts.Fatalf("the journal answers %s %s %d times", args[0], args[1], n)
	}
	text = line.ReplaceAllString(text, "${1}"+args[2])
	ts.Check(os.WriteFile(ts.MkAbs("results.jsonl"), []byte(text), 0o644))
}
