package main

import (
	"encoding/json"
	"io"
	"math"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/score"
)

// The fields of -format json. What is not there, or not a number, is absent.
type (
	jsonReport struct {
		Verdict gate.Verdict `json:"verdict,omitempty"` // absent where an error left none
		Error   string       `json:"error,omitempty"`
		Alpha   float64      `json:"alpha"`
		Old     string       `json:"old"` // "golden" or "base"
		Pairs   []jsonPair   `json:"pairs"`
		Notes   []string     `json:"notes,omitempty"`
	}
	jsonPair struct {
		Suite     string       `json:"suite"`
		Model     string       `json:"model"`
		Precision string       `json:"precision"`
		Verdict   gate.Verdict `json:"verdict"`
		Answers   jsonAnswers  `json:"answers"`
		Costs     *jsonCosts   `json:"costs,omitempty"`
	}
	jsonAnswers struct {
		Verdict    gate.Verdict `json:"verdict"`
		OldF1      float64      `json:"old_f1"`
		NewF1      float64      `json:"new_f1"`
		Change     float64      `json:"change"`
		Low        float64      `json:"low"`  // of the 90 % interval
		High       float64      `json:"high"` // of the 90 % interval
		Margin     float64      `json:"margin"`
		Reason     string       `json:"reason"`
		Sentences  int          `json:"sentences"`
		Broke      int          `json:"broke"`
		Fixed      int          `json:"fixed"`
		McNemarP   float64      `json:"mcnemar_p"`
		McNemarMid float64      `json:"mcnemar_mid_p"`
		FallP      *float64     `json:"fall_p,omitempty"` // that F1 fell by no more than the margin; absent below 20 flips
		Corrected  float64      `json:"corrected_p"`
		Need       int          `json:"sentences_needed,omitempty"`
		Flips      []gate.Flip  `json:"flips,omitempty"` // all
		Notes      []string     `json:"notes,omitempty"`
	}
	jsonCosts struct {
		Advice        string     `json:"advice,omitempty"` // why they do not count
		NotComparable string     `json:"not_comparable,omitempty"`
		Lacking       []string   `json:"lacking,omitempty"` // units that old does not have
		Metrics       []jsonCost `json:"metrics,omitempty"`
	}
	jsonCost struct {
		Unit       string       `json:"unit"`
		Better     string       `json:"better"`
		Verdict    gate.Verdict `json:"verdict"`
		Old        float64      `json:"old"`           // median
		New        *float64     `json:"new,omitempty"` // median
		OldSamples int          `json:"old_samples"`
		NewSamples int          `json:"new_samples"`
		Ratio      *float64     `json:"ratio,omitempty"`
		Low        *float64     `json:"low,omitempty"`  // of the ratio's 90 % interval
		High       *float64     `json:"high,omitempty"` // of the ratio's 90 % interval
		P          float64      `json:"p"`
		Corrected  float64      `json:"corrected_p"`
		Need       int          `json:"samples_needed,omitempty"`
		Note       string       `json:"note,omitempty"`
	}
)

// writeJSON is for programs.
func writeJSON(w io.Writer, o output) error {
	r := jsonReport{Alpha: o.Alpha, Old: o.old(), Notes: o.Notes, Pairs: []jsonPair{}}
	if o.err != nil {
		r.Error = o.err.Error()
	} else {
		r.Verdict = o.Verdict()
	}
	for _, j := range o.Pairs {
		c := j.Answers
		a := jsonAnswers{
			Verdict: c.Verdict, OldF1: c.Old.F1, NewF1: c.New.F1, Change: c.Change.New - c.Change.Old, Low: c.Change.Low, High: c.Change.High,
			Margin: c.Margin, Reason: c.Reason, Sentences: c.Answers, Broke: c.Broke, Fixed: c.Fixed,
			McNemarP: c.P, McNemarMid: c.MidP, Corrected: c.Adjusted, Need: c.Need, Flips: c.Flips, Notes: c.Notes,
		}
		if c.Change.Method == score.Bootstrap {
			a.FallP = &c.FallP
		}
		pair := jsonPair{Suite: j.Suite, Model: j.Model, Precision: j.Precision, Verdict: j.Verdict(), Answers: a}
		if j.Costs != nil {
			pair.Costs = &jsonCosts{Advice: j.Costs.Advice, NotComparable: j.Costs.NotComparable, Lacking: j.Costs.Lacking}
			for _, m := range j.Costs.Metrics {
				better := "lower"
				if m.Better > 0 {
					better = "higher"
				}
				pair.Costs.Metrics = append(pair.Costs.Metrics, jsonCost{
					Unit: m.Unit, Better: better, Verdict: m.Verdict, Old: m.Old, New: finite(m.New), OldSamples: m.OldN, NewSamples: m.NewN,
					Ratio: finite(m.Ratio), Low: finite(m.Low), High: finite(m.High), P: m.P, Corrected: m.Adjusted, Need: m.Need, Note: m.Note,
				})
			}
		}
		r.Pairs = append(r.Pairs, pair)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// finite is nil where JSON has no number for x.
func finite(x float64) *float64 {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil
	}
	return &x
}
