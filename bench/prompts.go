package bench

import (
	"fmt"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
)

// A Prompt names a template of package classify; the empty template is classify.DefaultTemplate.
type Prompt struct {
	Name, Template string
	// File is a text file that holds the template, in the place of Template.
	File string
	// MaxTokens ends a reply; 0 means 8, enough for a label, 16 for one that is spelt out under Constrain, 256 with a reason.
	MaxTokens int
	// Constrain has the server allow one of the labels, in double quotes, and nothing else as the answer (Ollama's structured
	// output). A model that was not trained to begin with a quote may answer worse than one left free.
	Constrain bool
	// Reason says that a reason is asked for as well: "label: reason", or on a line of its own; see classify.Prompt.Answer.
	Reason bool
	// Answer is how an example of -shots is answered, a text/template of {{.Label}} and {{.Note}}; empty means the label, and
	// with a reason "label: note".
	Answer string
}

// checkPrompts reads the prompts' files, fills in defaults and refuses what could not be asked.
func (s *Suite) checkPrompts() error {
	if len(s.Prompts) == 0 {
		s.Prompts = []Prompt{{}}
	}
	names := map[string]bool{}
	for i := range s.Prompts {
		p := &s.Prompts[i]
		if p.Name == "" {
			p.Name = "label"
		}
		if err := p.complete(); err != nil {
			return fmt.Errorf("prompt %s: %w", p.Name, err)
		}
		if names[p.Name] {
			return fmt.Errorf("prompt %s: stands twice", p.Name)
		}
		names[p.Name] = true
		if _, err := p.parse(s.Labels, nil); err != nil {
			return err
		}
	}
	return nil
}

func (p *Prompt) complete() error {
	switch {
	case p.MaxTokens < 0:
		return fmt.Errorf("MaxTokens cannot be negative")
	case p.File != "" && p.Template != "":
		return fmt.Errorf("both a template and a file that holds it: leave one out")
	case p.Constrain && p.Reason:
		return fmt.Errorf("its answer holds a reason in free words and cannot be constrained to a label")
	}
	if p.File != "" {
		text, err := classify.ReadTemplate(p.File)
		if err != nil {
			return err
		}
		p.Template, p.File = text, ""
	}
	if p.Answer == "" {
		p.Answer = "{{.Label}}"
		if p.Reason {
			p.Answer = "{{.Label}}: {{.Note}}"
		}
	}
	return nil
}

func (p *Prompt) parse(labels []string, shots []classify.Shot) (*classify.Prompt, error) {
	return classify.Options{Name: p.Name, Template: p.Template, Labels: labels, Shots: shots, Constrain: p.Constrain}.New()
}

// prompt is the one that -prompt means: the suite's of that name, that in a file, or the suite's first.
func (s *Suite) prompt(name string) (Prompt, error) {
	if strings.ContainsAny(name, `./\`) {
		p := Prompt{Name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), File: fromRoot(name)}
		if err := p.complete(); err != nil {
			return Prompt{}, fmt.Errorf("bench: -prompt: %w", err)
		}
		return p, nil
	}
	var names []string
	for _, p := range s.Prompts {
		if name == "" || p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Prompt{}, fmt.Errorf("bench: -prompt: suite %s has no %q; it has %s (or name a file, such as my.txt)", s.Name, name, strings.Join(names, ", "))
}

// choosePrompt completes the prompt by what the command line says of it.
func (r *run) choosePrompt() (err error) {
	if r.asked, err = r.suite.prompt(r.options.prompt); err != nil {
		return err
	}
	if r.constrain != nil {
		r.asked.Constrain = *r.constrain
	}
	if r.maxTokens > 0 {
		r.asked.MaxTokens = r.maxTokens
	}
	if err := r.asked.complete(); err != nil {
		return fmt.Errorf("bench: prompt %s: %w", r.asked.Name, err)
	}
	if r.asked.MaxTokens == 0 {
		switch {
		case r.asked.Reason:
			r.asked.MaxTokens = 256
		case r.asked.Constrain:
			r.asked.MaxTokens = 16
		default:
			r.asked.MaxTokens = 8
		}
	}
	var shots []classify.Shot
	if r.options.shots > 0 {
		if shots, err = r.drawShots(); err != nil {
			return fmt.Errorf("bench: -shots %d: %w", r.options.shots, err)
		}
	}
	if r.prompt, err = r.asked.parse(r.suite.Labels, shots); err != nil {
		return fmt.Errorf("bench: suite %s: %w", r.suite.Name, err)
	}
	return nil
}

// drawShots draws examples to show. A sentence of the set is none: it would give its own answer away.
func (r *run) drawShots() ([]classify.Shot, error) {
	file := r.suite.Shots
	if r.shotsFrom != "" {
		file = fromRoot(r.shotsFrom)
	}
	if file == "" {
		return nil, fmt.Errorf("suite %s names no set to draw examples from (name one with -shots-from)", r.suite.Name)
	}
	set, err := dataset.Open(file)
	if err != nil {
		return nil, err
	}
	if err := set.CheckLabels(r.suite.Labels); err != nil {
		return nil, err
	}
	if set, err = set.Without(r.set); err != nil {
		return nil, err
	}
	if set, err = set.Sample(r.options.shots, r.seed); err != nil {
		return nil, err
	}
	answer, err := template.New("answer").Parse(r.asked.Answer)
	if err != nil {
		return nil, err
	}
	var shots []classify.Shot
	for _, e := range set.Examples {
		var b strings.Builder
		if err := answer.Execute(&b, map[string]string{"Label": e.Label, "Note": e.Note}); err != nil {
			return nil, err
		}
		if strings.Contains(r.asked.Answer, ".Note") && e.Note == "" {
			return nil, fmt.Errorf("%s:%d: the example has no note that could be its reason (give each one a note, or ask with another -prompt)", set.File, e.Line)
		}
		shots = append(shots, classify.Shot{Text: e.Text, Answer: b.String()})
	}
	return shots, nil
}
