package main

import (
	"bytes"
	"flag"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

const (
	// mine has 39 bytes; the hashes are sha256sum's, of it and of the same with the last label 1.
	mine      = "text,label\nOrders rose,1\nOrders fell,0\n"
	mineHash  = "bd1d80078d54e3822f881dbee28f8f318b68bc563204e2665c523e603eef63be"
	other     = "text,label\nOrders rose,1\nOrders fell,1\n"
	otherHash = "94850a99ee894077a3457391076f6c00e11f306dddd8855765b857e91750e1e2"
)

// home is a server that has the sets of a getter, and counts what it is asked.
type home struct {
	*getter
	requests atomic.Int32
}

func newHome(t *testing.T, serve http.HandlerFunc) *home {
	h := &home{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.requests.Add(1)
		if r.UserAgent() != "joulebench" {
			t.Errorf("a server that wants to know who asks is told %q", r.UserAgent())
		}
		serve(w, r)
	}))
	t.Cleanup(server.Close)
	plain := publicSet{Name: "plain", Title: "Two sentences", Home: "https://home.test/plain",
		URL: server.URL + "/plain.csv", File: "mine.csv", Bytes: 39, SHA256: mineHash, Records: 2,
		Form: "csv", Names: "0=negative,1=positive", Mixed: true, LookedUp: "2026-11-28"}
	plain.Licence.Name, plain.Licence.Allows = "CC BY 4.0", "any use; name the authors"
	plain.Licence.URL = "https://licence.test/"
	zipped := plain
	zipped.Name, zipped.Member, zipped.Names, zipped.Mixed = "zipped", "data.csv", "", false
	hand := zipped
	hand.Name, hand.URL, hand.ByHand = "hand", "", "its home asks for an account"
	cache := filepath.Join(t.TempDir(), "joulebench", "sets")
	h.getter = &getter{[]publicSet{plain, zipped, hand}, cache, server.Client()}
	return h
}

// files are those below the cache.
func (h *home) files(t *testing.T) (files []string) {
	above := os.DirFS(filepath.Dir(filepath.Dir(h.cache)))
	err := fs.WalkDir(above, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	require.NoError(t, err)
	return files
}

// sends is a server that answers everything with body.
func sends(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(body)) }
}

func TestGet(t *testing.T) {
	h := newHome(t, sends(mine))
	get := func(args ...string) string {
		var out bytes.Buffer
		require.NoError(t, h.run(args, &out, &out))
		return strings.ReplaceAll(out.String(), h.cache, "CACHE")
	}
	const about = `set      plain: Two sentences
home     https://home.test/plain
licence  CC BY 4.0: any use; name the authors
         https://licence.test/ (looked up on 2026-11-28)
records  2, as csv
size     39 bytes
file     CACHE/plain/mine.csv
`
	const next = `audit it:    go run ./tools/dataset CACHE/plain/mine.csv -names 0=negative,1=positive -mixed-signs
classify it: go test ./bench -run Sentiment -bench . -set CACHE/plain/mine.csv -names 0=negative,1=positive -mixed-signs
`
	list := func(cached string) string {
		return "set     records  licence    cached  \n" +
			"plain   2        CC BY 4.0  " + cached + "Two sentences\n" +
			"zipped  2        CC BY 4.0  no      Two sentences\n" +
			"hand    2        CC BY 4.0  no      Two sentences\n"
	}
	check := func(why, want, got string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", why, diff)
		}
	}
	check("nothing is there", list("no      "), get())

	var out bytes.Buffer
	require.EqualError(t, h.run([]string{"plain"}, &out, &out),
		"dataset: get plain: nothing was downloaded (to accept the licence above, repeat with -accept-licence)")
	check("the licence is shown before anything is asked of the server",
		about, strings.ReplaceAll(out.String(), h.cache, "CACHE"))
	require.Zero(t, h.requests.Load())
	require.Empty(t, h.files(t))

	check("accepted", about+"downloading "+h.sets[0].URL+"\nit is in the cache now, with the right hash\n"+next,
		get("plain", "-accept-licence"))
	require.EqualValues(t, 1, h.requests.Load())
	require.Equal(t, []string{"joulebench/sets/plain/mine.csv"}, h.files(t), "and no other file")
	data, err := os.ReadFile(h.path(&h.sets[0]))
	require.NoError(t, err)
	require.Equal(t, mine, string(data))

	check("the second time", about+"it is in the cache already, with the right hash\n"+next, get("plain"))
	require.EqualValues(t, 1, h.requests.Load(), "the server is not asked again")
	check("the list says so", list("yes     "), get())

	require.NoError(t, os.WriteFile(h.path(&h.sets[0]), []byte(other), 0o644))
	check("as many bytes, but not these", list("no      "), get())
	require.Contains(t, get("-accept-licence", "plain"), "in the cache now")
	data, err = os.ReadFile(h.path(&h.sets[0]))
	require.NoError(t, err)
	require.Equal(t, mine, string(data), "what was damaged is replaced")
	require.EqualValues(t, 2, h.requests.Load())

	require.NoError(t, os.WriteFile(h.path(&h.sets[0]), []byte(archived(t, "data.csv", mine)), 0o644))
	require.False(t, h.cached(&h.sets[0]), "an archive can't be read as the set that is in it")

	out.Reset()
	spaced := getter{cache: filepath.Join("a b", "sets")}
	require.NoError(t, spaced.next(&out, &h.sets[1]))
	require.Contains(t, out.String(), `./tools/dataset "`+spaced.path(&h.sets[1])+"\"\n", "a shell must see one word")
}

