package gate

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteGoldenMargin(t *testing.T) {
	short, long := sample(), sample()
	long.Answers = nil
	for i := range 200 {
		long.Answers = append(long.Answers, Answer{ID: strings.Repeat("i", i+1), Want: "neutral", Got: "neutral"})
	}
	m6, r6 := DefaultMargin(short.Labels, short.Answers)
	m200, r200 := DefaultMargin(long.Labels, long.Answers)
	require.NotEqual(t, r6, r200)
	for _, tt := range []struct {
		why      string
		old, new *Golden
		margin   float64
		reason   string
	}{
		{"what somebody set stays", with(short, 0.03, "mine"), with(short, 0.2, "other"), 0.03, "mine"},
		{"also where the set has grown", with(short, 0.03, "mine"), with(long, 0, ""), 0.03, "mine"},
		{"a margin of 0 with a reason is somebody's", with(short, 0, "no fall at all"), with(short, 0, ""), 0, "no fall at all"},
		{"a default follows the answers", with(short, m6, r6), with(long, 0, ""), m200, r200},
		{"a default gives way to what a caller sets", with(short, m6, r6), with(short, 0.03, "mine"), 0.03, "mine"},
		{"nothing recorded and nothing set", nil, with(short, 0, ""), m6, r6},
		{"nothing recorded", nil, with(short, 0.03, "mine"), 0.03, "mine"},
	} {
		dir := t.TempDir()
		if tt.old != nil {
			require.NoError(t, WriteGolden(dir, tt.old), tt.why)
		}
		before := *tt.new
		require.NoError(t, WriteGolden(dir, tt.new), tt.why)
		require.Equal(t, before, *tt.new, "the argument is not changed")
		got, err := ReadGolden(dir, mini)
		require.NoError(t, err, tt.why)
		require.Equal(t, tt.margin, got.Margin, tt.why)
		require.Equal(t, tt.reason, got.Reason, tt.why)
		require.Len(t, got.Answers, len(tt.new.Answers), tt.why)
	}
}

func with(g *Golden, margin float64, reason string) *Golden {
	h := *g
	h.Margin, h.Reason = margin, reason
	return &h
}

// What replaces golden answers is as good, or somebody says why it need not be, and that stands in the file.
func TestWriteGoldenRatchet(t *testing.T) {
	worse, better := sample(), sample()
	worse.Answers[3].Got = "positive"
	better.Answers[1].Got = "negative"
	elsewhere, asked := sample(), sample()
	elsewhere.Set, asked.Prompt = "other@1", "other@2"
	for _, tt := range []struct {
		why      string
		new      *Golden
		accept   string
		err      string // "" if it is recorded
		accepted string // in the file, afterwards
	}{
		{"the same", sample(), "", "", ""},
		{"better", better, "", "", ""},
		// negative 2/3 as before, neutral and positive 1/2: 0.5556
		{"worse by one answer, well within the margin", worse, "", "worse than the golden answers: F1 0.7111 → 0.5556", ""},
		{"worse, with a reason", worse, "smaller model", "", "smaller model"},
		{"another set", elsewhere, "", `another set than that of the golden answers: "demo set@0a1b2c3d" → "other@1"`, ""},
		{"another prompt", asked, "", `another prompt than that`, ""},
		{"another prompt, with a reason", asked, "shorter:\nasked\tfor", "", "shorter:\nasked\tfor"},
	} {
		dir := t.TempDir()
		require.NoError(t, WriteGolden(dir, sample()))
		before := tree(t, dir)
		tt.new.Accepted = tt.accept
		err := WriteGolden(dir, tt.new)
		if tt.err != "" {
			require.ErrorContains(t, err, tt.err, tt.why)
			require.ErrorContains(t, err, "-accept-regression", tt.why)
			require.Equal(t, before, tree(t, dir), tt.why)
			continue
		}
		require.NoError(t, err, tt.why)
		got, err := ReadGolden(dir, mini)
		require.NoError(t, err, tt.why)
		require.Equal(t, tt.accepted, got.Accepted, tt.why)
		if tt.accept == "" {
			continue
		}
		// The reason stays as long as its answers do.
		same, next := *got, *got
		same.Accepted = ""
		require.NoError(t, WriteGolden(dir, &same))
		got, err = ReadGolden(dir, mini)
		require.NoError(t, err)
		require.Equal(t, tt.accepted, got.Accepted, tt.why)
		next.Accepted, next.Answers = "", sample().Answers
		next.Answers[1].Got = "negative"
		require.NoError(t, WriteGolden(dir, &next))
		got, err = ReadGolden(dir, mini)
		require.NoError(t, err)
		require.Empty(t, got.Accepted, tt.why)
	}
}

// A reason stands where it was needed, and nowhere else.
func TestWriteGoldenAcceptedWhereNeeded(t *testing.T) {
	worse, better, asked := sample(), sample(), sample()
	worse.Answers[3].Got = "positive"
	better.Answers[1].Got = "negative"
	asked.Prompt = "other@2"
	for _, tt := range []struct {
		why           string
		old           *Golden
		oldReason     string
		new           *Golden
		accept        string
		want, refused string
	}{
		{"one pair of many that were accepted together was not worse", sample(), "", better, "all of it", "", ""},
		{"or did not change", sample(), "", sample(), "all of it", "", ""},
		{"the reason of before is still that of these answers", sample(), "before", sample(), "all of it", "before", ""},
		{"it does not excuse what comes next, even with the same answers", sample(), "before", asked, "", "", "another prompt"},
		{"nothing said is no reason", sample(), "", worse, " \t", "", "worse than the golden answers"},
		{"space around one is none of it", sample(), "", worse, " smaller ", "smaller", ""},
	} {
		dir := t.TempDir()
		tt.old.Accepted, tt.new.Accepted = tt.oldReason, tt.accept
		require.NoError(t, WriteGolden(dir, tt.old), tt.why)
		err := WriteGolden(dir, tt.new)
		if tt.refused != "" {
			require.ErrorContains(t, err, tt.refused, tt.why)
			continue
		}
		require.NoError(t, err, tt.why)
		got, err := ReadGolden(dir, mini)
		require.NoError(t, err, tt.why)
		require.Equal(t, tt.want, got.Accepted, tt.why)
	}
}

