package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// Bytes of KV cache of a token are 2 (K and V) × blocks × KV heads × dimensions of a head × 2 bytes. Beside them stands what
// that makes at 4,096 tokens in MiB, which was computed apart from the files.
var kvCaches = []struct {
	model                string
	blocks, heads, width int64
	mib                  int64
}{
	{"llama3.2-1b-instruct", 16, 8, 64, 128},
	{"llama3.2-3b-instruct", 28, 8, 128, 448},
	{"phi3-3.8b-mini-128k-instruct", 32, 32, 96, 1536},
	{"phi3.5-3.8b-mini-instruct", 32, 32, 96, 1536},
	{"mistral-7b-instruct-v0.3", 32, 8, 128, 512},
	{"llava-7b-v1.6-mistral", 32, 8, 128, 512},
	{"llava-llama3-8b-v1.1", 32, 8, 128, 512},
	{"mistral-small-22b-instruct-2409", 56, 8, 128, 896},
	{"mistral-small-24b-instruct-2501", 40, 8, 128, 640},
	{"qwen2-7b-instruct", 28, 4, 128, 224},
	{"qwen2.5-7b-instruct", 28, 4, 128, 224},
	{"qwen2.5-1.5b-instruct", 28, 2, 128, 112},
	{"qwen2.5-0.5b-instruct", 24, 2, 64, 48},
	{"qwen3-0.6b", 28, 8, 128, 448},
	{"qwen3-1.7b", 28, 8, 128, 448},
	{"qwen3-4b", 36, 8, 128, 576},
}

func TestKVCache(t *testing.T) {
	models := map[string]Model{}
	for _, s := range realSuites(t) {
		for _, m := range s.Models {
			models[m.Name] = m
		}
	}
	require.Len(t, kvCaches, len(models), "a row here for each model")
	for _, c := range kvCaches {
		bytes := 2 * c.blocks * c.heads * c.width * 2
		require.Equal(t, bytes, models[c.model].KVBytes, c.model)
		require.Equal(t, c.mib<<20, 4096*bytes, c.model)
	}
}

// realSuites are the files about models of Ollama's library.
func realSuites(t *testing.T) map[string]*Suite {
	suites := map[string]*Suite{}
	for _, name := range []string{"paper", "modern"} {
		s, err := ReadSuite(name, "../fixtures/suites/miniature.json")
		require.NoError(t, err)
		suites[name] = s
	}
	return suites
}

func TestRealSuites(t *testing.T) {
	miniature, err := ReadSuite("", "../fixtures/suites/miniature.json")
	require.NoError(t, err)
	ids, names := map[string]string{}, map[string]bool{}
	for file, s := range realSuites(t) {
		require.Equal(t, miniature.Set, s.Set, file)
		require.Equal(t, miniature.Labels, s.Labels, file)
		require.Empty(t, cmp.Diff(miniature.Prompts, s.Prompts), file)
		require.Equal(t, miniature.Shots, s.Shots, file)
		require.Equal(t, []string{"f16", "q8_0", "q4_K_M"}, s.Default, file)
		require.Equal(t, 2048, s.Context, file)
		require.Equal(t, "10s", s.Idle, "%s: an idle time of its own, since a pass takes minutes", file)
		require.Equal(t, "../golden/"+file, s.Golden)
		for _, m := range s.Models {
			require.False(t, names[m.Name], "%s: -models would not know which", m.Name)
			names[m.Name] = true
			require.NotEmpty(t, m.License, m.Name)
			require.Regexp(t, "20[0-9]{2}-[0-9]{2}-[0-9]{2}", m.Source, m.Name)
			require.NotZero(t, m.Context, m.Name)
			ps := m.precisions()
			require.Subset(t, ps, s.Default, m.Name)
			require.Contains(t, m.Tags, "f16", "%s: every family has it", m.Name)
			for i, p := range ps {
				tag, ok := m.Tags[p]
				if !ok {
					continue
				}
				require.NotZero(t, tag.Size, tag.Name)
				require.Len(t, tag.ID, 12, tag.Name)
				require.Empty(t, ids[tag.ID], "%s: the id of another", tag.Name)
				ids[tag.ID] = tag.Name
				seen, err := time.Parse(time.DateOnly, tag.Seen)
				require.NoError(t, err, tag.Name)
				require.True(t, seen.Year() >= 2025, tag.Name)
				_, precision, ok := splitTag(tag.Name)
				require.True(t, ok && precision == p, "%s stands at %s", tag.Name, p)
				if i > 0 {
					// Not less: sizes of two digits are rounded to GB (mistral-small:22b has 13 GB three times).
					require.LessOrEqual(t, m.weightsAt(p), m.weightsAt(ps[i-1]), "%s: fewer bits in more bytes", tag.Name)
				}
			}
		}
	}
}

// The study's table II: temperature, top-p, top-k, tokens, batch, beams by family; and the columns of table III, whose kg of CO2
// sum to 0.067 before and 0.037 after, 45 % less, which is what the study's abstract claims.
func TestStudy(t *testing.T) {
	llama, qwen, mistral := Sampling{.7, .9, 50, 512, 8, 4, ""}, Sampling{.8, .85, 40, 512, 8, 4, ""}, Sampling{.9, .95, 30, 256, 16, 2, ""}
	want := map[string]Sampling{"llama3.2": llama, "phi3": llama, "phi3.5": llama, "llava": llama, "llava-llama3": llama,
		"qwen2": qwen, "qwen2.5": qwen, "qwen3": qwen, "mistral": mistral, "mistral-small": mistral}
	suites := realSuites(t)
	for _, s := range suites {
		for _, m := range s.Models {
			got := m.Protocols["study"]
			require.Contains(t, got.Source, "2504.06307", m.Name)
			got.Source = ""
			family, _, _ := strings.Cut(m.Tags["f16"].Name, ":")
			require.Equal(t, want[family], got, m.Name)
		}
	}
	before, after := 0.0, 0.0
	for _, m := range suites["paper"].Models {
		require.NotNil(t, m.Study, m.Name)
		before, after = before+m.Study.Before.KgCO2, after+m.Study.After.KgCO2
		for _, f := range []Figures{m.Study.Before, m.Study.After} {
			require.Equal(t, f.Recall, f.Accuracy, "%s: weighted averages, in all ten rows", m.Name)
			require.Greater(t, f.F1, .4, m.Name)
		}
		require.Greater(t, m.Study.After.F1, m.Study.Before.F1, "%s: in the table every score rises", m.Name)
	}
	require.InDelta(t, .067, before, 1e-9)
	require.InDelta(t, .037, after, 1e-9)
	for _, m := range suites["modern"].Models {
		require.Nil(t, m.Study, "%s: the study has not seen it", m.Name)
	}
}
