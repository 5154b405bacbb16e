// Package text composes the sentences on which the miniature models are
// trained: financial news with a sentiment label, from templates written by
// hand for this project.
//
// The templates stand in templates/*/*.txt, one file per kind of news, and the
// words for their slots in vocabulary.txt; what decides a label is marked in
// most of them, for models that learn to give reasons. Companies are invented
// and no person is named. The package reads nothing else: sentences of public
// data sets are neither input nor model, and a test holds every template
// against them (see overlap_test.go). It refuses to grade its text; what a
// model learned from it is measured elsewhere.
package text

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
)

// The three labels, in the order in which Generate deals them.
var labels = [...]string{"negative", "neutral", "positive"}

// Sentence is one labelled training example.
type Sentence struct {
	Text     string // one line, no doubled spaces
	Label    string // negative, neutral or positive
	Reason   string // the words of Text that decide the label; empty where the template marks none
	Template string // the raw template it came from; hold out by this, not by sentence
}

// Generate returns n distinct sentences of a share (0–1) of the templates, the
// same for a seed on every machine and Go version: PCG's stream is fixed by the
// Go 1 promise, and a test pins the result. Labels alternate, so every prefix
// is balanced within one. Each label deals its templates like a pack of cards,
// in which those of releases are several times: the pack is shuffled anew when
// all cards have come.
//
// Which templates belong to the share depends on the seed and each template
// alone, and so does how a template reads the k-th time: to add or remove one
// changes no sentence of another.
func Generate(n int, seed uint64, share float64) []Sentence {
	var all, packs [len(labels)][]*frame
	for i, l := range labels {
		for _, f := range load().frames[l] {
			if stream(seed, f, 0).Float64() < share {
				all[i] = append(all[i], slices.Repeat([]*frame{f}, f.deals)...)
			}
		}
	}
	order := rand.New(rand.NewPCG(seed, 0))
	w := &writer{grammar: load()}
	out := make([]Sentence, 0, max(n, 0))
	seen := make(map[string]bool, max(n, 0))
	drawn := map[*frame]uint64{}
	for len(out) < n {
		i := len(out) % len(labels)
		if len(packs[i]) == 0 {
			packs[i] = append(packs[i], all[i]...)
			order.Shuffle(len(packs[i]), func(a, b int) { packs[i][a], packs[i][b] = packs[i][b], packs[i][a] })
		}
		f := packs[i][0]
		packs[i] = packs[i][1:]
		drawn[f]++
		w.Rand = stream(seed, f, drawn[f])
		// A short headline has few readings; when they are used up, the next card.
		if s := w.sentence(f); !seen[s.Text] {
			seen[s.Text] = true
			out = append(out, s)
		}
	}
	return out
}

// stream is the randomness of the k-th reading of a template.
func stream(seed uint64, f *frame, k uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(f.raw))
	return rand.New(rand.NewPCG(seed, h.Sum64()+k))
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
