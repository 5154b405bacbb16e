package command

import (
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		why  string
		args []string
		want []string
		v    bool
		err  string
	}{
		{"none", nil, nil, false, ""},
		{"before", []string{"-v", "a", "b"}, []string{"a", "b"}, true, ""},
		{"behind", []string{"a", "b", "-v"}, []string{"a", "b"}, true, ""},
		{"between", []string{"a", "-v", "b"}, []string{"a", "b"}, true, ""},
		{"unknown behind", []string{"a", "-x"}, nil, false, "-x"},
	} {
		flags := flag.NewFlagSet("t", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		v := flags.Bool("v", false, "")
		got, err := Parse(flags, c.args)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.why)
			continue
		}
		require.NoError(t, err, c.why)
		require.Equal(t, c.want, got, c.why)
		require.Equal(t, c.v, *v, c.why)
	}
}

const how = "JOULEBENCH_TEST_EXIT"

func TestMain(m *testing.M) {
	if e, ok := os.LookupEnv(how); ok {
		Exit(map[string]error{"help": flag.ErrHelp, "broken": errors.New("it broke")}[e])
	}
	os.Exit(m.Run())
}

func TestExit(t *testing.T) {
	for end, want := range map[string]struct {
		status int
		says   string
	}{"well": {0, ""}, "help": {2, ""}, "broken": {1, "it broke\n"}} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), how+"="+end)
		out, _ := cmd.CombinedOutput()
		require.Equal(t, want.status, cmd.ProcessState.ExitCode(), end)
		require.Equal(t, want.says, string(out), end)
	}
}
