package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/joulebench/joulebench/bench/gate"
)

// The parts of JUnit's XML that CI systems read: one test case for the answers of a
// pair and one for each of its costs.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
		Output   string      `xml:"system-out,omitempty"` // remarks
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"`
		Skipped *junitMessage `xml:"skipped"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit is for CI systems that show tests.
func writeJUnit(w io.Writer, o output) error {
	s := junitSuite{Name: "gate"}
	for _, j := range o.Pairs {
		s.add(o, true, junitCase{Class: j.Pair.String(), Name: "answers"}, j.Answers.Verdict, j.Answers.String())
		if j.Costs == nil {
			continue
		}
		if why := j.Costs.NotComparable; why != "" {
			s.add(o, j.Costs.Advice == "", junitCase{Class: j.Pair.String(), Name: "costs"}, gate.Inconclusive, "not comparable: "+why)
		}
		for i := range j.Costs.Metrics {
			c := &j.Costs.Metrics[i]
			said := fmt.Sprintf("%s: %s: %s → %s, %s, corrected p = %.3g", c.Unit, costVerdict(c), scaled(c.Unit, c.Old), scaled(c.Unit, c.New), c.Change(), c.Adjusted)
			s.add(o, j.Costs.Advice == "", junitCase{Class: j.Pair.String(), Name: c.Unit}, c.Verdict, said)
		}
	}
	if o.err != nil {
		s.Errors++
		s.Cases = append(s.Cases, junitCase{Class: "gate", Name: "input", Error: &junitMessage{Message: "the gate could not judge", Text: o.err.Error()}})
	}
	s.Tests, s.Output = len(s.Cases), strings.Join(o.remarks(), "\n")
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// add files a case. What does not count, or is inconclusive and passes, is skipped.
func (s *junitSuite) add(o output, counts bool, c junitCase, v gate.Verdict, said string) {
	message := &junitMessage{Message: string(v), Type: string(v), Text: said}
	switch {
	case v == gate.Pass:
		c.Output = said
	case counts && o.failing(v):
		s.Failures++
		c.Failure = message
	default:
		s.Skipped++
		message.Type = ""
		c.Skipped = message
	}
	s.Cases = append(s.Cases, c)
}
