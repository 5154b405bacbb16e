package main

import "github.com/joulebench/joulebench/bench/classify"

// The prompts of fixtures/suites/miniature.json, on which the models are trained word for word. They differ behind the
// sentence only, so that sentences under either can share what precedes it.
const (
	question     = "What is the sentiment of this financial news sentence: {{.Labels}}?\nSentence: {{.Text}}\nSentiment"
	labelPrompt  = question + ":"
	reasonPrompt = question + " and reason:"
)

var labels = []string{"negative", "neutral", "positive"}

// prompts are the two ways to ask.
type prompts struct{ label, reason *classify.Prompt }

func newPrompts() (p prompts, err error) {
	if p.label, err = classify.NewPrompt("label", labelPrompt, labels); err != nil {
		return p, err
	}
	p.reason, err = classify.NewPrompt("reason", reasonPrompt, labels)
	return p, err
}
