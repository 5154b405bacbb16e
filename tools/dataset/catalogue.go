package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

//go:embed sets.json
var setsJSON []byte

// A publicSet is a row of sets.json: where a set is at home, on which terms, what its file is, and how to read it. Its
// text is not here, since its licence is not that of the project.
type publicSet struct {
	Name    string `json:"name"` // what get is asked for; a folder's name as well
	Title   string `json:"title"`
	Home    string `json:"home"`    // page for people
	URL     string `json:"url"`     // of the file, or of a zip archive that holds it; empty if it can't be had this way
	ByHand  string `json:"by_hand"` // why it can't, and where else it is; empty if there is a URL
	Member  string `json:"member"`  // name of the file in an archive, in whatever folder; empty if it comes without one
	File    string `json:"file"`    // its name in the cache
	Bytes   int64  `json:"bytes"`   // size of the file, not of an archive
	SHA256  string `json:"sha256"`  // of the file, not of an archive; 64 hex digits
	Form    string `json:"form"`    // as in dataset.Set.Form
	Names   string `json:"names"`   // for -names; empty if the labels are names
	Mixed   bool   `json:"mixed_signs"`
	Records int    `json:"records"`
	Licence struct {
		Name   string `json:"name"`
		Allows string `json:"allows"` // its conditions in a line
		URL    string `json:"url"`
	} `json:"licence"`
	Source   string `json:"source"`    // where these facts are from
	LookedUp string `json:"looked_up"` // on which day, 2006-01-02
}

// parseCatalogue reads rows as in sets.json. A field that it does not know is an error.
func parseCatalogue(data []byte) ([]publicSet, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var sets []publicSet
	if err := d.Decode(&sets); err != nil {
		return nil, fmt.Errorf("dataset: sets.json: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("dataset: sets.json: more than one list")
	}
	return sets, nil
}

// find returns the set of that name, or an error that lists the names that there are.
func find(sets []publicSet, name string) (*publicSet, error) {
	var names []string
	for i := range sets {
		if sets[i].Name == name {
			return &sets[i], nil
		}
		names = append(names, sets[i].Name)
	}
	return nil, fmt.Errorf("dataset: get: there is no set %q; there are %s (a file of your own needs no get)",
		name, strings.Join(names, ", "))
}

// flags are the arguments that read the file right, for dataset as for the benchmark.
func (s *publicSet) flags() string {
	var b strings.Builder
	if s.Names != "" {
		b.WriteString(" -names " + s.Names)
	}
	if s.Mixed {
		b.WriteString(" -mixed-signs")
	}
	return b.String()
}
