package classify

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// firstLabel is the private rune that stands for the first label, the next one for the second, and so on; the one behind
// the last label stands for "mixed".
const (
	firstLabel = '\U000F0000'
	labelRunes = `\x{F0000}-\x{FFFFD}`
)

// labelIndex is the position among the labels of the one that the rune in s stands for.
func labelIndex(s string) int {
	r, _ := utf8.DecodeRuneInString(s)
	return int(r - firstLabel)
}

// markLabels puts one rune in the place of every label in the plain text. Where two labels begin at the same place
// ("positive", "positive outlook"), the longer one is meant.
func markLabels(text string, labels []string) string {
	var names []string
	for _, l := range append(labels[:len(labels):len(labels)], "mixed") {
		names = append(names, fold(l))
	}
	var out strings.Builder
	for at := 0; at < len(text); {
		_, size := utf8.DecodeRuneInString(text[at:])
		longest := -1
		for i, name := range names {
			if name != "" && strings.HasPrefix(text[at:], name) && !openWord(text[:at]) && !restOfWord.MatchString(text[at+len(name):]) &&
				(longest < 0 || len(name) > len(names[longest])) {
				longest = i
			}
		}
		if longest < 0 {
			out.WriteString(text[at : at+size])
		} else {
			out.WriteRune(firstLabel + rune(longest))
			size = len(names[longest])
		}
		at += size
	}
	return out.String()
}

// restOfWord matches what makes a longer word of the one before; a hyphen does, unless it is a dash.
var restOfWord = regexp.MustCompile(`^[-_]?[\pL\pM\pN]`)

// openWord tells whether a word that follows before is only the end of one: "non-" and "un", but not "- ".
func openWord(before string) bool {
	last, size := utf8.DecodeLastRuneInString(before)
	if last == '-' || last == '_' {
		last, _ = utf8.DecodeLastRuneInString(before[:len(before)-size])
	}
	return unicode.In(last, unicode.L, unicode.M, unicode.N)
}

// echoGap is what stands between the labels of a list: "A) negative, (B) neutral or C. positive", or one on every line.
var echoGap = regexp.MustCompile(`^(?:[\s,/|()\[\]{}"'-]|\b(?:and|or)\b|\b[\pL\pN][.):])*$`)

// withoutEcho drops every list of all n labels from a marked text: it repeats the question.
func withoutEcho(text string, n int) string {
	var out strings.Builder
	found, done := anyLabel.FindAllStringIndex(text, -1), 0
	for i := 0; i+n <= len(found); i++ {
		if list := found[i : i+n]; isEcho(text, list, n) {
			out.WriteString(text[done:list[0][0]])
			done, i = list[n-1][1], i+n-1
		}
	}
	return out.String() + text[done:]
}

// isEcho tells whether the labels at the places given are all n of them, in one list.
func isEcho(text string, list [][]int, n int) bool {
	seen := map[int]bool{}
	for i, at := range list {
		index := labelIndex(text[at[0]:at[1]])
		if index >= n || seen[index] || i > 0 && !echoGap.MatchString(text[list[i-1][1]:at[0]]) {
			return false
		}
		seen[index] = true
	}
	return true
}
