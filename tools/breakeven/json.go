package main

import (
	"encoding/json"
	"io"
	"math"

	"github.com/joulebench/joulebench/bench/breakeven"
)

// What is not known is left out; lengths are in tokens.
type jsonTable struct {
	Benchmark   string           `json:"benchmark"`
	Config      []string         `json:"config,omitempty"`
	Comparisons []jsonComparison `json:"comparisons"`
}

type jsonComparison struct {
	Model        string        `json:"model"`
	High         string        `json:"high"`
	Low          string        `json:"low"`
	Cache        string        `json:"cache,omitempty"`
	Prompt       float64       `json:"prompt,omitempty"`
	Extrapolated bool          `json:"extrapolated,omitempty"`
	Answer       float64       `json:"answer,omitempty"` // mean length in the results
	Time         jsonBreakEven `json:"time"`
	Joules       jsonBreakEven `json:"joules"`
	Notes        []string      `json:"notes,omitempty"`
}

type jsonBreakEven struct {
	Verdict    string     `json:"verdict"`
	Missing    string     `json:"missing,omitempty"`
	Passes     int        `json:"passes,omitempty"`
	Split      bool       `json:"splitByTime,omitempty"`
	PromptMore float64    `json:"promptMore"` // seconds or joules of the whole prompt, lower less higher precision
	AnswerMore float64    `json:"answerMore"` // of an answer token after the first
	Estimate   *jsonZone  `json:"estimate,omitempty"`
	Zones      []jsonZone `json:"zones,omitempty"` // 95 %
}

type jsonZone struct {
	From  float64          `json:"from"`
	To    *float64         `json:"to,omitempty"` // without it there is no end
	Costs breakeven.Effect `json:"costs"`
}

func zone(z breakeven.Zone) jsonZone {
	j := jsonZone{From: z.From, Costs: z.Effect}
	if !math.IsInf(z.To, 1) {
		j.To = &z.To
	}
	return j
}

func breakEven(b breakeven.BreakEven, verdict string) jsonBreakEven {
	j := jsonBreakEven{
		Verdict: verdict, Missing: b.Missing, Passes: b.Passes, Split: b.Split,
		PromptMore: b.PromptMore, AnswerMore: b.AnswerMore,
	}
	if b.Missing == "" {
		estimate := zone(b.Estimate())
		j.Estimate = &estimate
	}
	for _, z := range b.Zones {
		j.Zones = append(j.Zones, zone(z))
	}
	return j
}

func writeJSON(w io.Writer, tables []breakeven.Table) error {
	all := []jsonTable{}
	for _, t := range tables {
		j := jsonTable{Benchmark: t.Name, Config: t.Config, Comparisons: []jsonComparison{}}
		for _, c := range t.Comparisons {
			v := c.Verdicts()
			j.Comparisons = append(j.Comparisons, jsonComparison{
				Model: c.Model, High: c.High, Low: c.Low, Cache: c.Cache,
				Prompt: c.Prompt, Extrapolated: c.Extrapolated(), Answer: c.Answer,
				Time: breakEven(c.Time, v[0]), Joules: breakEven(c.Joules, v[1]), Notes: c.Notes,
			})
		}
		all = append(all, j)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(all)
}
