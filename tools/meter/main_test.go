package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/joulebench/joulebench/bench/energy"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the command says into the archives of testdata")

// Each archive of testdata holds a sysfs tree and
//
//	args      of the command; "terminal" first if it writes to one
//	moves     files that count: "FILE STEP EVERY", a step up or down each so often
//	closed    files that nobody may read
//	root      files that only root may read, who runs the command
//	vanishes  files that are gone after 2.5 s
//	want      what is written to standard output, the escape character as ␛
//	error     what the command fails with, if it does
//
// on a simulated clock. The estimate, which would ask the machine at hand, is a
// meter of 5.5 W.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			require.NoError(t, err)
			require.NotEmpty(t, a.Comment, "what it shows")
			synctest.Test(t, func(t *testing.T) { golden(t, a) })
			if *update {
				require.NoError(t, os.WriteFile(file, txtar.Format(a), 0o644))
			}
		})
	}
}

func golden(t *testing.T, a *txtar.Archive) {
	tree, err := txtar.FS(a)
	require.NoError(t, err)
	sys := &moving{FS: tree, began: time.Now(), about: map[string][]string{}}
	for _, section := range []string{"moves", "closed", "root", "vanishes"} {
		for l := range strings.Lines(sys.section(section)) {
			fields := strings.Fields(l)
			require.NotEmpty(t, fields, section)
			sys.about[section+" "+fields[0]] = fields[1:]
		}
	}
	var stdout, stderr bytes.Buffer
	c := tool{stdout: &stdout, stderr: &stderr, meters: func(o energy.Options) []energy.Candidate {
		o.Sys = sys
		all := energy.Meters(o)
		for i, c := range all {
			if c.Name == "estimate" {
				all[i].Meter, all[i].Err = steady{sys.began}, nil
			}
		}
		return all
	}}
	args := strings.Fields(sys.section("args"))
	if len(args) > 0 && args[0] == "terminal" {
		c.terminal, args = true, args[1:]
	}
	err = c.run(t.Context(), args)
	got := map[string]string{"want": strings.ReplaceAll(stdout.String(), "\x1b", "␛"), "error": ""}
	if err != nil {
		got["error"] = err.Error() + "\n"
	}
	for i := range a.Files {
		f := &a.Files[i]
		said, ok := got[f.Name]
		if !ok {
			continue
		}
		delete(got, f.Name)
		if *update {
			f.Data = []byte(said)
		} else if diff := cmp.Diff(string(f.Data), said); diff != "" {
			t.Errorf("%s:\n%s\n-want +got (after a look at it: go test ./tools/meter -update):\n%s", f.Name, said, diff)
		}
	}
	require.Empty(t, got["error"], "an error that no section expects")
	require.NotContains(t, got, "want", "no section of this name")
}

// moving is a tree whose counters count.
type moving struct {
	fs.FS
	began time.Time
	about map[string][]string // section and file
}

func (m *moving) section(name string) string {
	b, err := fs.ReadFile(m.FS, name)
	if err != nil {
		return ""
	}
	return string(b)
}

func (m *moving) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(m.FS, name) }

func (m *moving) ReadFile(name string) ([]byte, error) {
	since := time.Since(m.began)
	if _, ok := m.about["closed "+name]; ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	if _, ok := m.about["vanishes "+name]; ok && since > 2500*time.Millisecond {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	b, err := fs.ReadFile(m.FS, name)
	if how := m.about["moves "+name]; how != nil && err == nil {
		at, err1 := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		step, err2 := strconv.ParseInt(how[0], 10, 64)
		every, err3 := time.ParseDuration(how[1])
		return fmt.Appendln(nil, at+step*int64(since/every)), errors.Join(err1, err2, err3)
	}
	return b, err
}

func (m *moving) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(m.FS, name)
	if _, ok := m.about["root "+name]; ok {
		return rootOnly{info}, err
	}
	return info, err
}

type rootOnly struct{ fs.FileInfo }

func (rootOnly) Mode() fs.FileMode { return 0o400 }

// steady is an estimate of 5.5 W.
type steady struct{ began time.Time }

func (steady) Name() string          { return "estimate:cpu-time" }
func (steady) Error() float64        { return 0.55 }
func (steady) Period() time.Duration { return 10 * time.Millisecond }
func (steady) Caveat() string        { return "these joules are time times a constant" }
func (s steady) Read(context.Context) (energy.Energy, error) {
	return energy.Energy(5.5 * float64(time.Since(s.began).Microseconds())), nil
}

