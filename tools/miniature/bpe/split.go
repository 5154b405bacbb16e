package bpe

import (
	"unicode"
	"unicode/utf8"
)

// split cuts text into the words within which merges may happen, as Llama 3's pre-tokeniser does:
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// Go's regexp has no look-ahead, and llama.cpp has this expression by hand as well (unicode_regex_split_custom_llama3
// in its src/unicode.cpp, whose alternatives stand here in the same order). The words joined are the text.
func split(text string) []string {
	var words []string
	for len(text) > 0 {
		n := wordLen(text)
		words = append(words, text[:n])
		text = text[n:]
	}
	return words
}

// wordLen is the length in bytes of the first word of s, which is not empty.
func wordLen(s string) int {
	if n := contraction(s); n > 0 {
		return n
	}
	first, size := utf8.DecodeRuneInString(s)
	if !isBreak(first) && !unicode.IsNumber(first) {
		if n := span(s[size:], unicode.IsLetter, -1); unicode.IsLetter(first) || n > 0 {
			return size + n
		}
	}
	if n := span(s, unicode.IsNumber, 3); n > 0 {
		return n
	}
	space := 0
	if first == ' ' {
		space = 1
	}
	if n := span(s[space:], isOther, -1); n > 0 {
		n += space
		return n + span(s[n:], isBreak, -1)
	}
	return spaceLen(s)
}

// spaceLen is the length of the word at the start of s, which begins with white space: up to the last line break,
// else all of it but the last character if something follows (that one belongs to the next word).
func spaceLen(s string) int {
	end, lastBreak, lastStart := 0, 0, 0
	for end < len(s) {
		r, size := utf8.DecodeRuneInString(s[end:])
		if !unicode.IsSpace(r) {
			break
		}
		lastStart, end = end, end+size
		if isBreak(r) {
			lastBreak = end
		}
	}
	switch {
	case lastBreak > 0:
		return lastBreak
	case end < len(s) && lastStart > 0:
		return lastStart
	}
	return end
}

// contraction is the length of an English contraction at the start of s, 0 if there is none.
func contraction(s string) int {
	if len(s) < 2 || s[0] != '\'' {
		return 0
	}
	switch s[1] | 0x20 {
	case 's', 't', 'm', 'd':
		return 2
	}
	if len(s) < 3 {
		return 0
	}
	switch string([]byte{s[1] | 0x20, s[2] | 0x20}) {
	case "re", "ve", "ll":
		return 3
	}
	return 0
}

// span counts the bytes of the characters at the start of s for which in holds, at most limit characters if limit
// is not negative.
func span(s string, in func(rune) bool, limit int) int {
	n := 0
	for n < len(s) && limit != 0 {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !in(r) {
			break
		}
		n += size
		limit--
	}
	return n
}

func isBreak(r rune) bool { return r == '\r' || r == '\n' }

func isOther(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.IsLetter(r) && !unicode.IsNumber(r)
}
