package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/joulebench/joulebench/bench/carbon"
)

// Each archive says why it is there and what runs (args, one a line) in a
// folder with its results (*.txt), and what must come of it: stdout, error.
// The numbers are derived in its comment, so there is no -update.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, archive := range archives {
		a, err := txtar.ParseFile(archive)
		require.NoError(t, err)
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			t.Chdir(t.TempDir())
			want := map[string]string{"stdout": "", "error": ""}
			var args []string
			for _, f := range a.Files {
				switch {
				case strings.HasSuffix(f.Name, ".txt"):
					require.NoError(t, os.WriteFile(f.Name, f.Data, 0o644))
				case f.Name == "args":
					args = strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n")
				default:
					require.Contains(t, want, f.Name)
					want[f.Name] = string(f.Data)
				}
			}
			var stdout bytes.Buffer
			got := map[string]string{"error": ""}
			if err := run(args, &stdout, io.Discard); err != nil {
				got["error"] = err.Error() + "\n"
			}
			got["stdout"] = stdout.String()
			require.Empty(t, cmp.Diff(want, got), "(-want +got)")
		})
	}
}

func TestList(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run(nil, &b, io.Discard))
	lines := strings.Split(b.String(), "\n")
	require.Equal(t, []string{"CODE", "NAME", "YEAR", "gCO2e/kWh"}, strings.Fields(lines[0]))
	require.Equal(t, []string{"WORLD", "World", "2024", "471.08"}, strings.Fields(lines[1]))
	grids, err := carbon.Grids()
	require.NoError(t, err)
	require.Empty(t, lines[1+len(grids)], "one line a grid")
	require.Contains(t, b.String(), "0 (refused: give a figure of your own)")
	require.Contains(t, b.String(), "CC BY 4.0")
}

func TestArguments(t *testing.T) {
	for _, tt := range []struct {
		why   string
		args  []string
		fails string
	}{
		{"nothing like it", []string{"Atlantis-on-Sea"}, `grid: carbon: unknown grid "Atlantis-on-Sea"`},
		{"live without a token", []string{"electricitymaps:FR"}, "ELECTRICITYMAPS_TOKEN is not set"},
		{"no file", []string{"-recompute", "FRA"}, "want one file of results, got 0"},
		{"two files: the settings of one would stand above the other", []string{"-recompute", "FRA", "a.txt", "b.txt"}, "want one file of results, got 2"},
		{"flag behind the file", []string{"-recompute", "FRA", "a.txt", "-embodied", "300kg/4y"}, "got 3 (flags stand before it)"},
		{"file that is not there", []string{"-recompute", "FRA", "missing.txt"}, "grid: open missing.txt: "},
		{"unknown grid", []string{"-recompute", "Atlantis", "a.txt"}, `grid: -recompute: carbon: unknown grid "Atlantis"`},
		{"no embodied carbon", []string{"-recompute", "FRA", "-embodied", "300", "a.txt"}, "grid: -embodied: carbon: "},
		{"embodied carbon of nothing", []string{"-embodied", "300kg/4y", "france"}, "-embodied is of results"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			t.Setenv("ELECTRICITYMAPS_TOKEN", "")
			t.Chdir(t.TempDir())
			var stdout bytes.Buffer
			require.ErrorContains(t, run(tt.args, &stdout, io.Discard), tt.fails)
			require.Empty(t, stdout.String())
		})
	}
	require.ErrorIs(t, run([]string{"-h"}, io.Discard, io.Discard), flag.ErrHelp)
}

const results = `grid: FRA 2024 40.48 gCO2e/kWh (Ember via OWID)
pue: 1
BenchmarkX/model=m/precision=f16-2	1	1000 ns/op	0.04048 gCO2/op	3600 joules/op
`

