package text

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// A writer turns frames into sentences; its state is the random stream and
// what the current sentence has already said.
type writer struct {
	*rand.Rand
	grammar *grammar
	known   map[string]string // the facts of the sentence
	said    map[string]bool   // words drawn so far, by slot
	out     strings.Builder
}

// apart are the kinds whose sentences are of no company, so that nothing a
// company says can stand around them.
var apart = map[string]bool{"economy": true, "macro": true, "market": true, "ratings": true}

// sentence writes f once.
func (w *writer) sentence(f *frame) Sentence {
	w.known, w.said = w.facts(), map[string]bool{}
	w.out.Reset()
	if f.prose() && !apart[f.kind] {
		w.prose(f)
	} else {
		w.expand(f.template)
	}
	return f.sentence(w.finish(f))
}

// prose puts a whole sentence into the surroundings that wire services and
// exchanges give it: a dateline before, the source or a second, neutral
// sentence after. They carry no sentiment, so the label stands.
func (w *writer) prose(f *frame) {
	dateline := ""
	if w.one(14) {
		w.draw("dateline")
		dateline = w.out.String() + " "
		w.out.Reset()
	}
	attributed := strings.Contains(f.raw, " said") || strings.Contains(f.raw, "ccording")
	last := len(f.template) - 1
	stop := f.template[last].text // ends in the full stop: see frame.prose
	switch {
	case !attributed && w.one(8):
		w.expand(f.template[:last])
		w.out.WriteString(strings.TrimSuffix(stop, "."))
		w.draw("source")
		w.out.WriteByte('.')
	case w.one(9):
		w.expand(f.template)
		w.out.WriteByte(' ')
		w.draw("aside")
	default:
		w.expand(f.template)
	}
	body := w.out.String()
	w.out.Reset()
	w.out.WriteString(dateline + capital(body))
}

// expand writes t.
func (w *writer) expand(t template) {
	for _, p := range t {
		switch {
		case p.slot != "":
			w.draw(p.slot)
		case p.alts != nil:
			w.expand(pick(w, p.alts))
		default:
			w.out.WriteString(p.text)
		}
	}
}

// draw fills a slot. A slot that comes twice in a sentence says something
// else the second time, so that "sales rose but sales fell" is not written.
func (w *writer) draw(slot string) {
	if fact, ok := w.known[slot]; ok {
		w.out.WriteString(fact)
		return
	}
	before := w.out.String()
	for try := 0; ; try++ {
		w.expand(pick(w, w.grammar.vocabulary[slot]))
		word := slot + "=" + w.out.String()[len(before):]
		if !w.said[word] || try == 8 {
			w.said[word] = true
			return
		}
		w.out.Reset()
		w.out.WriteString(before)
	}
}

// one is true once in n times.
func (w *writer) one(n int) bool { return w.IntN(n) == 0 }

// pick draws one of list.
func pick[T any](w *writer, list []T) T { return list[w.IntN(len(list))] }

// spaced is the punctuation of tokenised corpora.
var spaced = strings.NewReplacer(", ", " , ", ". ", " . ", "'s", " 's", "%", " %", " (", " ( ", ")", " )", ": ", " : ", "; ", " ; ", "? ", " ? ")

// clean mends what an empty choice or the "Inc." of a name leaves behind.
var clean = strings.NewReplacer(".>.", ">.", ". .", ".", " .", ".", " ,", ",", "..", ".")

// finish makes one clean line of what was written and gives it the
// typography of one of the corpora.
func (w *writer) finish(f *frame) string {
	s := strings.Join(strings.Fields(w.out.String()), " ")
	s = articles(clean.Replace(s))
	switch {
	case w.one(14):
		return strings.ToLower(s)
	case f.prose() && w.one(3):
		s = strings.Join(strings.Fields(spaced.Replace(s)), " ")
		if strings.HasSuffix(s, ".") {
			s = s[:len(s)-1] + " ."
		}
	}
	return capital(s)
}

// capital raises the first letter, after a quotation mark or the mark of the
// deciding words if there is one.
func capital(s string) string {
	i := strings.IndexFunc(s, func(r rune) bool { return r != '"' && r != '<' })
	if i < 0 || s[i] >= utf8.RuneSelf { // € or £
		return s
	}
	return s[:i] + strings.ToUpper(s[i:i+1]) + s[i+1:]
}

// articles writes "an" for "a" where the word drawn after it begins with the
// sound of a vowel.
func articles(s string) string {
	words := strings.Split(s, " ")
	for i, word := range words[:len(words)-1] {
		if (word == "a" || word == "A" || word == "<a") && vowel(strings.ToLower(strings.TrimPrefix(words[i+1], "<"))) {
			words[i] += "n"
		}
	}
	return strings.Join(words, " ")
}

func vowel(word string) bool {
	for _, consonant := range []string{"eu", "one", "uni", "us", "ut"} {
		if strings.HasPrefix(word, consonant) {
			return false
		}
	}
	return word != "" && strings.IndexByte("aeiou", word[0]) >= 0
}