func TestWriteGoldenRefuses(t *testing.T) {
	for _, tt := range []struct {
		why    string
		change func(*Golden)
		want   string
	}{
		{"a margin without a reason is arbitrary", func(g *Golden) { g.Reason = "" }, `want "# reason: "`},
		{"could never regress", func(g *Golden) { g.Margin = 1 }, "margin 1 lies outside"},
		{"nothing was answered", func(g *Golden) { g.Answers = nil }, "0 answers"},
		{"one sentence twice", func(g *Golden) { g.Answers = append(g.Answers, g.Answers[0]) }, `"s1" stands on line`},
		{"an answer of no label", func(g *Golden) { g.Answers = append(g.Answers, Answer{"s9", "positive", "Positive", ""}) }, `answer "Positive"`},
		{"where from?", func(g *Golden) { g.Ollama = "" }, `want "# ollama: "`},
		{"breaks the line", func(g *Golden) { g.Prompt, g.Accepted = "a\nb", "on trial" }, `:4: "a\nb" has control`},
		{"a path out of the folder", func(g *Golden) { g.Model = ".." }, "letters, digits"},
	} {
		dir := t.TempDir()
		require.NoError(t, WriteGolden(dir, sample()))
		g := sample()
		tt.change(g)
		// Where the margin is tested there is nothing to keep one from.
		if g.Margin != sample().Margin || g.Reason != sample().Reason {
			dir = t.TempDir()
		}
		before := tree(t, dir)
		require.ErrorContains(t, WriteGolden(dir, g), tt.want, tt.why)
		require.Equal(t, before, tree(t, dir), "nothing is written: %s", tt.why)
	}
}

func TestWriteGoldenRepairs(t *testing.T) {
	for _, tt := range []struct {
		why            string
		ext, old, text string
	}{
		{"answers cut short, the margin still legible", ".tsv", "s3\t*", "s3\tneu"},
		{"scores of another recording", ".txt", "0.7111 F1", "0.8 F1"},
		{"scores gone", ".txt", "", ""},
	} {
		dir := t.TempDir()
		require.NoError(t, WriteGolden(dir, sample()))
		whole := tree(t, dir)
		edit(t, goldenBase(dir, mini)+tt.ext, tt.old, tt.text)
		_, err := ReadGolden(dir, mini)
		require.Error(t, err, tt.why)
		require.NoError(t, WriteGolden(dir, with(sample(), 0, "")), tt.why)
		require.Equal(t, whole, tree(t, dir), tt.why)
	}

	dir := t.TempDir()
	require.NoError(t, WriteGolden(dir, sample()))
	edit(t, goldenBase(dir, mini)+".tsv", "# margin*", "")
	before := tree(t, dir)
	err := WriteGolden(dir, sample())
	require.ErrorContains(t, err, ".tsv:9: ")
	require.ErrorContains(t, err, "git checkout", "a margin that cannot be read is not thrown away")
	require.Equal(t, before, tree(t, dir))
}

func TestWriteGoldenMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has no such modes")
	}
	dir := t.TempDir()
	require.NoError(t, WriteGolden(dir, sample()))
	for file := range tree(t, dir) {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o644), info.Mode().Perm(), "others may read what is committed: %s", file)
	}
}

// tree is all files below dir with their text.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path] = read(t, path)
		}
		return err
	}))
	return files
}

func TestWriteGoldenFailsWhole(t *testing.T) {
	t.Run("the folder is a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "golden")
		require.NoError(t, os.WriteFile(file, []byte("?"), 0o644))
		require.ErrorContains(t, WriteGolden(file, sample()), file)
		require.Equal(t, "?", read(t, file))
	})
	t.Run("the folder is read-only", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, WriteGolden(dir, sample()))
		before := tree(t, dir)
		asUser(t, dir)
		require.NoError(t, os.Chmod(filepath.Dir(goldenBase(dir, mini)), 0o555))
		require.ErrorIs(t, WriteGolden(dir, sample()), os.ErrPermission)
		require.Equal(t, before, tree(t, dir))
	})
	// A folder in the place of the .tsv makes the second rename fail.
	for name, old := range map[string]string{"scores stand": "old scores", "no scores stand": ""} {
		t.Run("second rename/"+name, func(t *testing.T) {
			base := filepath.Join(t.TempDir(), "f16")
			require.NoError(t, os.MkdirAll(filepath.Join(base+".tsv", "in the way"), 0o755))
			if old != "" {
				require.NoError(t, os.WriteFile(base+".txt", []byte(old), 0o644))
			}
			before := tree(t, filepath.Dir(base))
			require.Error(t, replace(base, []byte("new scores"), []byte("new answers")))
			require.Equal(t, before, tree(t, filepath.Dir(base)), "the old scores are back and no temporary file is left")
		})
	}
	t.Run("first rename", func(t *testing.T) {
		base := filepath.Join(t.TempDir(), "f16")
		require.NoError(t, os.MkdirAll(base+".txt", 0o755))
		require.Error(t, replace(base, []byte("new scores"), []byte("new answers")))
		require.Empty(t, tree(t, filepath.Dir(base)))
	})
}