func TestLiveGrid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.txt")
	require.NoError(t, os.WriteFile(file, []byte(results), 0o644))
	g := carbon.Grid{Code: "GB", Time: time.Date(2026, 11, 28, 23, 30, 0, 0, time.UTC), Intensity: 187, CO2Only: true, Source: "Carbon Intensity API, forecast, direct"}
	var b bytes.Buffer
	require.NoError(t, recompute(&b, file, g, carbon.Embodied{}))
	// 3600 J are 1/1000 kWh.
	require.Equal(t, `grid: GB 2026-11-28T23:30Z 187 gCO2/kWh (Carbon Intensity API, forecast, direct)
grid-note: `+g.Caveat()+`
pue: 1
BenchmarkX/model=m/precision=f16-2	1	1000 ns/op	0.187 gCO2/op	3600 joules/op
`, b.String())
}

// What is not a result, and whatever whitespace, stays as it is.
func TestByteForByte(t *testing.T) {
	same := func(why, text string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "r.txt")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		g, err := carbon.Lookup("FRA")
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, recompute(&b, file, g, carbon.Embodied{}), why)
		require.Equal(t, text, b.String(), why)
	}
	same("the same grid", results)
	same("no line break at the end", strings.TrimSuffix(results, "\n"))
	same("line breaks of Windows", strings.ReplaceAll(results, "\n", "\r\n"))
	same("chatter, a panic, an unknown grid in the middle of a line", "go: downloading x\n\n  grid: no\nthe grid: no\ngrid:no\n\xff\xfe\n"+results+"PASS\nok  \tx\t1.2s\n")
	same("spaces of all kinds", strings.ReplaceAll(results, "\t", " \t  "))
	same("a unit twice", strings.Replace(results, "\t3600", "\t0.04048 gCO2/op\t3600", 1))
	same("other benchmarks, without joules or grams", "BenchmarkY 5 10 ns/op\n"+results)
	same("joules alone", "BenchmarkY 5 10 joules/op\n")
	same("a benchmark's name alone, as go test -v prints it", "BenchmarkX\n"+results)
}

func TestNumber(t *testing.T) {
	check := func(v float64, want string) {
		t.Helper()
		require.Equal(t, want, number(v))
	}
	check(0, "0")
	check(60.72, "60.72")
	check(1.0/3, "0.333333")
	check(2.0/3e9, "0.000000000666667")
	check(1e21, "1000000000000000000000")
	check(1234567.8, "1234570")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestFullDisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.txt")
	require.NoError(t, os.WriteFile(file, []byte(results), 0o644))
	require.ErrorIs(t, run([]string{"-recompute", "FRA", file}, full{}, io.Discard), os.ErrClosed)
	require.ErrorIs(t, run(nil, full{}, io.Discard), os.ErrClosed)
}

// Results on one grid and the same put there from another are the same.
func FuzzRecompute(f *testing.F) {
	f.Add([]byte(results))
	f.Add([]byte("grid: a 1 gCO2e/kWh (x)\npue: 2\nembodied: 1kg/1y\nBenchmarkX 1 5 ns/op 7 gCO2/op 7 gCO2e-sci/op 1 joules/op\n"))
	fra, err := carbon.Lookup("FRA")
	if err != nil {
		f.Fatal(err)
	}
	swe, err := carbon.Lookup("SWE")
	if err != nil {
		f.Fatal(err)
	}
	file := filepath.Join(f.TempDir(), "r.txt")
	to := func(t *testing.T, g carbon.Grid, text []byte) ([]byte, error) {
		require.NoError(t, os.WriteFile(file, text, 0o644))
		var b bytes.Buffer
		err := recompute(&b, file, g, carbon.Embodied{})
		return b.Bytes(), err
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := to(t, swe, text)
		if err != nil {
			return
		}
		want, err := to(t, fra, text)
		require.NoError(t, err)
		got, err := to(t, fra, first)
		require.NoError(t, err)
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("by way of Sweden (-straight +by way):\n%s", diff)
		}
	})
}
