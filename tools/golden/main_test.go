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
	testscript.Main(m, map[string]func(){"golden": main})
}

// Each script starts from the files that the gate's scripts start from, and says what
// recording makes of them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", UpdateScripts: *update, Cmds: scripts.Commands(), Setup: func(env *testscript.Env) error {
		return os.CopyFS(env.WorkDir, os.DirFS("../gate/testdata/base"))
	}})
}
