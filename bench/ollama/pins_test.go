package ollama

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestPins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "models.lock")
	pins, err := ReadPins(path)
	require.NoError(t, err, "the first run has none")
	a, b := strings.TrimPrefix(digits("a"), "sha256:"), strings.TrimPrefix(digits("b"), "sha256:")
	day := time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC)
	pins.Pin(Manifest{Name: "llama3.2:1b", Digest: a}, day)
	pins.Pin(Manifest{Name: "127.0.0.1:5000/library/m:q8_0", Digest: b}, day)
	require.NoError(t, pins.Write(path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:5000/library/m:q8_0 "+digits("b")+" 2026-11-29\nllama3.2:1b "+digits("a")+" 2026-11-29\n", string(text))
	again, err := ReadPins(path)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(pins, again))

	for _, name := range []string{"llama3.2:1b", "library/llama3.2:1b", "registry.ollama.ai/library/llama3.2:1b"} {
		require.Equal(t, a, pins.Want(name), "one model by three names")
		pinned, err := pins.Check(name, a)
		require.NoError(t, err)
		require.True(t, pinned)
		_, err = pins.Check(name, b)
		require.ErrorIs(t, err, ErrChanged)
		require.ErrorContains(t, err, name+" means other weights than those that were pinned: it is "+digits("b")+" now and was "+digits("a"))
		require.ErrorContains(t, err, "if the change is meant")
	}
	pinned, err := pins.Check("llama3.2:3b", b)
	require.NoError(t, err)
	require.False(t, pinned)

	pins.Pin(Manifest{Name: "llama3.2:1b", Digest: a}, day.AddDate(1, 0, 0))
	require.Equal(t, "2026-11-29", pins["llama3.2:1b"].Date, "since when it is known")
	pins.Pin(Manifest{Name: "llama3.2:1b", Digest: b}, day.AddDate(1, 0, 0))
	require.Equal(t, Pin{b, "2027-11-29"}, pins["llama3.2:1b"])

	require.NoError(t, os.WriteFile(path, text[:len(text)-1], 0o600))
	_, err = ReadPins(path)
	require.ErrorContains(t, err, path+":2: the line has no end")
	require.ErrorContains(t, pins.Write(filepath.Join(path, "absent")), "not a directory")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary file is left")
}

func TestParsePins(t *testing.T) {
	good := "m:q8_0 " + digits("a") + " 2026-11-29\n"
	for _, test := range []struct{ reason, text, fault string }{
		{"an empty line", good + "\n", `2: "\n" is not "name sha256:digest date"`},
		{"a comment", "# mine\n" + good, `1: "# mine\n" is not`},
		{"two spaces", strings.Replace(good, " ", "  ", 1), `is not "name`},
		{"a line feed of Windows", strings.Replace(good, "\n", "\r\n", 1), "date"},
		{"no date", "m:q8_0 " + digits("a") + "\n", `is not "name`},
		{"an impossible date", strings.Replace(good, "11-29", "11-31", 1), "1: date"},
		{"the 12 digits of ollama list", "m:q8_0 sha256:aaaaaaaaaaaa 2026-11-29\n", "is not sha256: and 64 hex digits"},
		{"another hash", strings.Replace(good, "sha256", "sha512", 1), "is not sha256: and 64 hex digits"},
		{"no tag", strings.Replace(good, "m:q8_0", "m", 1), `"m" is no name of a model, as ollama list writes it`},
		{"a longer name of the same", "library/" + good, "as ollama list writes it"},
		{"doubled", good + good, "2: m:q8_0 stands behind m:q8_0"},
		{"not sorted", good + strings.Replace(good, "m:", "a:", 1), "2: a:q8_0 stands behind m:q8_0"},
	} {
		_, err := parsePins(strings.NewReader(test.text))
		require.ErrorContains(t, err, test.fault, test.reason)
	}
}

// Whatever is read is written again byte by byte, and nothing makes the parser panic.
func FuzzParsePins(f *testing.F) {
	f.Add("")
	f.Add("127.0.0.1:5000/library/m:q8_0 " + digits("b") + " 2026-11-29\nm:q8_0 " + digits("a") + " 2024-02-29\n")
	path := filepath.Join(f.TempDir(), "lock")
	f.Fuzz(func(t *testing.T, text string) {
		pins, err := parsePins(strings.NewReader(text))
		if err != nil {
			return
		}
		require.NoError(t, pins.Write(path))
		again, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(again))
	})
}
