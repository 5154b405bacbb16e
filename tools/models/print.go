package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/ollama/ollama/format"
)

func (l *list) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(l)
}

// write prints a table and the totals. Sizes are decimal, as Ollama prints them.
func (l *list) write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SUITE\tMODEL\tPRECISION\tTAG\tDISK\tMEMORY\tFITS\tCONTEXT\tID\tLICENCE")
	for _, p := range l.Pairs {
		tag, fits, context := p.Tag, "yes", "?"
		if tag == "" {
			tag = "made of " + p.From
		}
		switch {
		case p.Memory == 0:
			fits = "?"
		case p.Lack != "":
			fits = "no"
		}
		if p.Context > 0 {
			context = strconv.Itoa(p.Context)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Suite, p.Model, p.Precision, tag, published(p.Disk), gb(p.Memory), fits, context, or(p.ID), or(p.License))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	sums := l.Suites
	if len(sums) > 1 {
		sums = append(sums, l.All)
	}
	fmt.Fprintln(w)
	for _, s := range sums {
		var parts []string
		if s.Unknown > 0 {
			parts = append(parts, fmt.Sprintf("the size of %d is unknown", s.Unknown))
		}
		if s.Download > 0 {
			parts = append(parts, gb(s.Download)+" to download")
		}
		if s.Made > 0 {
			parts = append(parts, gb(s.Made)+" to make here")
		}
		fmt.Fprintf(w, "%s: %d of %d pairs fit into the memory, each alone; disk for all: %s\n", s.Suite, s.Fit, s.Pairs, strings.Join(parts, ", "))
	}
	m := l.Machine
	fmt.Fprintf(w, "memory: %s of %s are free\n", gb(int64(m.MemoryFree)), gb(int64(m.Memory)))
	_, err := fmt.Fprintf(w, "disk: %s are free in %s\n", gb(int64(m.DiskFree)), m.Store)
	return err
}

// published is a size as it is known: of large tags in whole GB.
func published(n int64) string {
	if n == 0 {
		return "?"
	}
	return format.HumanBytes(n)
}

// gb is a sum: to the tenth of a GB, so that sums can be checked.
func gb(n int64) string {
	switch {
	case n == 0:
		return "?"
	case n < format.GigaByte:
		return format.HumanBytes(n)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/format.GigaByte)
}

func or(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
