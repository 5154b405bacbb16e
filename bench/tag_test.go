package bench

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestTag(t *testing.T) {
	for _, c := range []struct {
		why, json string
		want      Tag
		err       string
	}{
		{"a name is enough", `"a:1b-q8_0"`, Tag{Name: "a:1b-q8_0"}, ""},
		{
			"all of it; GB are decimal, as ollama.com writes them", `{"name": "a:1b-q8_0", "size": "1.3GB", "id": "baf6a787fdff", "seen": "2026-06-20"}`,
			Tag{Name: "a:1b-q8_0", Size: 1_300_000_000, ID: "baf6a787fdff", Seen: "2026-06-20"}, "",
		},
		{"as ollama list writes sizes", `{"name": "a", "size": "808 MB"}`, Tag{Name: "a", Size: 808_000_000}, ""},
		{"a model for tests", `{"name": "a", "size": "12KB"}`, Tag{Name: "a", Size: 12_000}, ""},
		{"a size that no binary fraction is", `{"name": "a", "size": "4.1GB"}`, Tag{Name: "a", Size: 4_100_000_000}, ""},
		{"a misspelt field would silently be no pin", `{"name": "a", "digest": "baf6a787fdff"}`, Tag{}, `tag "a": json: unknown field "digest"`},
		{"no unit", `{"name": "a", "size": "1300000000"}`, Tag{}, `tag "a": size "1300000000": want a number and its unit`},
		{"GiB are others", `{"name": "a", "size": "1.3GiB"}`, Tag{}, `size "1.3GiB"`},
		{"less than nothing", `{"name": "a", "size": "-1GB"}`, Tag{}, `size "-1GB"`},
		{"neither form", `3`, Tag{}, "cannot unmarshal number"},
		{"a number for a name", `{"name": 3}`, Tag{}, "cannot unmarshal number"},
	} {
		var got Tag
		err := json.Unmarshal([]byte(c.json), &got)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.why)
			continue
		}
		require.NoError(t, err, c.why)
		require.Empty(t, cmp.Diff(c.want, got), c.why)
		require.NoError(t, got.check(), c.why)
	}
}

func TestTagCheck(t *testing.T) {
	for _, c := range []struct {
		why  string
		tag  Tag
		want string
	}{
		{"nothing to pull", Tag{Size: 1}, "without a name"},
		{"too short to pin", Tag{Name: "a", ID: "baf6a787fdf"}, "want 12 to 64"},
		{"longer than a SHA-256", Tag{Name: "a", ID: strings.Repeat("0", 65)}, "want 12 to 64"},
		{"no hex", Tag{Name: "a", ID: "sha256:baf6a787fdff"}, "want 12 to 64"},
		{"capitals would never be found in what Ollama says", Tag{Name: "a", ID: "BAF6A787FDFF"}, "lower-case"},
		{"no date", Tag{Name: "a", Seen: "June"}, `seen "June"`},
		{"no day of any June", Tag{Name: "a", Seen: "2026-06-31"}, `seen "2026-06-31"`},
		{"in Go there is no parser before it", Tag{Name: "a", Size: -1}, "a negative size"},
	} {
		require.ErrorContains(t, c.tag.check(), c.want, c.why)
	}
}

// What decodes has a size of at most 9999.999 TB and survives being written as an object again.
func FuzzTag(f *testing.F) {
	for _, seed := range []string{
		`"a"`, `{"name":"a","size":"9999.999TB","id":"baf6a787fdff","seen":"2026-06-20"}`, `{"size":"0B"}`, `null`, `{`, `[]`, `{"name":"a","size":"0.001KB"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var tag Tag
		if json.Unmarshal(data, &tag) != nil {
			return
		}
		if tag.Size < 0 || tag.Size > 9_999_999_000_000_000 {
			t.Fatalf("size %d of %s", tag.Size, data)
		}
		_ = tag.check()
		again, err := json.Marshal(map[string]string{"name": tag.Name, "id": tag.ID, "seen": tag.Seen})
		require.NoError(t, err)
		other := Tag{}
		require.NoError(t, json.Unmarshal(again, &other))
		tag.Size = 0
		require.Equal(t, tag, other)
	})
}
