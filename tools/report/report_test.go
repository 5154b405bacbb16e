package main

import (
	"bytes"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "record what the command prints as what it should print")

// Each archive holds results (*.txt) and what the command makes of them: the
// tables (stdout.md) and the page (page.html).
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, archive := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(archive)
			require.NoError(t, err)
			dir, results := t.TempDir(), &txtar.Archive{Comment: a.Comment}
			want, args := map[string]string{}, []string{"-html", filepath.Join(dir, "page.html")}
			for _, f := range a.Files {
				if !strings.HasSuffix(f.Name, ".txt") {
					want[f.Name] = string(f.Data)
					continue
				}
				results.Files = append(results.Files, f)
				args = append(args, filepath.Join(dir, f.Name))
				require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644))
			}
			var stdout bytes.Buffer
			require.NoError(t, run(args, &stdout, io.Discard))
			page, err := os.ReadFile(filepath.Join(dir, "page.html"))
			require.NoError(t, err)

			got := map[string]string{"stdout.md": stdout.String(), "page.html": string(page)}
			if *update {
				for _, name := range []string{"stdout.md", "page.html"} {
					results.Files = append(results.Files, txtar.File{Name: name, Data: []byte(got[name])})
				}
				require.NoError(t, os.WriteFile(archive, txtar.Format(results), 0o644))
				return
			}
			require.Empty(t, cmp.Diff(want, got), "(-want +got); record anew: go test ./tools/report -update")
			for _, outside := range []string{"http:", "https:", "<script", "<link", "src=", "url(", "@import"} {
				require.NotContains(t, got["page.html"], outside, "the page needs nothing else")
			}
		})
	}
}

const head = "set: s@1\nprompt: p@1\nollama: 0.17.4\nmeter: rapl:package-0\nmeter-error: 5%\ngrid: WORLD 2024 473 gCO2e/kWh (Ember via OWID)\n"
const line = "BenchmarkSentiment/model=m/precision=f16-2 1 5 ns/op 0.5 F1 2 joules/sentence\n"

func TestBadInput(t *testing.T) {
	for _, tt := range []struct{ name, why, text, want string }{
		{"empty", "no table is not an empty report", "", "no results in "},
		{"other benchmarks", "a line without a pair is not ours", head + "BenchmarkHarness-2 10 5 ns/op\n", "no benchmark line names a model and a precision"},
		{"cut off", "half a line may be half a number", head + line + "BenchmarkSentiment/model=m/precision=q8_0-2 1\n", "r.txt:8: missing measurements"},
		{"not a number", "never read as 0", head + strings.Replace(line, "0.5", "half", 1), "r.txt:7: parsing measurement: invalid syntax"},
		{"infinite", "no axis has room for it", head + strings.Replace(line, "2 joules", "+Inf joules", 1), "r.txt:7: +Inf joules/sentence: want a value from 0"},
		{"NaN", "0/0 somewhere is not a measurement", head + strings.Replace(line, "0.5", "NaN", 1), "r.txt:7: NaN F1: want a value from 0 to 1"},
		{"percent", "F1 is a share", head + strings.Replace(line, "0.5", "50", 1), "r.txt:7: 50 F1: want a value from 0 to 1"},
		{"no meter", "joules without a meter say nothing", strings.Replace(head, "meter: rapl:package-0\n", "", 1) + line, "r.txt:6: no line `meter: ...` above this result"},
		{"no grid", "nor grams without a grid", strings.Replace(head, "grid:", "country:", 1) + line, "r.txt:7: no line `grid: ...`"},
		{"meter's error", "no bar can be drawn from it", strings.Replace(head, "5%", "small", 1) + line, `r.txt:7: meter-error: want a percentage such as 5%, got "small"`},
		{"unit declared twice", "better=lower or higher?", "Unit F1 better=higher\nUnit F1 better=lower\n" + head + line, "r.txt:2: metadata better of unit F1 already set to higher"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "r.txt")
			require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o644))
			var stdout bytes.Buffer
			require.ErrorContains(t, run([]string{file}, &stdout, io.Discard), tt.want, tt.why)
			require.Empty(t, stdout.String())
		})
	}
	require.ErrorContains(t, run(nil, io.Discard, io.Discard), "no results: name one or more files")
	require.ErrorIs(t, run([]string{filepath.Join(t.TempDir(), "none.txt")}, io.Discard, io.Discard), os.ErrNotExist)
}

