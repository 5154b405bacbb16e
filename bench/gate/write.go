package gate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// WriteGolden records g as dir/<Suite>/<model>/<precision>.tsv (answers) and
// .txt (scores).
//
// It refuses answers that are worse than those they would replace, by however
// little, or to another set or prompt, unless g.Accepted says why that is right:
// a golden file that sinks a little with each recording guards nothing.
//
// A margin that somebody set in the .tsv outlives a recording, with its reason;
// one that is the default follows the answers. A new golden file without margin
// and reason gets [DefaultMargin].
//
// Both files are complete on disk before either takes its place, and what they
// replace comes back when the second one cannot: an error leaves the old pair
// of files as it was. Only a crash between the two renames can leave files of
// two recordings side by side, which [ReadGolden] then refuses.
func WriteGolden(dir string, g *Golden) error {
	fail := func(err error) error { return fmt.Errorf("gate: record golden answers of %s: %w", g.Pair, err) }
	rec, err := g.successor(dir)
	if err != nil {
		return fail(err)
	}
	answers := rec.formatAnswers()
	if _, err := parseAnswers("the new .tsv", answers, g.Pair); err != nil {
		return fail(fmt.Errorf("not written, since it could not be read back: %w", err))
	}
	scores, err := rec.formatScores()
	if err != nil {
		return fail(err)
	}
	if err := replace(goldenBase(dir, g.Pair), scores, answers); err != nil {
		return fail(fmt.Errorf("%w (run `make golden` again once this is mended)", err))
	}
	return nil
}

// successor is g with what it takes over from the file that it is to replace,
// where there is one, and an error if it must not replace it. The old answers may
// be damaged, since recording anew is how one repairs them; a margin that cannot be
// read is not thrown away.
func (g *Golden) successor(dir string) (*Golden, error) {
	if err := g.Pair.check(); err != nil {
		return nil, err
	}
	rec := *g
	file := goldenBase(dir, g.Pair) + ".tsv"
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		data = unixLines(data)
		in := &lines{rest: string(data)}
		old, _, err := parseHeader(in, g.Pair)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w: its margin would be lost (`git checkout -- %s` restores the file; or delete it)", file, in.n, err, file)
		}
		if !isDefault(old.Reason) {
			rec.Margin, rec.Reason = old.Margin, old.Reason
		}
		if whole, err := parseAnswers(file, data, g.Pair); err == nil {
			old = whole
		}
		if err := rec.replaces(old); err != nil {
			return nil, err
		}
	}
	if rec.Margin == 0 && rec.Reason == "" {
		rec.Margin, rec.Reason = DefaultMargin(rec.Labels, rec.Answers)
	}
	return &rec, nil
}

// replaces refuses to be worse than old without a reason, and drops one that is not needed: who accepts a run does so
// for the pairs of it that are worse.
func (g *Golden) replaces(old *Golden) error {
	g.Accepted = strings.TrimSpace(g.Accepted)
	refused := g.worseThan(old)
	switch {
	case refused == nil && slices.Equal(g.Answers, old.Answers):
		g.Accepted = old.Accepted
	case refused == nil && old.Answers != nil:
		g.Accepted = ""
	case g.Accepted != "":
		return nil
	}
	return refused
}

func (g *Golden) worseThan(old *Golden) error {
	const remedy = `if that is meant, say why with -accept-regression "why", which is written into the file`
	for _, id := range []struct{ what, old, new string }{{"set", old.Set, g.Set}, {"prompt", old.Prompt, g.Prompt}} {
		if id.old != id.new {
			return fmt.Errorf("another %s than that of the golden answers: %q → %q, so nothing shows that these are as good (%s)", id.what, id.old, id.new, remedy)
		}
	}
	if old.Answers == nil {
		return nil
	}
	was, err := old.Scores()
	if err != nil {
		return err
	}
	is, err := g.Scores()
	if err != nil {
		return err
	}
	if is.F1 < was.F1 {
		return fmt.Errorf("worse than the golden answers: F1 %.4f → %.4f, accuracy %.4f → %.4f (%s)", was.F1, is.F1, was.Accuracy, is.Accuracy, remedy)
	}
	return nil
}
