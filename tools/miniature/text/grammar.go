package text

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed vocabulary.txt templates
var files embed.FS

// A frame is a template with its label and the kind of news it belongs to. The
// words that decide the label stand between < and > in it, once or not at all.
type frame struct {
	raw, label, kind string
	deals            int // how often it comes until all have come
	template         template
}

// prose reports whether f is a whole sentence, which may be attributed and
// followed by another; the rest are headlines and tweets.
func (f *frame) prose() bool { return strings.HasSuffix(f.raw, ".") }

// sentence takes the marks out of what was written.
func (f *frame) sentence(written string) Sentence {
	before, rest, _ := strings.Cut(written, "<")
	reason, after, _ := strings.Cut(rest, ">")
	return Sentence{Text: before + reason + after, Label: f.label, Reason: reason, Template: f.raw}
}

// grammar is all text the package knows.
type grammar struct {
	vocabulary map[string][]template
	frames     map[string][]*frame // by label
	all        []*frame            // in the order of the files
}

// releases is the folder of what companies themselves announce, which is what
// most financial news is made of. Its templates are few beside those of all
// trades and turns of phrase, so each is dealt more often.
const (
	releases     = "templates/releases"
	releaseDeals = 4
)

// readGrammar reads vocabulary.txt (lines `slot: one|other`) and
// templates/FOLDER/KIND.txt (a template a line, under the headings [negative],
// [neutral] and [positive]). In both, # begins a comment line. An error names
// file:line.
func readGrammar(fsys fs.FS) (*grammar, error) {
	g := &grammar{vocabulary: map[string][]template{}, frames: map[string][]*frame{}}
	if err := eachLine(fsys, "vocabulary.txt", g.addWords); err != nil {
		return nil, err
	}
	names, err := fs.Glob(fsys, "templates/*/*.txt")
	if err != nil {
		return nil, fmt.Errorf("text: listing templates: %w", err)
	}
	for _, name := range names {
		label, deals := "", 1
		if path.Dir(name) == releases {
			deals = releaseDeals
		}
		kind := strings.TrimSuffix(path.Base(name), ".txt")
		err := eachLine(fsys, name, func(line string) error {
			if strings.HasPrefix(line, "[") {
				label = strings.Trim(line, "[]")
				if !slices.Contains(labels[:], label) {
					return fmt.Errorf("heading %s is none of %v", line, labels)
				}
				return nil
			}
			return g.addFrame(line, label, kind, deals)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, l := range labels {
		if len(g.frames[l]) == 0 {
			return nil, fmt.Errorf("text: no template under any [%s]", l)
		}
	}
	return g, nil
}

// addWords takes one line of the vocabulary.
func (g *grammar) addWords(line string) error {
	name, words, ok := strings.Cut(line, ": ")
	if !ok || !isSlot(name) {
		return fmt.Errorf("want `slot: one|other`, got %q", line)
	}
	if g.vocabulary[name] != nil || slices.Contains(factNames, name) {
		return fmt.Errorf("slot %s stands twice", name)
	}
	t, err := parse("{" + words + "|}") // the empty last one makes any list a choice
	if err != nil {
		return err
	}
	if err := g.checkSlots(t); err != nil {
		return err
	}
	alts := t[0].alts
	g.vocabulary[name] = alts[:len(alts)-1]
	return nil
}

// addFrame takes one line of a template file.
func (g *grammar) addFrame(line, label, kind string, deals int) error {
	if label == "" {
		return fmt.Errorf("template %q before any [label]", line)
	}
	t, err := parse(line)
	if err != nil {
		return err
	}
	if err := checkMarks(line); err != nil {
		return err
	}
	f := &frame{line, label, kind, deals, t}
	g.all = append(g.all, f)
	g.frames[label] = append(g.frames[label], f)
	return g.checkSlots(t)
}

// checkMarks wants the deciding words whole: marked once, outside of braces,
// and with the punctuation around them outside, where writer.prose may cut.
func checkMarks(line string) error {
	if !strings.ContainsAny(line, "<>") {
		return nil
	}
	before, rest, _ := strings.Cut(line, "<")
	reason, after, closed := strings.Cut(rest, ">")
	if !closed || strings.ContainsAny(before+reason+after, "<>") || strings.Count(before, "{") != strings.Count(before, "}") ||
		strings.Count(reason, "{") != strings.Count(reason, "}") || reason == "" || strings.Trim(reason, " .,;:") != reason {
		return fmt.Errorf("template %q: want the deciding words in one <...>, without a brace cut in two and without punctuation at its ends", line)
	}
	return nil
}

// checkSlots wants every slot defined before its use, so that no slot can
// contain itself.
func (g *grammar) checkSlots(t template) (err error) {
	t.slots(func(name string) {
		if g.vocabulary[name] == nil && !slices.Contains(factNames, name) {
			err = fmt.Errorf("no slot {%s} above; see vocabulary.txt and facts.go", name)
		}
	})
	return err
}

// eachLine calls use with each line that is neither empty nor a comment.
func eachLine(fsys fs.FS, name string, use func(line string) error) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("text: %w", err)
	}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := use(line); err != nil {
			return fmt.Errorf("text: %s:%d: %w", name, i+1, err)
		}
	}
	return nil
}
