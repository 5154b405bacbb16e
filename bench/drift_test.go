package bench

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/gate"
)

// Drift is measured from the golden answers of the model's highest precision, to the same set and prompt.
func TestReferences(t *testing.T) {
	start := func(args ...string) *run {
		s := Suite{File: "../fixtures/suites/miniature.json"}
		r, err := open(&s, flags(t, args...))
		require.NoError(t, err)
		require.NoError(t, r.openReferences())
		return r
	}
	r := start()
	require.Len(t, r.references, 5)
	require.Regexp(t, "^golden@[0-9a-f]{8}$", r.reference)
	golden, err := gate.ReadGolden("../golden", gate.Pair{Suite: "Sentiment", Model: "phi3-mini", Precision: "f16"})
	require.NoError(t, err)
	d, ok := r.drift("phi3-mini", golden.Answers)
	require.True(t, ok)
	require.Zero(t, d.Share(), "the suite has f32 too, but f16 is the highest with golden answers")

	other := slices.Clone(golden.Answers)
	for i := range 3 {
		other[i].Got = map[string]string{"negative": "neutral", "neutral": "positive", "positive": "negative"}[other[i].Got]
	}
	d, ok = r.drift("phi3-mini", other)
	require.True(t, ok)
	require.InDelta(t, 0.01, d.Share(), 1e-12, "3 of 300")

	require.Equal(t, r.reference, start("-models=phi3-mini", "-precisions=q4_K_M").reference, "results of one model and of all are of one table")
	for _, args := range [][]string{
		{"-prompt=reason"}, {"-constrain"}, {"-shots=1"}, {"-sample=30"}, {"-set=../fixtures/sets/joulebench-finance-dev.jsonl"}, {"-golden=../golden/none"},
	} {
		r := start(args...)
		require.Empty(t, r.reference, "%v: another question has no golden answers", args)
		_, ok := r.drift("phi3-mini", golden.Answers)
		require.False(t, ok, "%v: no drift is not a drift of 0", args)
	}
	_, ok = r.drift("phi3-mini", append(other, gate.Answer{ID: "new", Want: "neutral", Got: "neutral"}))
	require.False(t, ok, "a sentence without a reference")
}
