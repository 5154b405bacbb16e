// Package journal keeps one line of JSON per answer, so that an interrupted
// run loses at most the answer under way and two runs can be compared sentence
// by sentence.
//
// It holds nothing back in memory: each record is one write to the file, and
// whoever kills the process loses nothing that was written. Loss of power is
// another matter; Sync, at the end of a pass, is for that. One process at a
// time may append to a journal. Reading forgives a torn last line and nothing
// else.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Record is one answer. What was not measured, or is not there, is 0 or empty
// and absent from the line.
type Record struct {
	Suite     string `json:"suite"` // with Model and Precision: the pair
	Model     string `json:"model"`
	Precision string `json:"precision"`
	Set       string `json:"set"`              // id of the set, name@hash
	Prompt    string `json:"prompt"`           // id of the prompt, name@hash
	Digest    string `json:"digest"`           // of the weights, 12 hex digits
	Run       string `json:"run"`              // one invocation of the test binary
	Pass      int    `json:"pass"`             // 1-based within the run and the pair; required
	ID        string `json:"id"`               // of the sentence in the set; required
	Want      string `json:"want"`             // the right label; required
	Got       string `json:"got"`              // the label found in Answer, or score.Unparsed; required
	Answer    string `json:"answer"`           // the model's reply, verbatim (a byte that is not UTF-8 becomes U+FFFD)
	Reason    string `json:"reason,omitempty"` // that Answer gives, where the prompt asks for one

	// Options are those of the request, as sent, with what else decides an
	// answer or its costs: an object of JSON, equal in bytes where equal.
	Options json.RawMessage `json:"options,omitempty"`

	Probabilities map[string]float64 `json:"probabilities,omitempty"` // of all labels; they sum to 1
	Margin        float64            `json:"margin,omitempty"`        // score.Margin of them
	Entropy       float64            `json:"entropy,omitempty"`       // score.Entropy of them, nats

	LatencyNS    int64 `json:"latency_ns,omitempty"`    // from sending the request to the end of the reply
	PromptTokens int64 `json:"prompt_tokens,omitempty"` // Ollama counts those from its cache too
	PromptNS     int64 `json:"prompt_ns,omitempty"`     // evaluating the prompt
	EvalTokens   int64 `json:"eval_tokens,omitempty"`   // generated
	EvalNS       int64 `json:"eval_ns,omitempty"`       // generating them
	LoadNS       int64 `json:"load_ns,omitempty"`       // loading the model

	Joules float64 `json:"joules,omitempty"` // gross, of this sentence alone, where it lasted long enough for the meter
}

// first is how every line begins, whatever the record: what tells a journal,
// or the piece of a torn line, from any other file.
const first = `{"suite":"`

func (r Record) check() error {
	switch {
	case r.ID == "":
		return errors.New("record without the id of its sentence")
	case r.Pass < 1:
		return fmt.Errorf("record of sentence %q: pass %d, but passes count from 1", r.ID, r.Pass)
	case r.Want == "" || r.Got == "":
		return fmt.Errorf("record of sentence %q without a right label or a given one", r.ID)
	case len(r.Options) > 0 && (r.Options[0] != '{' || !json.Valid(r.Options)):
		return fmt.Errorf("record of sentence %q: options %.40q are not an object", r.ID, r.Options)
	}
	if r.Probabilities != nil {
		sum := 0.0
		for label, p := range r.Probabilities {
			if !(p >= 0) {
				return fmt.Errorf("record of sentence %q: label %q has probability %v", r.ID, label, p)
			}
			sum += p
		}
		if !(math.Abs(sum-1) < 1e-6) {
			return fmt.Errorf("record of sentence %q: probabilities sum to %v, not to 1", r.ID, sum)
		}
	}
	return nil
}
