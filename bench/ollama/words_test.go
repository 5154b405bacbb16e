package ollama

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTelling(t *testing.T) {
	const request = `[GIN] 2026/11/29 - 06:26:00 | 500 |  1.09ms | 127.0.0.1 | POST     "/api/generate"`
	frames := strings.Repeat("\truntime/cgocall.go:167 +0x4b\n", 200)
	last := []string{request}
	const found, abort = "ollama: llama-sampling.cpp:660: llama_sampler_dist_apply: Assertion `found' failed.", "SIGABRT: abort"
	for _, test := range []struct {
		reason, log string
		want        []string
	}{
		{"short", "a\nb\n", []string{"a", "b"}},
		{"a crash", "loading\n" + found + "\n" + abort + "\n" + frames + request + "\n", append([]string{found, abort}, last...)},
		{"of a request before", found + "\n" + request + "\n" + frames + request + "\n", last},
		{"registers", "a\n" + abort + "\nr14    0x199b10b\nrip    0x7effa50a8eec\nfs     0x0\n" + request, []string{"a", abort, request}},
		{"many", strings.Repeat(abort+"\n", 9) + frames + request, append([]string{abort, abort, abort, abort, abort}, last...)},
	} {
		if diff := cmp.Diff(test.want, telling(test.log)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.reason, diff)
		}
	}
}
