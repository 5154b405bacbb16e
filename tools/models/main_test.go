package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

func small(string) (machine, error) {
	return machine{Store: "/store", DiskFree: 100e9, MemoryFree: 10e9, Memory: 20e9}, nil
}

// Each archive derives in its comment what the arguments (one a line) must print, of its own suites (*.json, in $DIR) or of those
// in the repository.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, archive := range archives {
		a, err := txtar.ParseFile(archive)
		require.NoError(t, err)
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			t.Chdir("../..")
			dir, want := t.TempDir(), ""
			var args []string
			for _, f := range a.Files {
				switch {
				case strings.HasSuffix(f.Name, ".json"):
					require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644))
				case f.Name == "args":
					args = strings.Fields(strings.ReplaceAll(string(f.Data), "$DIR", dir))
				default:
					require.Equal(t, "stdout", f.Name)
					want = string(f.Data)
				}
			}
			var stdout bytes.Buffer
			require.NoError(t, run(args, &stdout, io.Discard, small))
			require.Empty(t, cmp.Diff(want, stdout.String()), "(-want +got)")
		})
	}
}

// The study's matrix at the precisions that run by default, by the sizes of the tags in GB: 2.5 + 1.3 + 0.808 of Llama,
// 7.6 + 4.1 + 2.4 of Phi, 15 + 8.1 + 4.7 of Qwen, 14 + 7.7 + 4.4 of Mistral and 17 of LLaVA's one tag: 89.608. What is made of
// that one lies on the line through 17 GB at 16 bits and 5.5 GB at 4.64: 9.407 GB at 8.5 bits and 5.753 at 4.89, 15.160 together.
// Into 10 GB of memory fit all but Qwen, Mistral and LLaVA at f16, and LLaVA at q8_0 with 9.4 + 0.27 + 0.5.
func TestPaper(t *testing.T) {
	t.Chdir("../..")
	var stdout bytes.Buffer
	require.NoError(t, run([]string{"-suite", "paper"}, &stdout, io.Discard, small))
	require.Contains(t, stdout.String(), "\npaper: 11 of 15 pairs fit into the memory, each alone; disk for all: 89.6 GB to download, 15.2 GB to make here\n")
	no := regexp.MustCompile(`(?m)^paper +(\S+) +(\S+) .* no `).FindAllStringSubmatch(stdout.String(), -1)
	require.Len(t, no, 4, stdout.String())
	for i, want := range [][]string{{"qwen2-7b-instruct", "f16"}, {"mistral-7b-instruct-v0.3", "f16"}, {"llava-llama3-8b-v1.1", "f16"}, {"llava-llama3-8b-v1.1", "q8_0"}} {
		require.Equal(t, want, no[i][1:])
	}
}

func TestAllSuites(t *testing.T) {
	t.Chdir("../..")
	var stdout bytes.Buffer
	require.NoError(t, run(nil, &stdout, io.Discard, small))
	for _, line := range []string{"\nminiature: 15 of 15 pairs fit", "\npaper: 11 of 15", "\nmodern: ", "\nall: "} {
		require.Contains(t, stdout.String(), line)
	}
}

func TestRefusals(t *testing.T) {
	t.Chdir("../..")
	for _, c := range []struct {
		why, args, want string
	}{
		{"a suite by its name alone", "paper", `"paper" is no flag`},
		{"nobody is asked", "-concurrency=0", "want 1 or more"},
		{"no such suite", "-suite=papers", "there are"},
		{"a download of everything is not meant", "-pull", "all suites would be hundreds of gigabytes"},
		{"two things at once", "-suite=paper -pull -json", "leave one of the two out"},
		{"no such model", "-suite=paper -models=gpt", `the suite has no "gpt"`},
		{"no such precision", "-suite=paper -precisions=q3", `the suite has no "q3"`},
	} {
		require.ErrorContains(t, run(strings.Fields(c.args), io.Discard, io.Discard, small), c.want, c.why)
	}
	broken := errors.New("no memory")
	require.ErrorIs(t, run([]string{"-suite=paper"}, io.Discard, io.Discard, func(string) (machine, error) { return machine{}, broken }), broken)
	t.Chdir(t.TempDir())
	require.ErrorContains(t, run(nil, io.Discard, io.Discard, small), "run this in the repository's root")
}

func TestThisMachine(t *testing.T) {
	m, err := thisMachine("")
	require.NoError(t, err)
	require.True(t, m.Memory > 0 && m.MemoryFree <= m.Memory, "%+v", m)
	require.True(t, strings.HasSuffix(m.Store, filepath.Join("joulebench", "models")), m.Store)
	dir := t.TempDir()
	require.Equal(t, dir, existing(filepath.Join(dir, "not", "yet")))
	require.Equal(t, dir, existing(dir))
}
