package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/tools/miniature/text"
)

// What nothing may share with the sentiment set, in words in a row, numbers folded. The text of a template is held to less
// than a sentence drawn from it, in which a slot and what is next to it may make a commonplace ("the chief executive of").
const templateRun, sentenceRun = 4, 5

var wordOrNumber = regexp.MustCompile(`[\pL\pM]+|\pN+(?:[.,]\pN+)*`)

// runsOf lists the runs of n words in a text. Words are runs of letters in lower case; every number is the same one.
func runsOf(s string, n int) []string {
	words := wordOrNumber.FindAllString(strings.ToLower(s), -1)
	for i, w := range words {
		if strings.ContainsFunc(w, unicode.IsNumber) {
			words[i] = "#"
		}
	}
	var runs []string
	for i := 0; i+n <= len(words); i++ {
		runs = append(runs, strings.Join(words[i:i+n], " "))
	}
	return runs
}

// index maps the runs of n words of a set to the sentence that each is of.
func index(t *testing.T, n int, files ...string) map[string]string {
	t.Helper()
	set := map[string]string{}
	for _, file := range files {
		s, err := dataset.Open(filepath.Join("../../fixtures/sets", file))
		require.NoError(t, err)
		for _, e := range s.Examples {
			for _, run := range runsOf(e.Text, n) {
				set[run] = e.ID
			}
		}
	}
	return set
}

// shared is the first run of n words that text has in common with the set, and whose it is.
func shared(set map[string]string, text string, n int) string {
	for _, run := range runsOf(text, n) {
		if id := set[run]; id != "" {
			return "«" + run + "» of " + id
		}
	}
	return ""
}

// TestNothingOfTheSetWasLearned holds all templates, and every sentence that the models are trained on, against both parts
// of the set.
func TestNothingOfTheSetWasLearned(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: generates all training sentences")
	}
	files := []string{"joulebench-finance.jsonl", "joulebench-finance-dev.jsonl"}
	set := index(t, templateRun, files...)
	for _, raw := range text.Templates() {
		plain := strings.NewReplacer("<", "", ">", "").Replace(raw)
		for _, piece := range strings.FieldsFunc(plain, func(r rune) bool { return strings.ContainsRune("{|}", r) }) {
			if leak := shared(set, piece, templateRun); leak != "" {
				t.Errorf("%s: template %s", leak, raw)
			}
		}
	}
	set = index(t, sentenceRun, files...)
	told := map[string]bool{}
	for _, r := range recipes {
		for _, s := range text.Generate(r.Sentences, r.Seed, r.Share) {
			if leak := shared(set, s.Text, sentenceRun); leak != "" && !told[s.Template] {
				told[s.Template] = true
				t.Errorf("%s: %s: %q of %s", r.Model, leak, s.Text, s.Template)
			}
		}
	}
}

func TestShared(t *testing.T) {
	set := map[string]string{}
	for _, run := range runsOf("Alpha Corp lost 4.5m in spring, a court heard", 4) {
		set[run] = "x"
	}
	for _, c := range []struct{ text, want, why string }{
		{"alpha corp LOST12,000 m!", "«alpha corp lost #» of x", "case, figures and punctuation aside"},
		{"it lost 7 in autumn", "", "three words are no run of four"},
		{"In spring the court heard", "", "nor are four with another between"},
	} {
		require.Equal(t, c.want, shared(set, c.text, 4), c.why)
	}
}
