package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/joulebench/joulebench/bench/gate"
)

// writeGitHub writes the commands by which a GitHub workflow annotates: an error
// for what fails the build, a warning for what is inconclusive and passes, notices
// for the notes. What passes is silent.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func writeGitHub(w io.Writer, o output) error {
	var b strings.Builder
	for _, j := range o.Pairs {
		if v := j.Answers.Verdict; v != gate.Pass {
			file := filepath.ToSlash(filepath.Join(o.golden, j.Suite, j.Model, j.Precision+".tsv"))
			annotate(&b, o.severity(v), file, fmt.Sprintf("%s: answers %s", j.Pair, v), j.Answers.String())
		}
		if j.Costs == nil || j.Costs.Advice != "" {
			continue
		}
		if why := j.Costs.NotComparable; why != "" {
			annotate(&b, o.severity(gate.Inconclusive), "", fmt.Sprintf("%s: costs not comparable", j.Pair), why)
		}
		for i := range j.Costs.Metrics {
			if c := &j.Costs.Metrics[i]; c.Verdict != gate.Pass {
				annotate(&b, o.severity(c.Verdict), "", fmt.Sprintf("%s: %s %s", j.Pair, c.Unit, c.Verdict),
					fmt.Sprintf("%s → %s, %s; %s", scaled(c.Unit, c.Old), scaled(c.Unit, c.New), c.Change(), costVerdict(c)))
			}
		}
	}
	for _, note := range o.remarks() {
		annotate(&b, "notice", "", "gate", note)
	}
	if o.err != nil {
		annotate(&b, "error", "", "gate", o.err.Error())
	}
	_, err := io.WriteString(w, plain(b.String()))
	return err
}

func (o output) severity(v gate.Verdict) string {
	if o.failing(v) {
		return "error"
	}
	return "warning"
}

func annotate(b *strings.Builder, severity, file, title, message string) {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	properties := "title=" + property.Replace(title)
	if file != "" {
		properties = "file=" + property.Replace(file) + "," + properties
	}
	fmt.Fprintf(b, "::%s %s::%s\n", severity, properties, data.Replace(strings.TrimSuffix(message, "\n")))
}