func TestGetFile(t *testing.T) {
	h := newHome(t, sends("the server must not be asked"))
	dir := t.TempDir()
	take := func(name, content string) error {
		path := filepath.Join(dir, "download")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		var out bytes.Buffer
		err := h.run([]string{name, "-file", path}, &out, &out)
		require.Contains(t, out.String(), "CC BY 4.0", "the licence is shown in any case")
		return err
	}
	for _, tt := range []struct{ reason, name, content, want string }{
		{"another file", "hand", other, ": its SHA-256 is " + otherHash + " (39 bytes), not " + mineHash + " (39 bytes) " +
			"(nothing was kept; download it from https://home.test/plain by hand and run: go run ./tools/dataset get hand -file PATH)"},
		{"a page that asks to log in", "hand", "<html>", "(6 bytes), not " + mineHash},
		{"an archive of something else", "hand", archived(t, "a.csv", mine), "it is a zip archive without data.csv"},
		{"an archive of another version", "hand", archived(t, "data.csv", other), otherHash},
		{"a longer file", "plain", mine + "Flat,1\n", "it has more than the 39 bytes that it can have"},
		{"an archive, where none is expected", "plain", archived(t, "mine.csv", mine), "more than the 39 bytes"},
	} {
		require.ErrorContains(t, take(tt.name, tt.content), tt.want, tt.reason)
		require.Empty(t, h.files(t), tt.reason)
	}
	for _, content := range []string{mine, archived(t, "data.csv", mine), archived(t, "v1/data.csv", mine)} {
		require.NoError(t, take("hand", content))
		require.Equal(t, []string{"joulebench/sets/hand/mine.csv"}, h.files(t))
		require.ErrorContains(t, take("hand", other), otherHash,
			"a file that is handed in is looked at, even if the cache has the set")
		require.True(t, h.cached(&h.sets[2]), "and a wrong one spoils nothing")
		require.NoError(t, os.Remove(h.path(&h.sets[2])))
	}
	err := h.run([]string{"hand", "-file", filepath.Join(dir, "none")}, new(bytes.Buffer), new(bytes.Buffer))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Zero(t, h.requests.Load())
}

