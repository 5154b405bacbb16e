package bench_test

import (
	"testing"

	"github.com/joulebench/joulebench/bench"
)

// suite is the table of pairs: fixtures/suites/miniature.json, or what -suite names.
var suite = bench.Suite{Name: "Sentiment", File: "../fixtures/suites/miniature.json"}

func TestMain(m *testing.M) { bench.Main(m, &suite) }

// TestSentiment asks the live server for the sentiment of every sentence: are the answers still right?
func TestSentiment(t *testing.T) {
	for _, pair := range suite.Pairs() {
		t.Run(pair.String(), func(t *testing.T) { suite.Check(t, pair) })
	}
}

// BenchmarkSentiment measures what the same answers cost. One op is one pass over the whole set.
func BenchmarkSentiment(b *testing.B) {
	for _, pair := range suite.Pairs() {
		b.Run(pair.String(), func(b *testing.B) { suite.Measure(b, pair) })
	}
}
