package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/gate"
	"github.com/joulebench/joulebench/bench/score"
)

// hostile is a report in which every text that comes from a file tries to be more than text.
func hostile() output {
	const evil = "a\x1b[2J\u202e\xff\n::error::no\n### @all #1 <b>]]>\"&amp;`|pass"
	flips := []gate.Flip{{ID: "id" + evil, Want: "want" + evil, Old: "old" + evil, New: "new" + evil, Text: "text" + evil}}
	c := &gate.Comparison{
		Pair: gate.Pair{Suite: "S", Model: "m", Precision: "f16"}, Verdict: gate.Regressed, Margin: 0.1, Reason: "reason" + evil,
		Change: score.Change{Low: -0.5, High: 0.5}, Answers: 20, Broke: 1, Flips: flips, Notes: []string{"note" + evil},
	}
	costs := &gate.Costs{NotComparable: "host" + evil}
	return output{Report: &gate.Report{Alpha: 0.05, Pairs: []gate.Judged{{Pair: c.Pair, Answers: c, Costs: costs}}, Notes: []string{"run" + evil}},
		err: errors.New("gate: file" + strings.ReplaceAll(evil, "\n", " ")), options: options{golden: "golden"}}
}

func TestNoTextIsMoreThanText(t *testing.T) {
	for name, write := range formats {
		var b strings.Builder
		require.NoError(t, write(&b, hostile()), name)
		out := b.String()
		require.Equal(t, strings.ToValidUTF8(out, ""), out, "%s: invalid UTF-8", name)
		require.NotContains(t, out, "\x1b", "%s: the terminal would obey", name)
		if name != "json" && name != "junit" { // which keep texts as they are, for programs
			require.NotContains(t, out, "\u202e", "%s: a reader would see something else", name)
		}
		require.NotRegexp(t, `(?m)^::error::no`, out, "%s: a workflow would obey", name)
		switch name {
		case "markdown":
			comment, _, _ := strings.Cut(out, "<pre>") // in which GitHub looks for nothing
			for _, not := range []string{"@all", "#1", "<b>", "\n### @", "\n::"} {
				require.NotContains(t, comment, not, "a comment would obey")
			}
			require.Equal(t, 1, strings.Count(out, "<b")+strings.Count(out, "</pre>"))
			require.Contains(t, out, "@<!-- -->all", "an entity is a mention to GitHub, a comment behind it is not")
		case "junit":
			var suite junitSuite
			require.NoError(t, xml.Unmarshal([]byte(out), &suite))
			require.Len(t, suite.Cases, 3)
			require.Equal(t, 3, suite.Tests)
			require.Equal(t, 2, suite.Failures)
			require.Equal(t, 1, suite.Errors)
			require.Contains(t, suite.Output, "run", "what a reader should know besides")
		case "json":
			require.NoError(t, json.Unmarshal([]byte(out), new(jsonReport)))
			require.NotContains(t, out, `"verdict": ""`, "an error leaves none")
		case "github":
			for _, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
				require.Regexp(t, `^::(error|notice|warning) `, line, "one command a line")
			}
		}
	}
}

func TestColoured(t *testing.T) {
	text := `pair                     verdict
S/model=m/precision=f16  pass
S/model=m/precision=q8_0  inconclusive: some 12 samples a side would decide
S/model=m/precision=q4_0  regressed

S/model=m/precision=q4_0: regressed: F1 0.9 → 0.1 (margin 0.1: they pass)
  s1 is up: up → down: "S: pass: F1  regressed"
  S: pass: F1
note: nothing else to  pass
`
	want := strings.NewReplacer(
		"f16  pass", "f16  \x1b[32mpass\x1b[0m", "q8_0  inconclusive", "q8_0  \x1b[33minconclusive\x1b[0m",
		"q4_0  regressed", "q4_0  \x1b[31mregressed\x1b[0m", "q4_0: regressed", "q4_0: \x1b[31mregressed\x1b[0m",
	).Replace(text)
	require.Equal(t, want, coloured(text))
}

// Colours are for terminals alone; a file or a pipe gets none.
func TestTerminal(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	require.False(t, terminal(io.Discard))
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer f.Close()
	require.False(t, terminal(f))
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	require.False(t, terminal(w))

	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	require.NoError(t, err)
	defer device.Close()
	require.True(t, terminal(device))
	t.Setenv("TERM", "dumb")
	require.False(t, terminal(device), "it knows no colours")
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "1")
	require.False(t, terminal(device), "it wants none (no-color.org)")
}

// A remark on many pairs is one line.
func TestRemarks(t *testing.T) {
	pair := func(model string, costs *gate.Costs) gate.Judged {
		return gate.Judged{Pair: gate.Pair{Suite: "S", Model: model, Precision: "f16"}, Costs: costs}
	}
	advice := &gate.Costs{Advice: "of another day"}
	o := output{Report: &gate.Report{Notes: []string{"first"}, Pairs: []gate.Judged{
		pair("a", advice), pair("b", advice), pair("c", &gate.Costs{NotComparable: "meter x → y", Advice: "of another day"}), pair("d", nil),
	}}}
	require.Equal(t, []string{
		"first",
		"costs are advice: of another day (S/model=a/precision=f16, S/model=b/precision=f16, S/model=c/precision=f16)",
		"costs not comparable: meter x → y (S/model=c/precision=f16)",
	}, o.remarks())
	o.Pairs = o.Pairs[:2]
	require.Equal(t, []string{"first", "costs are advice: of another day"}, o.remarks(), "where it is about all, none is named")
	o.Pairs = []gate.Judged{pair("a", &gate.Costs{Lacking: []string{"sec/op", "joules/op"}})}
	require.Equal(t, []string{"first", "costs that golden lacks: sec/op, joules/op"}, o.remarks())
}

// What passes for the build's sake is no failure, and says so.
func TestSeverity(t *testing.T) {
	o := output{}
	require.Equal(t, "error", o.severity(gate.Regressed))
	require.Equal(t, "error", o.severity(gate.Inconclusive))
	o.lenient = true
	require.Equal(t, "error", o.severity(gate.Regressed))
	require.Equal(t, "warning", o.severity(gate.Inconclusive))
}
