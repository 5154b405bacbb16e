// Package classify turns a sentence into what a model is asked, and what the model replies into a label.
//
// It does not talk to a server and does not guess: a reply in which a careful reader finds no single label is
// score.Unparsed, and counts as wrong.
package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"text/template"
)

// DefaultTemplate asks for one of the labels of any task. It is a text/template; {{.Labels}} is the list of labels
// in words ("a, b or c") and {{.Text}} the sentence on one line.
const DefaultTemplate = "Which of these labels fits the text: {{.Labels}}?\nText: {{.Text}}\nLabel:"

// A Prompt is a question put to every sentence of a set in the same words.
type Prompt struct {
	name   string
	hash   string
	before string // what stands before the sentence
	after  string // what stands behind it
	labels []string
}

// sentenceMark stands for the sentence while the template is executed; no template can hold a NUL by accident.
const sentenceMark = "\x00"

// NewPrompt parses the template once, for the labels given. An empty template means [DefaultTemplate].
//
// The sentence must stand in the template exactly once and unchanged ({{.Text}} alone, no functions around it):
// that keeps the cost of rendering away from the measured window, and the text that precedes it equal for all
// sentences, so that what a server caches of it is known.
func NewPrompt(name, text string, labels []string) (*Prompt, error) {
	if text == "" {
		text = DefaultTemplate
	}
	if name == "" || strings.ContainsAny(name, " @\t\n") {
		return nil, fmt.Errorf("classify: prompt name %q: give it a name without spaces and without @", name)
	}
	if err := checkLabels(labels); err != nil {
		return nil, fmt.Errorf("classify: prompt %s: %w", name, err)
	}
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("classify: prompt %s: %w", name, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, map[string]string{"Labels": inWords(labels), "Text": sentenceMark}); err != nil {
		return nil, fmt.Errorf("classify: prompt %s: %w (a template may use {{.Labels}} and {{.Text}})", name, err)
	}
	parts := strings.Split(b.String(), sentenceMark)
	if len(parts) != 2 {
		return nil, fmt.Errorf("classify: prompt %s: {{.Text}} stands in the template %d times, want once", name, len(parts)-1)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return &Prompt{
		name: name, hash: hex.EncodeToString(sum[:3]),
		before: parts[0], after: parts[1], labels: labels,
	}, nil
}

// ID is the prompt's name and the first 6 hex digits of the SHA-256 of its text with the labels filled in and a NUL
// for the sentence, as "label@77ab01". Answers to prompts of different IDs are not comparable.
func (p *Prompt) ID() string { return p.name + "@" + p.hash }

// Render puts the sentence into the prompt. White space at its ends is cut and every line break or tab within it
// becomes one space, since a line break would end the sentence in the eyes of a model. Nothing else is changed.
func (p *Prompt) Render(sentence string) string {
	return p.before + oneLine.Replace(strings.TrimSpace(sentence)) + p.after
}

var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// inWords lists the labels as a sentence does: "a", "a or b", "a, b or c".
func inWords(labels []string) string {
	last := len(labels) - 1
	if last == 0 {
		return labels[0]
	}
	return strings.Join(labels[:last], ", ") + " or " + labels[last]
}

// checkLabels refuses what would make a reply ambiguous: no labels, empty ones, and two that differ in case alone.
func checkLabels(labels []string) error {
	if len(labels) < 2 {
		return fmt.Errorf("%d labels, want at least 2", len(labels))
	}
	seen := map[string]string{}
	for _, l := range labels {
		if l == "" || strings.TrimSpace(l) != l {
			return fmt.Errorf("label %s: empty or with white space at its ends", strconv.Quote(l))
		}
		if other, ok := seen[strings.ToLower(l)]; ok {
			return fmt.Errorf("labels %q and %q differ in case at most", other, l)
		}
		seen[strings.ToLower(l)] = l
	}
	return nil
}
