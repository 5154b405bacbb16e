// Package bpe is a byte-level byte-pair tokeniser in the manner of GPT-2 with Llama 3's pre-tokenisation: it learns
// merges from text, encodes and decodes. Its token ids equal those of llama.cpp (tokenizer.ggml.model "gpt2",
// pre "llama-bpe") for all valid UTF-8, specials written out in the text included; JSON carries nothing else.
//
// It does not normalise, has no unknown token (every byte is a token) and never merges digits.
package bpe

import (
	"fmt"
	"strings"
)

// The specials stand first, then the 256 bytes, then what the merges make.
const (
	BOS = 0 // opens every prompt
	EOS = 1 // ends every answer

	firstByte = 2
)

// The names are Llama 3's, so that programs that look for them find them.
var specials = [firstByte]string{BOS: "<|begin_of_text|>", EOS: "<|end_of_text|>"}

// Tokenizer maps text to token ids and back. It is not changed by use.
type Tokenizer struct {
	tokens []string       // the bytes of each token; a special's name
	ids    map[string]int // of the tokens that are no specials
	merges []merge        // by rank: the lowest goes first
	ranks  map[pair]int
}

// merge makes one token of two neighbours. Two merges may make the same token (ab+c, a+bc).
type merge struct {
	pair pair
	id   int
}

// pair is two neighbouring tokens.
type pair [2]int

func bytesOnly() *Tokenizer {
	t := &Tokenizer{tokens: specials[:], ids: map[string]int{}, ranks: map[pair]int{}}
	for b := range 256 {
		t.token(string([]byte{byte(b)}))
	}
	return t
}

// token returns the id of s, a new one if it has none.
func (t *Tokenizer) token(s string) int {
	id, ok := t.ids[s]
	if !ok {
		id = len(t.tokens)
		t.ids[s] = id
		t.tokens = append(t.tokens, s)
	}
	return id
}

// merge adds the merge of p after all others.
func (t *Tokenizer) merge(p pair) merge {
	m := merge{p, t.token(t.tokens[p[0]] + t.tokens[p[1]])}
	t.ranks[p] = len(t.merges)
	t.merges = append(t.merges, m)
	return m
}

// New rebuilds a tokeniser from its merges as [Tokenizer.Merges] lists them.
func New(merges []string) (*Tokenizer, error) {
	t := bytesOnly()
	ids := map[string]int{}
	for id, name := range t.Tokens()[firstByte:] {
		ids[name] = id + firstByte
	}
	for i, line := range merges {
		left, right, _ := strings.Cut(line, " ")
		a, okA := ids[left]
		b, okB := ids[right]
		if !okA || !okB {
			return nil, fmt.Errorf("bpe: merge %d, %q: want two earlier tokens with a space between", i, line)
		}
		if _, ok := t.ranks[pair{a, b}]; ok {
			return nil, fmt.Errorf("bpe: merge %d, %q: stands twice", i, line)
		}
		ids[left+right] = t.merge(pair{a, b}).id
	}
	return t, nil
}

// Encode returns the token ids of text, without BOS and EOS. A special's name in the text becomes that special, as it
// does in llama.cpp's server.
func (t *Tokenizer) Encode(text string) []int {
	var ids []int
	for text != "" {
		plain, special := len(text), -1
		for id, name := range specials {
			if at := strings.Index(text[:plain], name); at >= 0 {
				plain, special = at, id
			}
		}
		for _, w := range split(text[:plain]) {
			ids = append(ids, t.word(w)...)
		}
		text = text[plain:]
		if special >= 0 {
			ids = append(ids, special)
			text = text[len(specials[special]):]
		}
	}
	return ids
}

// word merges the pair of lowest rank until none is left. A word that is a token as a whole is that token, whatever the
// merges would make of it (ignore_merges in llama.cpp).
func (t *Tokenizer) word(w string) []int {
	if id, ok := t.ids[w]; ok {
		return []int{id}
	}
	ids := byteIDs(w)
	for {
		best := len(t.merges)
		for i := 1; i < len(ids); i++ {
			if r, ok := t.ranks[pair{ids[i-1], ids[i]}]; ok {
				best = min(best, r)
			}
		}
		if best == len(t.merges) {
			return ids
		}
		ids = t.merges[best].apply(ids)
	}
}

// apply returns ids with every occurrence of the pair, from the left, merged: ids itself where there is none.
func (m merge) apply(ids []int) []int {
	at := func(i int) bool { return i+1 < len(ids) && ids[i] == m.pair[0] && ids[i+1] == m.pair[1] }
	first := 0
	for first < len(ids) && !at(first) {
		first++
	}
	if first == len(ids) {
		return ids
	}
	out := append([]int(nil), ids[:first]...)
	for i := first; i < len(ids); i++ {
		if at(i) {
			out = append(out, m.id)
			i++
		} else {
			out = append(out, ids[i])
		}
	}
	return out
}

// Decode returns the bytes of the tokens; an id out of range is an error.
func (t *Tokenizer) Decode(ids []int) (string, error) {
	var b strings.Builder
	for _, id := range ids {
		if id < 0 || id >= len(t.tokens) {
			return "", fmt.Errorf("bpe: token %d: the vocabulary has 0 to %d", id, len(t.tokens)-1)
		}
		b.WriteString(t.tokens[id])
	}
	return b.String(), nil
}

func byteIDs(s string) []int {
	ids := make([]int, len(s))
	for i := range ids {
		ids[i] = firstByte + int(s[i])
	}
	return ids
}
