package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

var failedPair = regexp.MustCompile(`--- FAIL: BenchmarkSentiment/(\S+)`)

// sift parts what a pass printed that came to its end although pairs failed: results, with nothing of these pairs among them,
// and these pairs with what is said of them. ok is false where it did not come to its end, or something else failed.
func sift(said []byte) (results, faults []byte, pairs []string, ok bool) {
	for _, m := range failedPair.FindAllSubmatch(said, -1) {
		pairs = append(pairs, string(m[1]))
	}
	if len(pairs) == 0 || !bytes.HasSuffix(said, []byte("\nFAIL\n")) {
		return nil, nil, nil, false
	}
	for line := range bytes.Lines(said) {
		switch {
		case bytes.HasPrefix(line, []byte("FAIL")), bytes.HasPrefix(line, []byte("--- FAIL: BenchmarkSentiment\n")):
		case bytes.Contains(line, []byte("--- FAIL: ")), bytes.IndexAny(line, " \t") == 0:
			faults = append(faults, line...)
		default:
			results = append(results, line...)
		}
	}
	return append(results, "PASS\n"...), faults, pairs, true
}

// failedPairs names each of them once.
func (m *measurement) failedPairs() string {
	slices.Sort(m.failed)
	return strings.Join(slices.Compact(m.failed), ", ")
}
