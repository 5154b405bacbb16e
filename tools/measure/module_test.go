//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// module is a small module with two commits, and the current folder of the test: HEAD~1 is what testdata has but for changes,
// and HEAD is testdata itself.
type module struct {
	t              *testing.T
	dir, log, temp string
}

// newModule makes the module. changes are of the first commit: files by name, where an empty one is not there.
func newModule(t *testing.T, changes map[string]string) *module {
	t.Helper()
	real := func(dir string) string {
		dir, err := filepath.EvalSymlinks(dir)
		require.NoError(t, err)
		return dir
	}
	m := &module{t: t, dir: real(t.TempDir()), temp: real(t.TempDir())}
	m.log = filepath.Join(m.temp, "log")
	// A PATH of its own: an ollama on the machine's would take the place of the one that the base pins.
	bin := t.TempDir()
	for _, name := range []string{"go", "git"} {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(bin, name)))
	}
	for name, value := range map[string]string{
		"PATH": bin, "OLLAMA_HOST": "", "TMPDIR": m.temp, "LOG": m.log, "GATE": "0",
		"CGO_ENABLED": "0", "GOFLAGS": "-trimpath", "GOWORK": "off",
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull,
		"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com",
	} {
		t.Setenv(name, value)
	}
	archive, err := txtar.ParseFile("testdata/module.txtar")
	require.NoError(t, err)
	t.Chdir(m.dir)
	m.git("init", "-q", "-b", "main")
	for _, f := range archive.Files {
		m.write(f.Name, string(f.Data))
	}
	for name, text := range changes {
		if text == "" {
			require.NoError(t, os.RemoveAll(name))
		} else {
			m.write(name, text)
		}
	}
	m.git("add", "-A")
	m.git("commit", "-q", "-m", "The first one")
	for _, f := range archive.Files {
		m.write(f.Name, string(f.Data))
	}
	m.git("add", "-A")
	m.git("commit", "-q", "--allow-empty", "-m", "The second one")
	return m
}

func (m *module) git(args ...string) string {
	m.t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	require.NoError(m.t, err, "git %s: %s", args, out)
	return strings.TrimSpace(string(out))
}

func (m *module) write(name, text string) {
	m.t.Helper()
	require.NoError(m.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(m.t, os.WriteFile(name, []byte(text), 0o644))
}

func (m *module) read(name string) string {
	m.t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(m.t, err)
	return string(text)
}

// logged is what the benchmark has logged so far, by line.
func (m *module) logged() []string {
	text, _ := os.ReadFile(m.log)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

var times = regexp.MustCompile(`\d{8}T\d{6}Z`)

// run is the command with its output, in which T is the time.
func (m *module) run(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	clear := func(b bytes.Buffer) string {
		return times.ReplaceAllString(strings.ReplaceAll(b.String(), m.dir+"/", ""), "T")
	}
	return status, clear(out), clear(errs)
}

// results lists what is in the folder of results but binaries.
func (m *module) results() (names []string) {
	files, _ := os.ReadDir("results")
	for _, f := range files {
		if name := times.ReplaceAllString(f.Name(), "T"); strings.HasPrefix(name, "T.") {
			names = append(names, name)
		}
	}
	return names
}

// clean reports whether nothing of a worktree is left, in the repository and in the temporary folder.
func (m *module) clean() bool {
	left, _ := filepath.Glob(filepath.Join(m.temp, "joulebench-base-*"))
	admin, _ := filepath.Glob(".git/worktrees/*")
	return len(left) == 0 && len(admin) == 0
}
