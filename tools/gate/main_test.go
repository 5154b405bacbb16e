package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/joulebench/joulebench/tools/internal/scripts"
)

var update = flag.Bool("update", false, "write the output of the scripts into their files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gate": main})
}

// Every script starts from testdata/base: golden files of two pairs over twelve
// sentences, and results with a journal that answer them just so. It changes
// one thing and says what the gate makes of it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			return os.CopyFS(env.WorkDir, os.DirFS("testdata/base"))
		},
		Cmds: scripts.Commands(),
	})
}
