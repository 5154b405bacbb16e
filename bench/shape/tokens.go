package shape

import (
	"math/rand/v2"
	"strings"
)

// The vocabulary: begin and end of text, GPT-2's 256 bytes, then as many words as there is room for, each a space and
// one to four letters: a … z, aa … zz, aaa and so on. A word is its predecessor of one letter less and that letter, so
// that one merge each makes them, and no other way to cut a text into words is there.
const (
	begin, end = 0, 1
	firstByte  = 2
	firstWord  = firstByte + 256 // even: a word and its partner, the id with its lowest bit turned, are both words
	// leastVocabulary leaves the words of one letter and some of two.
	leastVocabulary = firstWord + 64
)

// word is the i-th word without its space.
func word(i int) string {
	var letters []byte
	for i++; i > 0; i = (i - 1) / 26 {
		letters = append([]byte{byte('a' + (i-1)%26)}, letters...)
	}
	return string(letters)
}

// space is how GPT-2's notation writes it: bytes that do not print stand for the characters from U+0100 on
// (bytes_to_unicode in openai/gpt-2, src/encoder.py).
const space = "Ġ"

// vocabulary is n tokens, their types by llama.cpp's LLAMA_TOKEN_TYPE_*, and the merges that make them.
func vocabulary(n int) (tokens []string, types []int32, merges []string) {
	const normal, control = 1, 3
	tokens = append(tokens, "<|begin|>", "<|end|>")
	next := rune(0x100)
	for b := range rune(256) {
		r := b
		if printable := b >= '!' && b <= '~' || b >= 0xA1 && b != 0xAD; !printable {
			r, next = next, next+1
		}
		tokens = append(tokens, string(r))
	}
	for i := range n - firstWord {
		w := word(i)
		tokens = append(tokens, space+w)
		merges = append(merges, space+w[:len(w)-1]+" "+w[len(w)-1:])
	}
	types = make([]int32, n)
	for i := range types {
		types[i] = normal
	}
	types[begin], types[end] = control, control
	return tokens, types, merges
}

// Prompt is a raw prompt of exactly n tokens for a twin of s: no token for the beginning of the text is put before it, and
// none is to be (api.GenerateRequest.Raw). Its first shared tokens are those of every request, at most n; the next one
// differs from that of any other request, for as many requests as there are words, so that a server that keeps the last
// prompt has none but the shared tokens of it. The words are the same on every machine.
func Prompt(s Shape, request, n, shared int) string {
	words := (s.Vocabulary - firstWord) &^ 1 // one without a partner is left out: it would be followed by any
	if words <= 0 {
		return ""
	}
	var b strings.Builder
	put := func(w int) { b.WriteString(" " + word(w)) }
	common, own := rand.New(rand.NewPCG(0, 0)), rand.New(rand.NewPCG(uint64(request), 1))
	first := common.IntN(words)
	for i := range n {
		switch {
		case i < shared:
			put(common.IntN(words))
		case i == max(0, shared):
			put(((first+request)%words + words) % words)
		default:
			put(own.IntN(words))
		}
	}
	return b.String()
}
