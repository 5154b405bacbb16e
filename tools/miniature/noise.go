package main

import (
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/joulebench/joulebench/tools/miniature/text"
)

// noise is how a sentence is damaged before it is learned, anew each time that it comes. Templates repeat; without it a model
// knows their frames, and the names in them, by heart, and takes the pieces of words that it does not know for words that it
// does.
type noise struct {
	Drop  float64 // largest share of words left out
	Mask  float64 // largest share replaced by words that there are not
	Names float64 // share of the capitalised words behind the first that are replaced so, whatever Mask says

	words []string // that the replacements are made of
}

// from takes the replacements from the words of the sentences.
func (n noise) from(sentences []text.Sentence) noise {
	seen := map[string]bool{}
	for _, s := range sentences {
		for _, w := range strings.Fields(s.Text) {
			if w = strings.ToLower(strings.TrimFunc(w, notLetter)); len(w) > 3 && !seen[w] && strings.IndexFunc(w, notLetter) < 0 {
				seen[w] = true
				n.words = append(n.words, w)
			}
		}
	}
	return n
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// apply damages s. The shares are drawn from 0 up to the largest. A sentence that would be empty is left as it is, and so
// are spaces at its ends.
func (n noise) apply(r *rand.Rand, s string) string {
	drop, mask := n.Drop*r.Float64(), n.Mask*r.Float64()
	var out []string
	for i, w := range strings.Fields(s) {
		first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(w, notLetter))
		x := r.Float64()
		switch {
		case x < drop:
			continue
		case x < drop+mask, i > 0 && unicode.IsUpper(first) && r.Float64() < n.Names:
			w = n.replace(r, w)
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return s
	}
	inner := strings.TrimSpace(s)
	before, after, _ := strings.Cut(s, inner)
	return before + strings.Join(out, " ") + after
}

// replace puts the beginning of one word and the end of another in the place of w's letters, capitalised as w is: something
// with the sound of a word, or of a name, and no meaning.
func (n noise) replace(r *rand.Rand, w string) string {
	from := strings.IndexFunc(w, unicode.IsLetter)
	to := strings.LastIndexFunc(w, unicode.IsLetter)
	if from < 0 || len(n.words) == 0 {
		return w
	}
	_, size := utf8.DecodeRuneInString(w[to:])
	a, b := []rune(n.words[r.IntN(len(n.words))]), []rune(n.words[r.IntN(len(n.words))])
	made := string(a[:1+r.IntN(len(a)-1)]) + string(b[1+r.IntN(len(b)-1):])
	if first, _ := utf8.DecodeRuneInString(w[from:]); unicode.IsUpper(first) {
		c, n := utf8.DecodeRuneInString(made)
		made = string(unicode.ToUpper(c)) + made[n:]
	}
	return w[:from] + made + w[to+size:]
}
