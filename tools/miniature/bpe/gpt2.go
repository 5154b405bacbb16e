package bpe

import "strings"

// GPT-2 writes vocabulary files without control characters and spaces: bytes that print in Latin-1 stand for
// themselves, the others, in order, for the characters from U+0100 on (bytes_to_unicode in openai/gpt-2,
// src/encoder.py). GGUF keeps tokens and merges in this form.
var gpt2Runes = func() (runes [256]rune) {
	next := rune(0x100)
	for b := range 256 {
		runes[b] = rune(b)
		if printable := b >= '!' && b <= '~' || b >= 0xA1 && b != 0xAD; !printable {
			runes[b] = next
			next++
		}
	}
	return runes
}()

func toGPT2(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(gpt2Runes[s[i]])
	}
	return b.String()
}

// Tokens lists the vocabulary by id in GPT-2's notation, specials by their names.
func (t *Tokenizer) Tokens() []string {
	out := append([]string(nil), specials[:]...)
	for _, s := range t.tokens[firstByte:] {
		out = append(out, toGPT2(s))
	}
	return out
}

// Merges lists the merges in order of rank, each as its two tokens in GPT-2's notation with a space between.
func (t *Tokenizer) Merges() []string {
	out := make([]string, len(t.merges))
	for i, m := range t.merges {
		out[i] = toGPT2(t.tokens[m.pair[0]]) + " " + toGPT2(t.tokens[m.pair[1]])
	}
	return out
}
