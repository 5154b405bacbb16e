package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNeeds(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, size int) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, make([]byte, size), 0o644))
		return path
	}
	s := &Suite{Context: 2048, Models: []Model{
		{Name: "big", KVBytes: 131072, Tags: map[string]Tag{"f16": {Size: 16e9}, "q4_K_M": {Size: 2e8}}},
		{Name: "alone", Tags: map[string]Tag{"f16": {Size: 16e9}}, Precisions: []string{"q8_0", "q4_K_M"}},
		{Name: "sees", Tags: map[string]Tag{"f16": {Size: 17e9}, "q4_0": {Size: 564e7}}, Precisions: []string{"q8_0"}},
		{Name: "bare", KVBytes: 9, Tags: map[string]Tag{"f16": {Name: "a"}}, Precisions: []string{"q8_0"}},
		{Name: "file", Weights: file("w.gguf", 1600), Projector: file("p.gguf", 100)},
		{Name: "gone", Weights: filepath.Join(dir, "none.gguf"), Projector: file("p.gguf", 100)},
	}}
	// 2048 tokens × 131072 bytes = 268,435,456 bytes of cache; × 8.5/16 = 142,606,336; × 4.5/16 = 75,497,472.
	for _, c := range []struct {
		why         string
		pair        Pair
		concurrency int
		cache       string
		want        Needs
	}{
		{"the tag's own size, a cache of 16 bits, half a GB", Pair{"big", "f16"}, 1, "", Needs{16e9, 268_435_456, 5e8}},
		{"a context for each request", Pair{"big", "f16"}, 8, "f16", Needs{16e9, 2_147_483_648, 5e8}},
		{"34 bytes for 32 numbers", Pair{"big", "f16"}, 1, "q8_0", Needs{16e9, 142_606_336, 5e8}},
		{"18 bytes for 32 numbers", Pair{"big", "f16"}, 1, "q4_0", Needs{16e9, 75_497_472, 5e8}},
		{"what Ollama does not know it takes for f16", Pair{"big", "f16"}, 1, "q2", Needs{16e9, 268_435_456, 5e8}},
		{"a small model computes in little", Pair{"big", "q4_K_M"}, 1, "", Needs{2e8, 268_435_456, 3e8}},
		{"made: 16 GB × 8.5/16; of its cache nothing is known", Pair{"alone", "q8_0"}, 1, "", Needs{85e8, 0, 5e8}},
		{"made: 16 GB × 4.89/16", Pair{"alone", "q4_K_M"}, 1, "", Needs{489e7, 0, 5e8}},
		// Through (16, 17) and (4.64, 5.64): 1 GB a bit and 1 GB that stays, so 8.5 + 1.
		{"made: beside a projector of 1 GB", Pair{"sees", "q8_0"}, 1, "", Needs{95e8, 0, 5e8}},
		{"no size, no need", Pair{"bare", "f16"}, 1, "", Needs{}},
		{"nor what is made of it", Pair{"bare", "q8_0"}, 1, "", Needs{}},
		{"a file: 1600 × 32/16 and the projector as it is", Pair{"file", "f32"}, 1, "", Needs{3300, 0, 1e8 + 3300}},
		{"a file: 1600 × 8.5/16", Pair{"file", "q8_0"}, 1, "", Needs{950, 0, 1e8 + 950}},
		{"making it will tell that there is no file", Pair{"gone", "f16"}, 1, "", Needs{}},
		{"no such pair", Pair{"none", "f16"}, 1, "", Needs{}},
	} {
		got := s.Needs(c.pair, c.concurrency, c.cache)
		if c.want.Weights > 1e9 {
			require.InDelta(t, c.want.Weights, got.Weights, 1, c.why) // of fractions of bytes
			got.Weights = c.want.Weights
		}
		require.Equal(t, c.want, got, c.why)
	}
}

func TestLack(t *testing.T) {
	n := Needs{Weights: 7_600_000_000, KVCache: 1_000_000_000, Buffers: 500_000_000}
	require.Equal(t, "needs 9.10 GB of memory (weights 7.60, KV cache 1.00, buffers and server 0.50), 6.00 GB of 8.04 are free", n.Lack(6_000_000_000, 8_040_000_000))
	require.Empty(t, n.Lack(9_100_000_000, 16e9), "to the byte")
	require.NotEmpty(t, n.Lack(9_099_999_999, 16e9))
	require.Empty(t, Needs{}.Lack(0, 0), "what is unknown is tried")
}

// The machine of these tests has not got a petabyte.
func TestPairsThatDoNotFit(t *testing.T) {
	needServer(t)
	s := Suite{File: "../fixtures/suites/miniature.json"}
	r, err := open(&s, flags(t, "-models=llama3.2-mini,big:1b-f16,big:1b-q8_0", "-precisions=f16,q8_0"))
	require.NoError(t, err)
	require.NoError(t, r.start(t.Context()))
	defer r.close()
	big, _ := s.Model("big-1b")
	for p, tag := range big.Tags {
		tag.Size = 1e15
		big.Tags[p] = tag
	}
	ended := map[string]bool{}
	t.Run("skips", func(t *testing.T) {
		for _, p := range r.pairs {
			t.Run(p.String(), func(t *testing.T) {
				t.Setenv("CI", "")
				defer func() { ended[p.String()] = t.Skipped() }()
				r.mustFit(t, p)
			})
		}
	})
	require.Equal(t, map[string]bool{
		"model=llama3.2-mini/precision=f16": false, "model=llama3.2-mini/precision=q8_0": false,
		"model=big-1b/precision=f16": true, "model=big-1b/precision=q8_0": true,
	}, ended)
	require.Regexp(t, `^joulebench: 2 of 4 pairs skipped: model=big-1b/precision=f16 needs 1000000\.50 GB of memory .* are free; model=big-1b/precision=q8_0 needs`, r.unfitLine())
}
