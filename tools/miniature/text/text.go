// Package text composes the sentences on which the miniature models are
// trained: financial news with a sentiment label, from templates written by
// hand for this project.
//
// The templates stand in templates/*.txt, one file per kind of news, and the
// words for their slots in vocabulary.txt. Companies are invented and no
// person is named. The package reads nothing else: sentences of public data
// sets are neither input nor model, and a test holds every template against
// them (see overlap_test.go). It refuses to grade its text; what a model
// learned from it is measured elsewhere.
package text

import (
	"math/rand/v2"
	"sync"
)

// The three labels, in the order in which Generate deals them.
var labels = [...]string{"negative", "neutral", "positive"}

// Sentence is one labelled training example.
type Sentence struct {
	Text     string // one line, no doubled spaces
	Label    string // negative, neutral or positive
	Template string // the raw template it came from; hold out by this, not by sentence
}

// Generate returns n distinct sentences, the same for a seed on every machine
// and Go version: PCG's stream is fixed by the Go 1 promise, and a test pins
// the result. Labels alternate, so every prefix is balanced within one. Each
// label deals its templates like a pack of cards: none comes again before all
// have come once.
func Generate(n int, seed uint64) []Sentence {
	g := load()
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 0)), grammar: g}
	out := make([]Sentence, 0, max(n, 0))
	seen := make(map[string]bool, max(n, 0))
	packs := make([][]*frame, len(labels))
	for len(out) < n {
		i := len(out) % len(labels)
		if len(packs[i]) == 0 {
			packs[i] = append(packs[i], g.frames[labels[i]]...)
			w.Shuffle(len(packs[i]), func(a, b int) { packs[i][a], packs[i][b] = packs[i][b], packs[i][a] })
		}
		f := packs[i][0]
		packs[i] = packs[i][1:]
		// A short headline has few readings; when they are used up, the next card.
		if s := w.sentence(f); !seen[s] {
			seen[s] = true
			out = append(out, Sentence{s, f.label, f.raw})
		}
	}
	return out
}

// Templates returns every raw template in the order of the files: fixed text,
// {slot} and {one|other}.
func Templates() []string {
	g := load()
	out := make([]string, len(g.all))
	for i, f := range g.all {
		out[i] = f.raw
	}
	return out
}

// load panics on a bad template, as regexp.MustCompile does: the text is
// compiled in, and the tests parse all of it.
var load = sync.OnceValue(func() *grammar {
	g, err := readGrammar(files)
	if err != nil {
		panic(err)
	}
	return g
})