// A tree on disk, whose counters stand still, and this machine, whatever it is.
func TestSys(t *testing.T) {
	sys := t.TempDir()
	bat := filepath.Join(sys, "class", "power_supply", "BAT0")
	require.NoError(t, os.MkdirAll(bat, 0o755))
	for name, text := range map[string]string{"type": "Battery\n", "status": "Charging\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(bat, name), []byte(text), 0o644))
	}
	var stdout, stderr bytes.Buffer
	c := tool{meters: energy.Meters, stdout: &stdout, stderr: &stderr}
	require.NoError(t, c.run(t.Context(), []string{"-sys", sys}))
	require.Contains(t, stdout.String(), "- battery: BAT0 is charging: its energy rises (pull the plug")
	require.Contains(t, stdout.String(), "- estimate: it asks this machine's kernel, and not the tree of -sys")
	require.Contains(t, stdout.String(), "No meter can be read.")

	require.ErrorContains(t, c.run(t.Context(), []string{"-sys", sys, "-meter", "estimate"}), "it asks this machine's kernel")
	require.ErrorContains(t, c.run(t.Context(), []string{"-sys", bat}), "want a tree like /sys, with class below it")
	require.ErrorContains(t, c.run(t.Context(), []string{"-sys", sys, "-watch"}), "meter: there is no meter to watch")

	stdout.Reset()
	require.NoError(t, c.run(t.Context(), []string{"-meter", "estimate", "-for", "30ms"}))
	require.Contains(t, stdout.String(), "estimate   yes")
}

func TestArguments(t *testing.T) {
	for _, args := range [][]string{{"-nonsense"}, {"rapl"}, {"-for", "-3s"}, {"-for", "soon"}, {"-for", "0"}} {
		var stdout, stderr bytes.Buffer
		c := tool{meters: energy.Meters, stdout: &stdout, stderr: &stderr}
		require.ErrorIs(t, c.run(t.Context(), args), errUsage, args)
		require.Contains(t, stderr.String(), "usage: meter [flags]", args)
		require.Empty(t, stdout.String(), args)
		require.ErrorIs(t, c.run(t.Context(), []string{"-h"}), flag.ErrHelp)
	}
}

func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		var stdout, stderr bytes.Buffer
		began := time.Now()
		c := tool{stdout: &stdout, stderr: &stderr, meters: func(energy.Options) []energy.Candidate {
			return []energy.Candidate{{Name: "estimate", Meter: steady{began}}, {Name: "plug:URL"}}
		}}
		require.NoError(t, c.run(ctx, []string{"-watch"}), "a watch ends so")
		require.Equal(t, "0s  estimate -\n1s  estimate 5.50 W\n2s  estimate 5.50 W\n", stdout.String())
		stdout.Reset()
		require.ErrorContains(t, c.run(ctx, nil), "meter: interrupted")
		require.Empty(t, stdout.String())
	})
}

// A counter that moves every two seconds, at 10 W and from the third on at 30 W:
// what is shown now spans one period, and no more.
func TestNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &watched{row: &row{Candidate: energy.Candidate{Meter: slow{time.Now()}}}}
		for i, want := range []string{"-", "-", "10.00 W", "10.00 W", "30.00 W", "30.00 W"} {
			require.NoError(t, m.read(t.Context()))
			require.Equal(t, want, m.now(), "after %d s", i)
			time.Sleep(tick)
		}
	})
}

type slow struct{ began time.Time }

func (slow) Name() string          { return "slow:counter" }
func (slow) Error() float64        { return 0 }
func (slow) Period() time.Duration { return 2 * time.Second }
func (s slow) Read(context.Context) (energy.Energy, error) {
	// At 0, 2 and 4 s: 0, 20 and 80 J.
	return []energy.Energy{0, 20, 80}[int(time.Since(s.began).Seconds())/2] * energy.Joule, nil
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := tool{stdout: full{}, stderr: &bytes.Buffer{}, meters: func(energy.Options) []energy.Candidate {
			return []energy.Candidate{{Name: "estimate", Meter: steady{time.Now()}}}
		}}
		require.ErrorContains(t, c.run(t.Context(), nil), "no space left")
		require.ErrorContains(t, c.run(t.Context(), []string{"-watch"}), "no space left")
	})
}
