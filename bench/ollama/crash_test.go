package ollama

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLastCrash(t *testing.T) {
	const started = `time=x level=INFO source=server.go:431 msg="starting runner" cmd="ollama runner --model /m"`
	for _, c := range []struct{ why, log, want string }{
		{"a signal in C comes with registers by the dozen", started + "\nloaded\nx.cpp:660: Assertion `found' failed.\nSIGABRT: abort\nPC=1\n\nr13 0\nr14 0",
			"loaded|x.cpp:660: Assertion `found' failed.|SIGABRT: abort|PC=1||r13 0"},
		{"a panic of Go", started + "\npanic: runtime error\n\ngoroutine 1", "" + started + "|panic: runtime error||goroutine 1"},
		{"ggml's own assertion, behind the file's name", started + "\na\nb\n/ggml.c:12: GGML_ASSERT(x) failed\nc", "a|b|/ggml.c:12: GGML_ASSERT(x) failed|c"},
		{"that of a runner before", "SIGABRT: abort\n" + started + "\nloaded", ""},
		{"none", started + "\nit ends", ""},
		{"a prompt may hold anything", started + "\nmsg=completion prompt=\"SIGABRT panic: \"", ""},
	} {
		require.Equal(t, c.want, strings.Join(lastCrash(strings.Split(c.log, "\n")), "|"), c.why)
	}
}
