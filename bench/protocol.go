package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Sampling is how a protocol draws the tokens of an answer, in Ollama's terms: fields that are 0 are switched off.
type Sampling struct {
	Temperature float64 // above 0
	TopP        float64 // in 0–1
	TopK        int
	MaxTokens   int // of an answer; 0: as the prompt says
	// Batch is how many sentences the protocol asks about at once, which is for -concurrency to do, and Beams how many beams it
	// searches, which Ollama cannot do. Results say what was left out.
	Batch, Beams int
	Source       string // of these numbers, with a date
}

func (s Sampling) check() error {
	switch {
	case !(s.Temperature > 0 && s.Temperature <= 2):
		return fmt.Errorf("temperature %v: want more than 0, up to 2 (without it nothing is sampled)", s.Temperature)
	case !(s.TopP >= 0 && s.TopP <= 1):
		return fmt.Errorf("topP %v: want 0 to 1", s.TopP)
	case s.TopK < 0 || s.MaxTokens < 0 || s.Batch < 0 || s.Beams < 0:
		return errors.New("a negative number")
	}
	return nil
}

// describe says what the run does of it, and what it does not.
func (s Sampling) describe(o options) string {
	if o.maxTokens > 0 {
		s.MaxTokens = 0 // another line says what it is instead
	}
	parts := []string{fmt.Sprintf("temperature=%v", s.Temperature)}
	for _, p := range []struct {
		name  string
		value float64
	}{{"top_p", s.TopP}, {"top_k", float64(s.TopK)}, {"max-tokens", float64(s.MaxTokens)}} {
		if p.value != 0 {
			parts = append(parts, fmt.Sprintf("%s=%v", p.name, p.value))
		}
	}
	var without []string
	if s.Beams > 1 {
		without = append(without, fmt.Sprintf("%d beams", s.Beams))
	}
	if s.Batch > 1 && s.Batch != o.concurrency {
		without = append(without, fmt.Sprintf("batches of %d", s.Batch))
	}
	if without != nil {
		parts = append(parts, "without its "+strings.Join(without, " and "))
	}
	return strings.Join(parts, " ")
}

// chooseProtocol refuses a protocol that a chosen model lacks, and lets it choose the prompt of its name.
func (r *run) chooseProtocol() error {
	if r.protocol == "" {
		return nil
	}
	for _, p := range r.pairs {
		m, _ := r.suite.Model(p.Model)
		if _, ok := m.Protocols[r.protocol]; !ok {
			return fmt.Errorf("bench: -protocol %s: model %s of suite %s has no settings of that name", r.protocol, p.Model, r.suite.Name)
		}
	}
	if r.options.prompt == "" && slices.ContainsFunc(r.suite.Prompts, func(p Prompt) bool { return p.Name == r.protocol }) {
		r.options.prompt = r.protocol
	}
	return nil
}

// protocolLine is the value of the config line: how every model's answers are drawn, models of equal settings together.
func (r *run) protocolLine() string {
	if r.protocol == "" {
		return "greedy" // the most probable token, always
	}
	var settings []string
	models := map[string][]string{}
	for _, m := range r.suite.Models {
		if p, ok := m.Protocols[r.protocol]; ok {
			text := p.describe(r.options)
			if models[text] == nil {
				settings = append(settings, text)
			}
			models[text] = append(models[text], m.Name)
		}
	}
	for i, text := range settings {
		settings[i] = strings.Join(models[text], ", ") + ": " + text
	}
	return r.protocol + "; " + strings.Join(settings, "; ")
}
