// Package example_test gates a task of one's own: the suite is said in Go, the set is a CSV file, and the golden
// answers are recorded with
//
//	go test ./bench/example -update
package example_test

import (
	"testing"

	"github.com/joulebench/joulebench/bench"
)

var reviews = bench.Suite{
	Name:    "Reviews",
	Set:     "testdata/reviews.csv",
	Labels:  []string{"negative", "neutral", "positive"},
	Prompts: []bench.Prompt{{Name: "review", Template: "What is the sentiment of this review: {{.Labels}}?\nSentence: {{.Text}}\nSentiment:"}},
	Golden:  "testdata/golden",
	Models: []bench.Model{{
		Name: "llama3.2-mini", Weights: "../../fixtures/models/llama3.2-mini.gguf", Template: "{{ .Prompt }}",
		Precisions: []string{"f16", "q4_K_M"},
	}},
}

func TestMain(m *testing.M)         { bench.Main(m, &reviews) }
func TestReviews(t *testing.T)      { reviews.Test(t) }
func BenchmarkReviews(b *testing.B) { reviews.Benchmark(b) }
