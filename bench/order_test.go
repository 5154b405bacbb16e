package bench

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/journal"
)

// ten are two models at five precisions, in the order of a suite.
func ten() (pairs []Pair) {
	for _, m := range []string{"a", "b"} {
		for _, p := range []string{"f32", "f16", "q8_0", "q4_K_M", "q4_0"} {
			pairs = append(pairs, Pair{m, p})
		}
	}
	return pairs
}

func TestOrder(t *testing.T) {
	shuffled := func(k int) []Pair { o := options{order: k}; return o.ordered(ten()) }
	require.Equal(t, ten(), shuffled(0), "the suite's own")

	// The upper 16 bits of the first ten draws of PCG for seed 1, computed without Go (as for dataset's samples):
	//
	//	1    2    3    4    5    6    7    8    9    10
	//	9927 16d0 b721 060f b398 8e32 cf83 9720 4e58 21a9
	var want []Pair
	// By the smallest draw 4 2 10 9 6 8 1 5 3 7, which are a a b b b b a a a b, each model's pairs in their order.
	for _, i := range []int{1, 2, 6, 7, 8, 9, 3, 4, 5, 10} {
		want = append(want, ten()[i-1])
	}
	require.Empty(t, cmp.Diff(want, shuffled(1)))

	first := map[Pair]int{}
	for _, k := range []int{1, 2, 3, 100, math.MaxInt} {
		order := shuffled(k)
		require.ElementsMatch(t, ten(), order, "-order %d: all, and each once", k)
		require.Equal(t, order, shuffled(k), "-order %d: always the same", k)
		slices.Reverse(order)
		require.Equal(t, order, shuffled(-k), "-order %d is that of %d turned round", -k, k)
	}
	require.ElementsMatch(t, ten(), shuffled(math.MinInt), "which has no positive counterpart")
	for k := range 1000 {
		first[shuffled(k + 1)[0]]++
	}
	for p, n := range first {
		// Binomial of 1000 and 1/2: 500, standard deviation 16.
		require.InDelta(t, 500, n, 70, "%s comes first as often as the other", p)
	}
	require.Len(t, first, 2)
}

// Whatever the order, label-KL has something to be measured from, and is measured from the same.
func TestOrderWithProbabilities(t *testing.T) {
	moved := 0
	for k := -50; k <= 50; k++ {
		s := Suite{File: "../fixtures/suites/miniature.json"}
		r, err := open(&s, flags(t, "-probabilities", "-order="+strconv.Itoa(k)))
		require.NoError(t, err)
		free := flags(t, "-order="+strconv.Itoa(k))
		order, err := free.choose(&s)
		require.NoError(t, err)
		require.ElementsMatch(t, order, r.pairs, "-order %d", k)
		require.Equal(t, "f16", r.highestPrecisions(), "-order %d: a line of the configuration", k)
		met := map[string]bool{}
		for i, p := range r.pairs {
			require.Equal(t, order[i].Model, p.Model, "-order %d: models keep their places", k)
			if !met[p.Model] {
				require.Equal(t, "f16", p.Precision, "-order %d: %s is asked before f16", k, p)
			}
			met[p.Model] = true
			if p != order[i] {
				moved++
			}
		}
	}
	require.Positive(t, moved, "else this shows nothing")
	mixed := &run{pairs: []Pair{{"b", "q4_0"}, {"a", "q8_0"}, {"b", "q8_0"}, {"a", "f16"}}}
	require.Equal(t, "f16 q8_0", mixed.highestPrecisions())
	slices.Reverse(mixed.pairs)
	require.Equal(t, "f16 q8_0", mixed.highestPrecisions(), "in whatever order")
}

// What a journal holds of a pair is found wherever the pair stands in the order that goes on from it.
func TestResumeInAnotherOrder(t *testing.T) {
	pairs := []Pair{{"m", "f16"}, {"m", "q8_0"}}
	file := filepath.Join(t.TempDir(), "answers.jsonl")
	ask := func(id string, args ...string) map[Pair]int {
		r, _ := answered(t, 4, 0, func(string) bool { return false }, append(args, "-journal="+file)...)
		r.id, r.resumed = id, map[string]bool{}
		require.NoError(t, r.openJournal())
		taken := map[Pair]int{}
		for _, p := range r.ordered(slices.Clone(pairs)) {
			q, err := r.question(p, model{name: "m"})
			require.NoError(t, err)
			var got tally
			require.NoError(t, r.pass(t.Context(), q, &got, nil))
			taken[p] = got.taken
		}
		require.NoError(t, r.journal.Close())
		return taken
	}
	ask("1", "-order=1") // f16 first
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(data), "\n")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines[:5], "")), 0o644)) // killed after one answer of q8_0

	require.Equal(t, map[Pair]int{pairs[0]: 4, pairs[1]: 1}, ask("2", "-resume", "-order=-1"))
	records, err := journal.ReadFile(file)
	require.NoError(t, err)
	require.Len(t, records, 8)
	for _, rec := range records {
		require.Equal(t, "1", rec.Run, "one pass of each pair, to whoever reads the journal")
	}
}