// Shape twins have joules of a pass, and no answers. By hand: 30 J at q4_K_M after 40 J at f16 are 25 % less.
func TestTwins(t *testing.T) {
	dir := t.TempDir()
	file, page := filepath.Join(dir, "r.txt"), filepath.Join(dir, "page.html")
	twins := strings.Replace(head, "set: s@1\nprompt: p@1\n", "requests: 2\n", 1) +
		"BenchmarkSentiment/model=shape-m/precision=f16-2 1 5 ns/op 40 joules/op 3 eval-tok/s\n" +
		"BenchmarkSentiment/model=shape-m/precision=q4_K_M-2 1 5 ns/op 30 joules/op 5 eval-tok/s\n"
	require.NoError(t, os.WriteFile(file, []byte(twins), 0o644))
	var stdout bytes.Buffer
	require.NoError(t, run([]string{"-html", page, file}, &stdout, io.Discard))
	require.Contains(t, stdout.String(), "| joules/op |")
	require.Regexp(t, `shape-m \| q4_K_M .* 30\.00 .* -25\.0%`, stdout.String())
	for _, absent := range []string{" F1 |  ", "accuracy", "joules/sentence"} {
		require.NotContains(t, stdout.String(), "| "+absent)
	}
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(html), "<h2>Sentiment: shape twins, which are asked for tokens</h2>")
}

// Whatever a results file holds, the command ends, and with an error or a page.
func FuzzRun(f *testing.F) {
	f.Add(head + line)
	f.Add(head + line + "BenchmarkSentiment/model=m/precision=q8_0-2 1 5 ns/op 0 F1 1e-9 joules/sentence\n")
	f.Add("set-size: 0\n" + head + strings.Replace(line, "2 joules", "1e15 joules", 1))
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		file, page := filepath.Join(dir, "r.txt"), filepath.Join(dir, "page.html")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		if run([]string{"-html", page, file}, io.Discard, io.Discard) == nil {
			require.FileExists(t, page)
		}
	})
}

func TestPageNotWritten(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.txt")
	require.NoError(t, os.WriteFile(file, []byte(head+line), 0o644))
	err := run([]string{"-html", filepath.Join(dir, "none", "page.html"), file}, io.Discard, io.Discard)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestComparePrecision(t *testing.T) {
	order := []string{"f32", "bf16", "f16", "q8_0", "q6_K", "q4_K_M", "q4_K_S", "q4_0", "odd"}
	for i, a := range order {
		for j, b := range order {
			require.Equal(t, i < j, comparePrecision(a, b) < 0, "%s before %s", a, b)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{significant(0), "0"},
		{significant(2645), "2645"},
		{significant(26451.4), "26451"},
		{significant(1.2), "1.200"},
		{significant(0.00077912), "0.0007791"},
		{duration(0.01184), "11.84 ms"},
		{duration(41.9), "41.90 s"},
		{duration(0.00000512), "5.120 µs"},
		{memory(256 << 20), "256.0 MiB"},
		{memory(0), "0.000 B"},
	} {
		require.Equal(t, tt.want, tt.got)
	}
}

func TestTicks(t *testing.T) {
	texts := func(a axis) (all []string) {
		for _, tick := range a.ticks() {
			all = append(all, tick.Text)
		}
		return all
	}
	require.Equal(t, []string{"0.80", "0.85", "0.90", "0.95"}, texts(axis{0.79, 0.96, 0, 100, false}))
	require.Equal(t, []string{"0", "2", "4", "6", "8"}, texts(axis{0, 8.4, 0, 100, false}))
	require.Equal(t, []string{"0.5", "1", "2", "5", "10", "20"}, texts(axis{0.3, 40, 0, 100, true}))
}

// The frame holds every mark and bar, also where all values are the same.
func TestPlotInsideFrame(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.txt")
	for name, lines := range map[string]string{
		"one pair":  line,
		"all right": strings.Replace(line, "0.5 F1", "1 F1", 1),
		"far apart": line + "BenchmarkSentiment/model=m/precision=q8_0-2 1 5 ns/op 0 F1 0.0001 joules/sentence\n",
	} {
		require.NoError(t, os.WriteFile(file, []byte(head+lines), 0o644))
		tables, err := read([]string{file})
		require.NoError(t, err)
		p := tables[0].plot()
		require.NotEmpty(t, p.X, name)
		require.NotEmpty(t, p.Y, name)
		for _, m := range p.Series[0].Marks {
			for _, x := range []float64{m.X0, m.X, m.X1} {
				require.True(t, p.Left <= x && x <= p.Right, "%s: x %v", name, x)
			}
			for _, y := range []float64{m.Y0, m.Y, m.Y1} {
				require.False(t, math.IsNaN(y))
				require.True(t, p.Top <= y && y <= p.Bottom, "%s: y %v", name, y)
			}
		}
	}
}
