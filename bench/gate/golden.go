package gate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// Golden is what was recorded of a pair: its answers, where they come from, and
// how much worse a later run may be. Two files hold it: the answers (.tsv) are
// the record, the scores (.txt) follow from them.
type Golden struct {
	Pair
	Set    string // set id, name@hash
	Prompt string // prompt id, name@hash
	Digest string // of the weights
	Ollama string // version of the server that answered
	CPU    string // CPU library it had loaded

	Labels []string // all labels of the set, in the order in which they are written

	// Margin is the largest fall of macro-F1 that still passes, absolute:
	// 0.02 lets 0.75 become 0.73. Reason says why it is what it is.
	Margin float64
	Reason string

	// Accepted is why these answers were recorded although they are worse
	// than those before, or to another set or prompt; mostly empty.
	Accepted string

	Answers []Answer
}

// Scores are computed from the answers.
func (g *Golden) Scores() (Scores, error) { return scoresOf(g.Labels, g.Answers) }

// ReadGolden reads the golden files of p below dir and checks them against each
// other. A file that is missing, cut short or inconsistent is an error that
// names it, the line, and what to do; errors.Is(err, fs.ErrNotExist) tells a
// pair of which nothing was recorded.
func ReadGolden(dir string, p Pair) (*Golden, error) {
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	base := goldenBase(dir, p)
	answers, err := os.ReadFile(base + ".tsv")
	if err != nil {
		return nil, missing(p, err)
	}
	scores, err := os.ReadFile(base + ".txt")
	if err != nil {
		return nil, missing(p, err)
	}
	g, err := parseAnswers(base+".tsv", unixLines(answers), p)
	if err != nil {
		return nil, corrupt(base+".tsv", err)
	}
	if err := g.checkScores(base+".txt", unixLines(scores)); err != nil {
		return nil, corrupt(base+".txt", err)
	}
	return g, nil
}

// ReadAnswers reads golden answers from their .tsv alone, wherever it lies and
// whatever it is called: of which pair they are, the file says. So it reads what
// another commit recorded (git show COMMIT:golden/S/m/f16.tsv >old.tsv). Scores
// beside it are not read: that both agree is for [ReadGolden] to check.
func ReadAnswers(file string) (*Golden, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("gate: golden answers: %w", err)
	}
	g, err := parseAnyAnswers(file, unixLines(data))
	if err != nil {
		return nil, corrupt(file, err)
	}
	return g, nil
}

// GoldenPairs lists the pairs of a suite that have golden files below dir,
// sorted. A pair counts as soon as one of its two files is there, so that
// ReadGolden can complain about the other.
func GoldenPairs(dir, suite string) ([]Pair, error) {
	if err := (Pair{suite, "m", "p"}).check(); err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	var pairs []Pair
	root := filepath.Join(dir, suite)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		model, file := filepath.Split(rel)
		ext := filepath.Ext(file)
		p := Pair{suite, filepath.Clean(model), strings.TrimSuffix(file, ext)}
		if (ext == ".tsv" || ext == ".txt") && p.check() == nil {
			pairs = append(pairs, p)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("gate: list golden files: %w", err)
	}
	slices.SortFunc(pairs, func(a, b Pair) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(pairs), nil
}

func goldenBase(dir string, p Pair) string {
	return filepath.Join(dir, p.Suite, p.Model, p.Precision)
}

func missing(p Pair, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("gate: no golden answers of %s: %w (record them with `make golden`)", p, err)
	}
	return fmt.Errorf("gate: golden answers of %s: %w", p, err)
}

// corrupt adds to an error about a golden file what to do about it.
func corrupt(file string, err error) error {
	return fmt.Errorf("gate: %w (`git checkout -- %s` restores what was committed, `make golden` records anew)", err, file)
}

// unixLines undoes what git's core.autocrlf does to a text file.
func unixLines(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }

// formatScores renders the scores as a results file of one line, which plain
// benchstat reads beside others: benchstat -table set,prompt -row
// /model,/precision GOLDEN.txt RESULTS.txt.
func (g *Golden) formatScores() ([]byte, error) {
	s, err := g.Scores()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	res := &benchfmt.Result{Name: benchfmt.Name(g.Pair.String()), Iters: 1}
	for _, m := range []struct {
		unit, better string
		value        float64
	}{
		{"F1", "higher", s.F1},
		{"accuracy", "higher", s.Accuracy},
		{"macro-precision", "higher", s.MacroP},
		{"macro-recall", "higher", s.MacroR},
		{"unparsed", "lower", s.Unparsed},
	} {
		// benchfmt.Writer would spread the two facts over two lines.
		fmt.Fprintf(&buf, "Unit %s better=%s assume=exact\n", m.unit, m.better)
		res.Values = append(res.Values, benchfmt.Value{Value: printed(m.value), Unit: m.unit})
	}
	for _, c := range []struct{ key, value string }{
		{"set", g.Set},
		{"set-size", fmt.Sprint(len(g.Answers))},
		{"prompt", g.Prompt},
		{"ollama", g.Ollama},
		{"ollama-cpu", g.CPU},
	} {
		res.Config = append(res.Config, benchfmt.Config{Key: c.key, Value: []byte(c.value), File: true})
	}
	err = benchfmt.NewWriter(&buf).Write(res)
	return buf.Bytes(), err
}

// checkScores holds the .txt against what the answers recompute to. Its text is
// compared, not its meaning: whatever differs was not written by WriteGolden,
// be it an edit or half of an interrupted recording.
func (g *Golden) checkScores(file string, data []byte) error {
	want, err := g.formatScores()
	if err != nil {
		return fmt.Errorf("%s:1: scores of the answers beside it: %w", file, err)
	}
	return asWritten(file, want, data, "the answers beside it give")
}

// asWritten refuses a file that is not what would be written of it, naming the first line that differs: it was edited, or
// cut short.
func asWritten(file string, want, got []byte, source string) error {
	if bytes.Equal(want, got) {
		return nil
	}
	wants, gots := strings.SplitAfter(string(want), "\n"), strings.SplitAfter(string(got), "\n")
	i := 0
	for i < min(len(wants), len(gots))-1 && wants[i] == gots[i] {
		i++
	}
	return fmt.Errorf("%s:%d: %s %q, this line reads %q", file, i+1, source, wants[i], gots[i])
}
