package dataset

import (
	"slices"
	"strings"
)

// Audit says what a set can tell about a classifier, and what it can't. Shares
// and scores are 0–1; all but Records and Bad are about the examples.
type Audit struct {
	Set      string `json:"set"` // Set.ID
	File     string `json:"file"`
	Form     string `json:"form"`
	Encoding string `json:"encoding"`

	Records  int   `json:"records"` // in the file: Examples and len(Bad)
	Examples int   `json:"examples"`
	Bad      []Bad `json:"bad"`

	Labels   []LabelCount `json:"labels"` // most frequent first; between equals, in the order of the alphabet
	Words    Words        `json:"words"`
	Majority Majority     `json:"majority"`

	// Texts are distinct texts; every byte counts.
	Texts int `json:"texts"`
	// Duplicates are the examples that have text and label of an earlier one.
	Duplicates int `json:"duplicates"`
	// Contradictory are the texts that have several labels, and
	// ContradictoryExamples the examples with such a text.
	Contradictory         int `json:"contradictory"`
	ContradictoryExamples int `json:"contradictory_examples"`
	// Best is how many examples a classifier can get right at most that gives
	// the same text the same label every time: for each text, those with its
	// most frequent label. Ceiling is the accuracy that this makes.
	Best    int     `json:"best"`
	Ceiling float64 `json:"ceiling"`

	Damage  []Damage `json:"damage"`
	Leakage *Leakage `json:"leakage,omitempty"` // nil without another set
}

// LabelCount is a label and how many examples have it.
type LabelCount struct {
	Label    string  `json:"label"`
	Examples int     `json:"examples"`
	Share    float64 `json:"share"`
}

// Words are the lengths of the texts in words, which white space separates.
type Words struct {
	Min    int     `json:"min"`
	Median float64 `json:"median"` // of an even number, the mean of the middle two
	Max    int     `json:"max"`
}

// Majority is how a classifier scores that always gives the most frequent
// label: with p the share of that label and k labels, its accuracy is p and its
// macro-F1 is 2p/(1+p)/k (precision p, recall 1; the F1 of all others is 0).
type Majority struct {
	Label    string  `json:"label"`
	Accuracy float64 `json:"accuracy"`
	MacroF1  float64 `json:"macro_f1"`
}

// Leakage is what a set shares with another one, such as that from which a
// model learned. Two texts are the same if they differ at most in case and in
// white space.
type Leakage struct {
	Against  string  `json:"against"`  // ID of the other set
	Examples int     `json:"examples"` // of this set, whose text is in the other
	Share    float64 `json:"share"`    // of this set's examples
	Lines    []int   `json:"lines"`    // physical lines of this set's file on which these begin
}

// Audit examines the set, and its leakage against another one unless that is
// nil.
func (s *Set) Audit(against *Set) *Audit {
	a := &Audit{Set: s.ID(), File: s.File, Form: s.Form, Encoding: s.Encoding,
		Records: s.Records(), Examples: len(s.Examples), Bad: append([]Bad{}, s.Bad...), Damage: s.damage()}
	total := make(map[string]int)
	texts := make(map[string]map[string]int) // examples by text and label
	var lengths []int
	for _, e := range s.Examples {
		total[e.Label]++
		if texts[e.Text] == nil {
			texts[e.Text] = make(map[string]int)
		}
		if texts[e.Text][e.Label]++; texts[e.Text][e.Label] > 1 {
			a.Duplicates++
		}
		lengths = append(lengths, len(strings.Fields(e.Text)))
	}
	for _, labels := range texts {
		most, sum := 0, 0
		for _, n := range labels {
			most, sum = max(most, n), sum+n
		}
		a.Best += most
		if len(labels) > 1 {
			a.Contradictory++
			a.ContradictoryExamples += sum
		}
	}
	a.Texts = len(texts)
	a.Ceiling = a.share(a.Best)
	for _, label := range s.Labels {
		a.Labels = append(a.Labels, LabelCount{label, total[label], a.share(total[label])})
	}
	slices.SortStableFunc(a.Labels, func(x, y LabelCount) int { return y.Examples - x.Examples })
	p := a.Labels[0].Share
	a.Majority = Majority{a.Labels[0].Label, p, 2 * p / (1 + p) / float64(len(a.Labels))}
	slices.Sort(lengths)
	n := len(lengths)
	a.Words = Words{lengths[0], float64(lengths[(n-1)/2]+lengths[n/2]) / 2, lengths[n-1]}
	if against != nil {
		a.leakage(s, against)
	}
	return a
}

func (a *Audit) share(n int) float64 { return float64(n) / float64(a.Examples) }

func (a *Audit) leakage(s, against *Set) {
	known := against.texts()
	lines := []int{}
	for _, e := range s.Examples {
		if known[fold(e.Text)] {
			lines = append(lines, e.Line)
		}
	}
	a.Leakage = &Leakage{against.ID(), len(lines), a.share(len(lines)), lines}
}

// texts are those of the set, folded.
func (s *Set) texts() map[string]bool {
	known := make(map[string]bool)
	for _, e := range s.Examples {
		known[fold(e.Text)] = true
	}
	return known
}

// fold makes texts alike that differ in case and in white space alone.
func fold(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }
