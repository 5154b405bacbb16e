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
	"errors"
	"fmt"
)

// Record is one answer. Figures that were not measured are 0 and absent from
// the line.
type Record struct {
	Suite     string `json:"suite"` // with Model and Precision: the pair
	Model     string `json:"model"`
	Precision string `json:"precision"`
	Set       string `json:"set"`    // id of the set, name@hash
	Prompt    string `json:"prompt"` // id of the prompt, name@hash
	Digest    string `json:"digest"` // of the weights, 12 hex digits
	Run       string `json:"run"`    // one invocation of the test binary
	Pass      int    `json:"pass"`   // 1-based within the run and the pair; required
	ID        string `json:"id"`     // of the sentence in the set; required
	Want      string `json:"want"`   // the right label; required
	Got       string `json:"got"`    // the label found in Answer, or score.Unparsed; required
	Answer    string `json:"answer"` // the model's reply, verbatim (a byte that is not UTF-8 becomes U+FFFD)

	LatencyNS    int64 `json:"latency_ns,omitempty"`    // from sending the request to the end of the reply
	PromptTokens int64 `json:"prompt_tokens,omitempty"` // Ollama counts those from its cache too
	PromptNS     int64 `json:"prompt_ns,omitempty"`     // evaluating the prompt
	EvalTokens   int64 `json:"eval_tokens,omitempty"`   // generated
	EvalNS       int64 `json:"eval_ns,omitempty"`       // generating them
	LoadNS       int64 `json:"load_ns,omitempty"`       // loading the model
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
	}
	return nil
}
