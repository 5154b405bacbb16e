package bench

import (
	"fmt"
	"slices"
	"strings"

	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/shape"
)

// A Model is one row of a suite's table; each of its precisions makes a pair. Its weights are a file, or they are tags, or it is
// a shape twin.
type Model struct {
	// Name is what results call it. ":" and "/" are written as "-".
	Name string
	// Weights is a GGUF file at f16, from which the server makes the Precisions. It, Tags or Shape is set.
	Weights string
	// Projector is the GGUF file of the CLIP projector that belongs to Weights, for a model that sees images as well.
	Projector string
	// Template is how Weights want a prompt wrapped, in Ollama's template language; empty leaves it to Ollama, which knows
	// the templates of common chat models.
	Template string
	// Shape is the architecture of a shape twin: the model that it is one of with random weights, whose name begins with
	// shape-.
	Shape *shape.Shape
	// Precisions to make, in Ollama's spelling: of Weights or Shape f32 (the same numbers as f16 in twice the room), f16, q8_0, q4_K_M,
	// q4_K_S; of the tag at f16 (or f32) those lower ones of them that have no tag of their own. (Ollama makes no q4_0.)
	Precisions []string
	// Tags maps a precision to the model of a registry that has it: {"q4_K_M": "llama3.2:1b-instruct-q4_K_M"}. The precision must
	// be the true one: `llama3.2:1b`, for one, is q8_0.
	Tags map[string]Tag
	// Protocols are ways of sampling this model's answers, by the name that -protocol gives.
	Protocols map[string]Sampling

	// License is under what the weights may be used, by its name.
	License string
	// Context is how many tokens the model was trained to see at most (the least that its tags say); 0 is unknown. A suite's
	// context beyond it is an error, for Ollama would shorten it silently.
	Context int
	// KVBytes is what a token of context takes in the KV cache at f16, in bytes: 2 (K and V) × blocks × KV heads × dimensions of a
	// head × 2. 0 is unknown.
	KVBytes int64
	// Source is where these facts and those of the Tags are from, with dates.
	Source string
	// Note is what to beware of with this model.
	Note string
	// Study is what was published of the model, for comparison; nil if nothing was.
	Study *Study
}

// Study is what a study found before and after it lowered a model's precision.
type Study struct {
	// Row is what its table calls the model.
	Row           string
	Before, After Figures
	// Source of the figures, with a date.
	Source string
	// Note is what to beware of in them.
	Note string
}

// Figures are scores in 0–1, of whatever averages the study took, and kg of CO2e for what the study calls a task.
type Figures struct{ Precision, Recall, F1, Accuracy, KgCO2 float64 }

// precisions lists the model's, highest first.
func (m Model) precisions() []string {
	ps := slices.Clone(m.Precisions)
	for p := range m.Tags {
		ps = append(ps, p)
	}
	slices.SortFunc(ps, byPrecision)
	return ps
}

// Origin is the tag of which the precisions without one are made, and its precision; both are empty where there is none.
func (m Model) Origin() (precision string, t Tag) {
	for _, p := range []string{"f16", "f32"} {
		if t, ok := m.Tags[p]; ok {
			return p, t
		}
	}
	return "", Tag{}
}

// slug makes a model's name fit for a benchmark's: a "/" would split it and ":" must be quoted in benchstat's filters.
func slug(name string) string { return strings.NewReplacer(":", "-", "/", "-").Replace(name) }

// check refuses a row whose pairs could not be made, or whose results could not be told apart.
func (m Model) check() error {
	given := 0
	for _, set := range []bool{m.Weights != "", len(m.Tags) > 0, m.Shape != nil} {
		if set {
			given++
		}
	}
	if given != 1 {
		return fmt.Errorf("want either weights with precisions, or tags, or a shape with precisions")
	}
	if err := m.checkShape(); err != nil {
		return err
	}
	ps := m.precisions()
	if len(ps) == 0 {
		return fmt.Errorf("no precisions")
	}
	for j, p := range ps {
		if !slices.Contains(ollamaPrecisions, p) || j > 0 && p == ps[j-1] {
			return fmt.Errorf("precision %q: want each once, of %s", p, strings.Join(ollamaPrecisions, " "))
		}
	}
	for _, p := range m.Precisions {
		if !slices.Contains(ollama.Precisions(), p) {
			return fmt.Errorf("precision %q: Ollama makes %s only: it must have a tag", p, strings.Join(ollama.Precisions(), " "))
		}
		if from, _ := m.Origin(); len(m.Tags) > 0 && (from == "" || byPrecision(from, p) >= 0) {
			return fmt.Errorf("precision %q has no tag, nor a higher one at f16 or f32 of which it could be made", p)
		}
	}
	for _, p := range ps {
		if t, ok := m.Tags[p]; ok {
			if err := t.check(); err != nil {
				return fmt.Errorf("precision %s: %w", p, err)
			}
		}
	}
	if m.Context < 0 || m.KVBytes < 0 {
		return fmt.Errorf("a negative context, or negative bytes of KV cache")
	}
	for name, p := range m.Protocols {
		if err := p.check(); err != nil {
			return fmt.Errorf("protocol %q: %w", name, err)
		}
	}
	return nil
}
