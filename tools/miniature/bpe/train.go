package bpe

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"
)

// word is a distinct word of the training text.
type word struct {
	ids   []int
	count int
}

// Train learns merges from texts until there are size tokens. The most frequent pair is merged first, of equally
// frequent ones that with the smaller ids, so the result depends on nothing but the texts.
func Train(texts []string, size int) (*Tokenizer, error) {
	t := bytesOnly()
	if size < len(t.tokens) {
		return nil, fmt.Errorf("bpe: %d tokens wanted, but the specials and bytes alone are %d", size, len(t.tokens))
	}
	words := distinct(texts)
	pairs := map[pair]int{}
	for _, w := range words {
		count(pairs, w.ids, w.count)
	}
	for len(t.tokens) < size {
		best, most := pair{}, 0
		for p, n := range pairs {
			if n > most || n == most && slices.Compare(p[:], best[:]) < 0 {
				best, most = p, n
			}
		}
		if most < 2 {
			return nil, fmt.Errorf("bpe: no pair occurs twice any more after %d of %d tokens (train on more text)", len(t.tokens), size)
		}
		m := t.merge(best)
		for i := range words {
			w := &words[i]
			if merged := m.apply(w.ids); len(merged) < len(w.ids) {
				count(pairs, w.ids, -w.count)
				count(pairs, merged, w.count)
				w.ids = merged
			}
		}
	}
	return t, nil
}

// distinct lists the words in which merges are learned, in order of appearance. Numbers are left out: with one token a
// digit every amount is readable to a small vocabulary.
func distinct(texts []string) []word {
	var words []word
	index := map[string]int{}
	for _, text := range texts {
		for _, s := range split(text) {
			if r, _ := utf8.DecodeRuneInString(s); unicode.IsNumber(r) || len(s) < 2 {
				continue
			}
			i, ok := index[s]
			if !ok {
				i = len(words)
				index[s] = i
				words = append(words, word{ids: byteIDs(s)})
			}
			words[i].count++
		}
	}
	return words
}

// count adds n for each pair in ids.
func count(pairs map[pair]int, ids []int, n int) {
	for i := 1; i < len(ids); i++ {
		p := pair{ids[i-1], ids[i]}
		if pairs[p] += n; pairs[p] == 0 {
			delete(pairs, p)
		}
	}
}
