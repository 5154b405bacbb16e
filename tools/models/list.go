package main

import (
	"fmt"
	"path/filepath"

	"github.com/joulebench/joulebench/bench"
)

// A pair is what one pair takes. Sizes are in bytes, and 0 where they are unknown.
type pair struct {
	Suite     string `json:"suite"`
	Model     string `json:"model"`
	Precision string `json:"precision"`
	Tag       string `json:"tag,omitempty"`  // of a registry that has it
	From      string `json:"from,omitempty"` // else the tag, or the file, of which the server makes it
	ID        string `json:"id,omitempty"`
	License   string `json:"license,omitempty"`
	Context   int    `json:"context,omitempty"` // tokens
	Disk      int64  `json:"disk"`
	Memory    int64  `json:"memory"`
	Lack      string `json:"lack,omitempty"` // why it does not fit into the memory that is free
}

// A total is what several pairs take together.
type total struct {
	Suite    string `json:"suite"`
	Pairs    int    `json:"pairs"`
	Fit      int    `json:"fit"`      // into memory, each alone
	Unknown  int    `json:"unknown"`  // of no known size
	Download int64  `json:"download"` // bytes of tags, each once, those that others are made of included
	Made     int64  `json:"made"`     // bytes of what the server makes of them and of files

	counted map[string]bool
}

type list struct {
	Pairs   []pair  `json:"pairs"`
	Suites  []total `json:"suites"`
	All     total   `json:"all"`
	Machine machine `json:"machine"`
}

// fitting parts the pairs by whether they fit into the memory; of those that do not it says why.
func (l *list) fitting() (pairs []bench.Pair, skipped []string) {
	for _, p := range l.Pairs {
		if p.Lack == "" {
			pairs = append(pairs, bench.Pair{Model: p.Model, Precision: p.Precision})
		} else {
			skipped = append(skipped, fmt.Sprintf("%s %s: %s", p.Model, p.Precision, p.Lack))
		}
	}
	return pairs, skipped
}

func (l *list) add(name string, s *bench.Suite, pairs []bench.Pair, concurrency int) {
	sum := total{Suite: name}
	for _, p := range pairs {
		m, _ := s.Model(p.Model)
		needs := s.Needs(p, concurrency, "")
		row := pair{
			Suite: name, Model: p.Model, Precision: p.Precision, License: m.License, Context: m.Context,
			Disk: needs.Weights, Memory: needs.Memory(), Lack: needs.Lack(l.Machine.MemoryFree, l.Machine.Memory),
		}
		var origin bench.Tag
		if tag, ok := m.Tags[p.Precision]; ok {
			row.Tag, row.ID = tag.Name, tag.ID
		} else if _, origin = m.Origin(); origin.Name != "" {
			row.From = origin.Name
		} else if m.Shape != nil {
			row.From, row.Context = "random weights", m.Shape.Context
		} else {
			row.From = filepath.Base(m.Weights)
		}
		l.Pairs = append(l.Pairs, row)
		sum.count(row, origin)
		l.All.count(row, origin)
	}
	l.Suites = append(l.Suites, sum)
}

func (t *total) count(p pair, origin bench.Tag) {
	if t.counted == nil {
		t.counted = map[string]bool{}
	}
	once := func(name string, size int64, sum *int64) {
		if !t.counted[name] {
			*sum += size
		}
		t.counted[name] = true
	}
	t.Pairs++
	switch {
	case p.Memory == 0:
		t.Unknown++
	case p.Lack == "":
		t.Fit++
	}
	if p.Tag != "" {
		once(p.Tag, p.Disk, &t.Download)
		return
	}
	if origin.Name != "" {
		once(origin.Name, origin.Size, &t.Download)
	}
	once(p.Model+" of "+p.From+" at "+p.Precision, p.Disk, &t.Made)
}
