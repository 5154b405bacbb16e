package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

// writePage writes one page that needs nothing else: no script, font or image.
func writePage(w io.Writer, tables []*table) error {
	type section struct {
		*table
		Set   string
		Heads []string
		Cells [][]string
		Plot  *plot
	}
	var sections []section
	for _, t := range tables {
		sections = append(sections, section{t, t.setting("set"), t.heads(), t.cells(), t.plot()})
	}
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := page.Execute(w, map[string]any{"Sections": sections, "Legend": legend}); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