func TestGetErrors(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		for line := bytes.Repeat([]byte("Orders rose,1\n"), 1000); ; {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}
	truncated := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "39")
		w.Write([]byte(mine[:20]))
	}
	for _, tt := range []struct {
		reason   string
		serve    http.HandlerFunc
		args     []string
		want     string
		requests int
	}{
		{"another version", sends(other), []string{"plain"},
			"its SHA-256 is " + otherHash + " (39 bytes), not " + mineHash + " (39 bytes) (nothing was kept", 1},
		{"the connection breaks", truncated, []string{"plain"}, "/plain.csv: unexpected EOF", 1},
		{"a whole answer of half the file", sends(mine[:20]), []string{"plain"}, "(20 bytes), not " + mineHash, 1},
		{"a byte too many", sends(mine + "\n"), []string{"plain"},
			"it has more than the 39 bytes that it can have", 1},
		{"a server that never ends", endless, []string{"plain"},
			"it has more than the 39 bytes that it can have", 1},
		{"not there any more", http.NotFound, []string{"plain"},
			"/plain.csv: the server answers 404 Not Found (nothing was kept; " +
				"download it from https://home.test/plain by hand and run: go run ./tools/dataset get plain -file PATH)", 1},
		{"an archive without the file", sends(archived(t, "README.txt", mine)), []string{"zipped"},
			"it is a zip archive without data.csv", 1},
		{"an archive with another file", sends(archived(t, "v1/data.csv", other)), []string{"zipped"},
			"its SHA-256 is " + otherHash, 1},
		{"a file that unpacks to more", sends(archived(t, "data.csv", strings.Repeat("0", 1<<20))), []string{"zipped"},
			"data.csv in it: it has more than the 39 bytes", 1},
		{"a page in the archive's place", sends("<html>"), []string{"zipped"}, "(6 bytes), not " + mineHash, 1},
		{"it can't be had without an account", nil, []string{"hand"},
			"dataset: get hand: its home asks for an account (download it there by hand and run: " +
				"go run ./tools/dataset get hand -file PATH; data.csv has SHA-256 " + mineHash + ")", 0},
		{"a typing error", nil, []string{"plane"}, `dataset: get: there is no set "plane"; there are plain, zipped, hand (`, 0},
		{"two at a time", nil, []string{"plain", "zipped"}, "want one name, got 2", 0},
		{"a licence of no set", nil, nil, "want one name, got 0", 0},
		{"an unknown flag", nil, []string{"plain", "-x"}, "flag provided but not defined: -x", 0},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			h := newHome(t, tt.serve)
			err := h.run(append(tt.args, "-accept-licence"), new(bytes.Buffer), new(bytes.Buffer))
			require.ErrorContains(t, err, tt.want)
			require.EqualValues(t, tt.requests, h.requests.Load())
			require.Empty(t, h.files(t), "nothing is left behind")
		})
	}

	h := newHome(t, nil)
	h.sets[0].URL = "http://127.0.0.1:1/" // nobody listens there
	err := h.run([]string{"plain", "-accept-licence"}, new(bytes.Buffer), new(bytes.Buffer))
	require.ErrorContains(t, err, "127.0.0.1:1")
	require.ErrorIs(t, h.run([]string{"-h"}, new(bytes.Buffer), new(bytes.Buffer)), flag.ErrHelp)
	require.Equal(t, int64(64<<20), h.sets[1].limit(),
		"an archive's size is not known beforehand, so it has a bound of its own")
}

func TestGetArchive(t *testing.T) {
	h := newHome(t, sends(archived(t, "v1/data.csv", mine)))
	require.NoError(t, h.run([]string{"zipped", "-accept-licence"}, new(bytes.Buffer), new(bytes.Buffer)))
	data, err := os.ReadFile(h.path(&h.sets[1]))
	require.NoError(t, err)
	require.Equal(t, mine, string(data))
	require.Equal(t, []string{"joulebench/sets/zipped/mine.csv"}, h.files(t), "the archive is not kept")

	// A folder in the file's place can't be replaced: the new file must not stay under another name.
	h = newHome(t, sends(mine))
	require.NoError(t, os.MkdirAll(filepath.Join(h.path(&h.sets[0]), "in the way"), 0o755))
	err = h.run([]string{"plain", "-accept-licence"}, new(bytes.Buffer), new(bytes.Buffer))
	require.ErrorContains(t, err, "dataset: get plain: rename")
	require.Empty(t, h.files(t))
}
