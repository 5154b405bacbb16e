package gate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
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

// replaces refuses to be worse than old without a reason.
func (g *Golden) replaces(old *Golden) error {
	const remedy = `if that is meant, say why with -accept-regression "why", which is written into the file`
	if g.Accepted == "" && slices.Equal(g.Answers, old.Answers) {
		g.Accepted = old.Accepted
	}
	if g.Accepted != "" {
		return nil
	}
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

// replace puts scores and answers in the place of base.txt and base.tsv: both
// or none. The answers come last, since the scores follow from them.
func replace(base string, scores, answers []byte) (err error) {
	dir := filepath.Dir(base)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var staged []string
	defer func() {
		for _, name := range staged {
			os.Remove(name) // gone already if it was renamed
		}
	}()
	stage := func(data []byte) (string, error) {
		name, err := writeTemp(dir, data)
		if name != "" {
			staged = append(staged, name)
		}
		return name, err
	}
	newScores, err := stage(scores)
	if err != nil {
		return err
	}
	newAnswers, err := stage(answers)
	if err != nil {
		return err
	}
	// The way back is laid before it is needed: the disk may be full by then.
	undo := func() error { return os.Remove(base + ".txt") }
	old, err := os.ReadFile(base + ".txt")
	switch {
	case err == nil:
		oldScores, err := stage(old)
		if err != nil {
			return err
		}
		undo = func() error { return os.Rename(oldScores, base+".txt") }
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}

	if err := os.Rename(newScores, base+".txt"); err != nil {
		return err
	}
	if err := os.Rename(newAnswers, base+".tsv"); err != nil {
		if undoErr := undo(); undoErr != nil {
			return fmt.Errorf("%w; putting back the old scores: %w", err, undoErr)
		}
		return err
	}
	return syncDir(dir)
}

// writeTemp writes data to a new file in dir and on to the disk. It returns
// the file's name whenever one was created.
func writeTemp(dir string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, ".golden-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644) // CreateTemp's 0600 is not for a committed file
	}
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

// syncDir makes renames in dir outlive a power cut, where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // has no such call for a folder
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Some network file systems cannot either, and say so by EINVAL.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
