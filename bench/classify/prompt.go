// Package classify turns a sentence into what a model is asked, and what the model replies into a label.
//
// It does not talk to a server and does not guess: a reply in which a careful reader finds no single label is
// score.Unparsed, and counts as wrong.
package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/joulebench/joulebench/bench/score"
)

// Options say what a prompt is made of.
type Options struct {
	// Name is what results call the prompt; without spaces and without @.
	Name string
	// Template is the question; empty means [DefaultTemplate]. The sentence must stand in it exactly once and unchanged
	// ({{.Text}} alone, no functions around it): that keeps the cost of rendering away from the measured window, and
	// the text that precedes it equal for all sentences, so that what a server caches of it is known.
	Template string
	// Labels are the answers that there are, in the order in which the question lists them; at least two.
	Labels []string
	// Shots are worked examples, put before the question in this order.
	Shots []Shot
	// Constrain has the server allow no other reply than one of the labels, see [Prompt.Format].
	Constrain bool
}

// A Shot is a worked example: a sentence and the reply that a model should give to it. The prompt shows it as the whole
// question about that sentence, a space, the answer and an empty line.
type Shot struct{ Text, Answer string }

// A Prompt is a question put to every sentence of a set in the same words.
type Prompt struct {
	name   string
	hash   string
	shots  string // the worked examples
	before string // what stands before the sentence
	after  string // what stands behind it
	labels []string
	format json.RawMessage
}

// sentenceMark stands for the sentence while the template is executed; no template can hold a NUL by accident.
const sentenceMark = "\x00"

// NewPrompt makes a prompt without worked examples and without a format, see [Options].
func NewPrompt(name, text string, labels []string) (*Prompt, error) {
	return Options{Name: name, Template: text, Labels: labels}.New()
}

// New makes the prompt; the template is parsed here, once. A worked example without text or without an answer in which
// [Prompt.Answer] finds one of the labels is an error: it would teach a model to give replies that cannot be read.
func (o Options) New() (*Prompt, error) {
	if o.Template == "" {
		o.Template = DefaultTemplate
	}
	if o.Name == "" || strings.ContainsAny(o.Name, " @\t\n") {
		return nil, fmt.Errorf("classify: prompt name %q: give it a name without spaces and without @", o.Name)
	}
	p, err := o.parse()
	if err != nil {
		return nil, fmt.Errorf("classify: prompt %s: %w", o.Name, err)
	}
	return p, nil
}

func (o Options) parse() (*Prompt, error) {
	if err := checkLabels(o.Labels); err != nil {
		return nil, err
	}
	t, err := template.New(o.Name).Option("missingkey=error").Parse(o.Template)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := t.Execute(&b, map[string]string{"Labels": inWords(o.Labels), "Text": sentenceMark}); err != nil {
		return nil, fmt.Errorf("%w (a template may use {{.Labels}} and {{.Text}})", err)
	}
	parts := strings.Split(b.String(), sentenceMark)
	if len(parts) != 2 {
		return nil, fmt.Errorf("{{.Text}} stands in the template %d times, want once", len(parts)-1)
	}
	p := &Prompt{name: o.Name, before: parts[0], after: parts[1], labels: o.Labels}
	if p.shots, err = p.renderShots(o.Shots); err != nil {
		return nil, err
	}
	hashed := p.shots + b.String()
	if o.Constrain {
		if p.format, err = json.Marshal(schema{"string", o.Labels}); err != nil {
			return nil, err
		}
		hashed += sentenceMark + string(p.format)
	}
	sum := sha256.Sum256([]byte(hashed))
	p.hash = hex.EncodeToString(sum[:3])
	return p, nil
}

// renderShots are the worked examples as they stand before the question.
func (p *Prompt) renderShots(shots []Shot) (string, error) {
	var b strings.Builder
	for i, s := range shots {
		answer := strings.TrimSpace(s.Answer)
		if strings.TrimSpace(s.Text) == "" || answer == "" {
			return "", fmt.Errorf("shot %d: its text %q or its answer %q is empty", i+1, s.Text, s.Answer)
		}
		if label, _ := p.Answer(answer); label == score.Unparsed {
			return "", fmt.Errorf("shot %d: its answer %q gives no label, want one of %s", i+1, s.Answer, inWords(p.labels))
		}
		b.WriteString(p.Render(s.Text) + " " + answer + "\n\n")
	}
	return b.String(), nil
}

// schema is the JSON schema of a string that is one of the labels.
type schema struct {
	Type string   `json:"type"`
	Enum []string `json:"enum"`
}

// Format is the JSON schema that constrains a reply to a label in double quotes, for the field Format of a request to
// Ollama; nil for a prompt that leaves a model free. [Prompt.Label] reads such replies.
func (p *Prompt) Format() json.RawMessage { return p.format }

// ID is the prompt's name and the first 6 hex digits of the SHA-256 of its text with worked examples and labels filled
// in and a NUL for the sentence, as "label@77ab01"; a NUL and the format follow where there is one. Answers to prompts
// of different IDs are not comparable.
func (p *Prompt) ID() string { return p.name + "@" + p.hash }

// Render puts the sentence into the prompt. White space at its ends is cut and every line break or tab within it
// becomes one space, since a line break would end the sentence in the eyes of a model. Nothing else is changed.
func (p *Prompt) Render(sentence string) string {
	return p.shots + p.before + oneLine.Replace(strings.TrimSpace(sentence)) + p.after
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
		if l == "" || strings.TrimSpace(l) != l || !utf8.ValidString(l) {
			return fmt.Errorf("label %s: empty, not UTF-8 or with white space at its ends", strconv.Quote(l))
		}
		if other, ok := seen[strings.ToLower(l)]; ok {
			return fmt.Errorf("labels %q and %q differ in case at most", other, l)
		}
		seen[strings.ToLower(l)] = l
	}
	return nil
}
