package main

import (
	"strconv"
	"strings"

	"github.com/joulebench/joulebench/tools/miniature/text"
)

// mixed is a piece of s with noise, and as often as not a piece of another sentence behind it, without a label: the teacher
// says what it thinks (distillation: Hinton, Vinyals and Dean, arXiv 1503.02531). A model that sees whole sentences only
// explains each by its most telling words and learns little about the others; naive Bayes weighs every word and pair by
// itself. Pieces, down to a single word, teach the model to do so.
func (t *trainer) mixed(s text.Sentence) text.Sentence {
	words := t.piece(s)
	if t.random.IntN(2) == 0 {
		words = append(words, t.piece(t.sentences[t.random.IntN(len(t.sentences))])...)
	}
	return text.Sentence{Text: t.Noise.apply(t.random, strings.Join(words, " "))}
}

// piece is a run of words of s.
func (t *trainer) piece(s text.Sentence) []string {
	words := strings.Fields(s.Text)
	n := 1 + t.random.IntN(len(words))
	from := t.random.IntN(len(words) - n + 1)
	return append([]string(nil), words[from:from+n]...)
}

// lengthened puts a list of names and numbers before s or behind it, or in its place: a list by itself is neutral.
func (t *trainer) lengthened(s text.Sentence) text.Sentence {
	const fewest, most = 5, 80
	between := []string{" ", ", ", " , "}[t.random.IntN(3)]
	list := make([]string, fewest+t.random.IntN(most-fewest))
	for i := range list {
		list[i] = t.Noise.replace(t.random, "X")
		if t.random.IntN(2) == 0 {
			list[i] = list[i][:1] + strconv.Itoa(t.random.IntN(10000))
		}
	}
	switch names := strings.Join(list, between); t.random.IntN(3) {
	case 0:
		return text.Sentence{Text: names, Label: "neutral"}
	case 1:
		s.Text = names + between + s.Text
	default:
		s.Text += between + names
	}
	return s
}
