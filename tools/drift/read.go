package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/journal"
)

// A file is what one of the arguments names.
type file struct {
	name  string
	pairs []*answers // as first met
}

// answers are those of one pair, one a sentence.
type answers struct {
	gate.Pair
	file                string
	set, prompt, digest string
	sentences           []sentence
	passes, unsteady    int // of a journal: see gate.Recorded
}

type sentence struct {
	gate.Answer
	reason        string
	probabilities map[string]float64 // of all labels; nil where they are not known
}

// read reads golden answers or a journal.
func read(name string) (*file, error) {
	f := &file{name: name}
	if filepath.Ext(name) == ".tsv" {
		g, err := gate.ReadAnswers(name)
		if err != nil {
			return nil, err
		}
		a := &answers{Pair: g.Pair, file: name, set: g.Set, prompt: g.Prompt, digest: g.Digest}
		a.add(g.Answers)
		f.pairs = append(f.pairs, a)
		return f, nil
	}
	records, err := journal.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		p := pairOf(r)
		if slices.ContainsFunc(f.pairs, func(a *answers) bool { return a.Pair == p }) {
			continue
		}
		a, err := recorded(name, records, p)
		if err != nil {
			return nil, fmt.Errorf("drift: %s: %w", name, err)
		}
		f.pairs = append(f.pairs, a)
	}
	if len(f.pairs) == 0 {
		return nil, fmt.Errorf("drift: %s: a journal without answers: nothing to compare", name)
	}
	return f, nil
}

// recorded are the answers of the pair's first pass. Probabilities may stand in a
// later pass of the same run: asking for them costs time, and one may want that
// outside the passes that are measured.
func recorded(name string, records []journal.Record, p gate.Pair) (*answers, error) {
	rec, err := gate.FromJournal(records, p)
	if err != nil {
		return nil, err
	}
	a := &answers{Pair: p, file: name, set: rec.Set, prompt: rec.Prompt, digest: rec.Digest,
		passes: len(rec.Runs), unsteady: rec.Unsteady}
	a.add(rec.Answers)
	index := map[string]int{}
	for i, s := range a.sentences {
		index[s.ID] = i
	}
	run := map[string]string{} // in which a sentence was answered first, by its id
	for _, r := range records {
		i, ok := index[r.ID]
		if !ok || pairOf(r) != p {
			continue
		}
		s := &a.sentences[i]
		if _, again := run[r.ID]; !again {
			run[r.ID], s.reason = r.Run, r.Reason
		}
		if s.probabilities == nil && r.Run == run[r.ID] && r.Got == s.Got {
			s.probabilities = r.Probabilities
		}
	}
	return a, nil
}

func (a *answers) add(given []gate.Answer) {
	for _, g := range given {
		a.sentences = append(a.sentences, sentence{Answer: g})
	}
}

func pairOf(r journal.Record) gate.Pair {
	return gate.Pair{Suite: r.Suite, Model: r.Model, Precision: r.Precision}
}
