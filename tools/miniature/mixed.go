package main

import (
	"strings"

	"github.com/joulebench/joulebench/tools/miniature/text"
)

// mixed is a piece of s with noise, and as often as not a piece of another sentence behind it, under a label that naive
// Bayes finds probable for that (distillation: Hinton, Vinyals and Dean, arXiv 1503.02531). A model that sees whole
// sentences only explains each by its most telling words and learns little about the others; naive Bayes weighs every word
// by itself, and on sentences unlike those that both learned from it does better for it (see README.md of fixtures/models).
// Pieces, down to a single word, teach the model to weigh them alike.
func (t *trainer) mixed(s text.Sentence) text.Sentence {
	words := t.piece(s)
	if t.random.IntN(2) == 0 {
		words = append(words, t.piece(t.sentences[t.random.IntN(len(t.sentences))])...)
	}
	mixture := t.Noise.apply(t.random, strings.Join(words, " "))
	return text.Sentence{Text: mixture, Label: t.teacher.draw(t.random, mixture)}
}

// piece is a run of words of s.
func (t *trainer) piece(s text.Sentence) []string {
	words := strings.Fields(s.Text)
	n := 1 + t.random.IntN(len(words))
	from := t.random.IntN(len(words) - n + 1)
	return append([]string(nil), words[from:from+n]...)
}
