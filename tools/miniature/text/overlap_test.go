package text

import (
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOverlap holds templates and sentences against public data sets, read
// from the folder in JOULEBENCH_DATA: writers of such templates recall known
// sentences without noticing. Nothing of those sets is committed.
//
// Commonplaces may be shared ("to EUR 1 mn from EUR 2 mn a year earlier"):
// four-word runs that stand in five sentences or more of one public file. Of
// the rest, a text must not share more than a third of its four-word runs
// (four at least) with one public sentence, nor eight words in a row, unless
// two of the five four-word runs in these are commonplaces.
func TestOverlap(t *testing.T) {
	dir := os.Getenv("JOULEBENCH_DATA")
	if dir == "" {
		t.Skip("JOULEBENCH_DATA names no folder of public sets")
	}
	public := readPublic(t, dir)
	for _, raw := range Templates() {
		if o := public.overlap(fixedText(raw)); o.run || o.shared > 3 {
			t.Errorf("template %q: %s", raw, o)
		}
	}
	reported := map[string]bool{}
	for _, s := range Generate(len(Templates())*2, 1, 1) {
		o := public.overlap([][]string{words(s.Text)})
		if (o.run || o.shared > 3 && o.share() > 0.35) && !reported[s.Template] {
			reported[s.Template] = true
			t.Errorf("%q from %q: %s", s.Text, s.Template, o)
		}
	}
	for _, head := range heads {
		for _, tail := range tails {
			if stem := strings.ToLower(head + tail); public.words[stem] {
				t.Errorf("company %s%s stands in a public set", head, tail)
			}
		}
	}
}

// TestOverlapFinds: the check itself, on one sentence of eleven words, which
// has eight four-word runs.
func TestOverlapFinds(t *testing.T) {
	c := &corpus{map[string]bool{}, map[uint64][]int{}, map[uint64]bool{}, map[uint64]bool{}}
	c.add(words("The old mill by the river was sold to a brewer"), 0)
	for _, tt := range []struct {
		why, text string
		want      overlap
	}{
		{"the sentence itself", "The old mill by the river was sold to a brewer .", overlap{run: true, shared: 8, total: 8}},
		{"seven words of it", "Yesterday the old mill by the river was closed", overlap{shared: 4, total: 6}},
		{"the same words in another order", "A brewer sold the mill to the old river", overlap{total: 6}},
	} {
		t.Run(tt.why, func(t *testing.T) { require.Equal(t, tt.want, c.overlap([][]string{words(tt.text)})) })
	}
	for _, key := range runs(words("the old mill by the river was sold to a brewer"), 4)[2:] {
		c.common[key] = true
	}
	got := c.overlap([][]string{words("The old mill by the river was sold to a brewer")})
	require.Equal(t, overlap{shared: 2, total: 8}, got, "only the first two runs are no commonplaces")
}

func TestWords(t *testing.T) {
	for _, tt := range []struct{ text, want, why string }{
		{"Sales rose to EUR 12.3 mn , from $10M.", "sales rose to 0 from 0", "an amount is one word however it is written"},
		{"up 1,200 or 3.5 % in 2009", "up 0 or 0 in 0", "so are counts, percentages and years"},
		{"ABC's Q3", "abc s q0", "letters and digits only"},
	} {
		t.Run(tt.why, func(t *testing.T) { require.Equal(t, tt.want, strings.Join(words(tt.text), " ")) })
	}
}

// A corpus indexes runs of words by the sentences in which they stand.
type corpus struct {
	words  map[string]bool
	four   map[uint64][]int // numbers of the sentences, ascending
	eight  map[uint64]bool
	common map[uint64]bool // of four words
}

// readPublic reads every file of dir but its documentation, a line a sentence,
// whatever the format.
func readPublic(t *testing.T, dir string) *corpus {
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	c := &corpus{map[string]bool{}, map[uint64][]int{}, map[uint64]bool{}, map[uint64]bool{}}
	n := 0
	for _, path := range paths {
		if base := strings.ToLower(filepath.Base(path)); strings.Contains(base, "readme") || strings.Contains(base, "licen") {
			continue
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		first := n
		for line := range strings.Lines(string(data)) {
			c.add(words(line), n)
			n++
		}
		for key, lines := range c.four {
			if from, _ := slices.BinarySearch(lines, first); len(lines)-from >= 5 {
				c.common[key] = true
			}
		}
	}
	require.NotZero(t, n, "no lines of public data in %s", dir)
	return c
}

func (c *corpus) add(line []string, n int) {
	for _, w := range line {
		c.words[w] = true
	}
	for _, key := range runs(line, 4) {
		if lines := c.four[key]; len(lines) == 0 || lines[len(lines)-1] != n {
			c.four[key] = append(lines, n)
		}
	}
	for _, key := range runs(line, 8) {
		c.eight[key] = true
	}
}

var seed = maphash.MakeSeed()

// runs hashes every run of size words.
func runs(words []string, size int) []uint64 {
	var keys []uint64
	for i := 0; i+size <= len(words); i++ {
		keys = append(keys, maphash.String(seed, strings.Join(words[i:i+size], " ")))
	}
	return keys
}

// An overlap is what a text has in common with the nearest public sentence.
type overlap struct {
	run           bool // eight words that are no commonplace
	shared, total int  // four-word runs, commonplaces apart
}

func (o overlap) share() float64 { return float64(o.shared) / float64(o.total) }

func (o overlap) String() string {
	return fmt.Sprintf("shares %d of %d four-word runs with one public sentence (a run of eight words: %t)", o.shared, o.total, o.run)
}

func (c *corpus) overlap(pieces [][]string) (o overlap) {
	perLine := map[int]int{}
	for _, piece := range pieces {
		fours := runs(piece, 4)
		for i, key := range runs(piece, 8) {
			rare := 0
			for _, k := range fours[i : i+5] {
				if !c.common[k] {
					rare++
				}
			}
			o.run = o.run || c.eight[key] && rare > 3
		}
		o.total += len(fours)
		for _, key := range fours {
			if c.common[key] {
				continue
			}
			for _, line := range c.four[key] {
				perLine[line]++
				o.shared = max(o.shared, perLine[line])
			}
		}
	}
	return o
}

// fixedText is what stands between the slots and choices of a template.
func fixedText(raw string) [][]string {
	var pieces [][]string
	for piece := range strings.FieldsFuncSeq(raw, func(r rune) bool { return strings.ContainsRune("{|}", r) }) {
		pieces = append(pieces, words(piece))
	}
	return pieces
}

var (
	// An amount is one word: otherwise every "to EUR 1 mn from EUR 2 mn"
	// would be a run of eight words that says nothing.
	amount = regexp.MustCompile(`(?:\b(?:eur|usd|us|sek|nok|dkk|chf|gbp|jpy|rs)\b ?)?[$€£]? ?\b\d[\d.,]*(?: ?(?:mn|mln|million|m|bn|billion|b|crore|percent|per cent|pct|%)\b)?(?: euros?| crowns)?`)
	word   = regexp.MustCompile(`[a-z]+[0-9]*|0`)
	digits = regexp.MustCompile(`[0-9]+`)
)

func words(s string) []string {
	s = amount.ReplaceAllString(strings.ToLower(s), " 0 ")
	return word.FindAllString(digits.ReplaceAllString(s, "0"), -1)
}
