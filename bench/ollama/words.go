package ollama

import (
	"regexp"
	"strings"
)

// reason matches what a server or runner says when it fails: of C++ a failed assertion or llama.cpp's own words, of Go the
// first line of a panic or a signal. Behind it stand hundreds of lines of stacks and registers.
var reason = regexp.MustCompile(`Assertion .* failed|GGML_ASSERT|^SIG[A-Z]+: |^(panic|fatal error|runtime error): |error loading model|terminate called|std::bad_alloc`)

// noise matches the lines of stacks and registers.
var noise = regexp.MustCompile(`^(\w+ +0x[0-9a-f]+|\t.* \+0x[0-9a-f]+)$`)

// telling chooses what a server's log has to say on what it did last: the reasons of a failure, from the end of the request
// before on, and of the last ten lines those in words.
func telling(log string) []string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	tail := max(0, len(lines)-10)
	since, ends := len(lines), 0
	for since > 0 && ends < 2 { // the second is of the request before
		if since--; strings.HasPrefix(lines[since], "[GIN] ") && strings.Contains(lines[since], "/api/generate") {
			ends++
		}
	}
	var words []string
	for _, line := range lines[min(since, tail):tail] {
		if reason.MatchString(line) && len(words) < 5 {
			words = append(words, strings.TrimSpace(line))
		}
	}
	for _, line := range lines[tail:] {
		if !noise.MatchString(line) {
			words = append(words, line)
		}
	}
	return words
}
