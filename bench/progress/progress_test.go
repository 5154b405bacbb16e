package progress

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// Where work is, in words. The clock is synctest's, so that rates are exact.
func TestState(t *testing.T) {
	joules := func() string { return "57.2 J so far" }
	for _, tt := range []struct {
		why   string
		work  Work
		done  int64
		after time.Duration
		want  string
	}{
		// 120 / 8 s = 15 a second; 180 / 15 = 12 s.
		{"all that there is to say", Work{Unit: "sentence", Total: 300, Also: joules}, 120, 8 * time.Second, "sentence 120 of 300, 15 sentences/s, 57.2 J so far, 12s left"},
		{"before the first there is no rate", Work{Unit: "sentence", Total: 300}, 0, 8 * time.Second, "sentence 0 of 300"},
		{"nor more to say", Work{Unit: "sentence", Total: 300, Also: func() string { return "" }}, 0, 8 * time.Second, "sentence 0 of 300"},
		// 7 / 600 s = 0.01167; 5835 / 0.01167 = 500143 s = 138 h 56 min.
		{"a slow model", Work{Unit: "sentence", Total: 5842}, 7, 10 * time.Minute, "sentence 7 of 5842, 0.0117 sentences/s, 138h56m left"},
		// 200000 / 100 s = 2000; 5842 are fewer than done: nobody knows what is left.
		{"more than there were to be", Work{Unit: "sentence", Total: 5842}, 200000, 100 * time.Second, "sentence 200000 of 5842, 2000 sentences/s"},
		{"at the end", Work{Unit: "sentence", Total: 60}, 60, time.Minute, "sentence 60 of 60, 1 sentences/s, 0s left"},
		// 1.24e9 / 40 s = 31e6 a second; 1.26e9 / 31e6 = 40.6 s.
		{"a download", Work{Unit: Bytes, Total: 2_500_000_000}, 1_240_000_000, 40 * time.Second, "1.24 GB of 2.5 GB, 31 MB/s, 41s left"},
		// (1.24e9 - 1e9) / 40 s = 6e6; 1.26e9 / 6e6 = 210 s.
		{"one that was taken up", Work{Unit: Bytes, Total: 2_500_000_000, From: 1_000_000_000}, 1_240_000_000, 40 * time.Second, "1.24 GB of 2.5 GB, 6 MB/s, 3m30s left"},
		{"one of unknown size", Work{Unit: Bytes}, 999_600, time.Second, "1 MB, 1 MB/s"},
		{"a stalled one", Work{Unit: Bytes, Total: 9_000_000_000_000_000}, 10, time.Hour, "10 B of 9000 TB, 0.00278 B/s, days left"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, err := Open(nil, "", "1")
				require.NoError(t, err)
				task := r.Start(tt.work)
				task.Set(tt.done)
				time.Sleep(tt.after)
				require.Equal(t, tt.want, task.state())
				require.NoError(t, r.Close())
			})
		})
	}
}

// One line a minute, whatever the work is by then; nothing for a run of less.
func TestLog(t *testing.T) {
	for _, tt := range []struct {
		why  string
		do   func(*Reporter)
		want []string // after the time and the run
	}{
		{"59 s are less than a minute", func(r *Reporter) {
			task := r.Start(Work{What: "pair 1 of 2", Unit: "sentence", Total: 300})
			time.Sleep(59 * time.Second)
			task.Done()
		}, nil},
		{"two and a half minutes", func(r *Reporter) {
			task := r.Start(Work{What: "pair 1 of 2", Unit: "sentence", Total: 300, Also: func() string { return "9.0 J so far" }})
			time.Sleep(500 * time.Millisecond)
			for range 149 {
				time.Sleep(time.Second)
				task.Add(1)
			}
			task.Done()
		}, []string{
			// 59 / 60 s; 241 / 0.9833 = 245 s.
			"00:01:00Z pair 1 of 2: sentence 59 of 300, 0.983 sentences/s, 9.0 J so far, 4m5s left",
			// 119 / 120 s; 181 / 0.99167 = 182.5 s.
			"00:02:00Z pair 1 of 2: sentence 119 of 300, 0.992 sentences/s, 9.0 J so far, 3m3s left",
		}},
		{"pairs of 50 s each: the minute is the run's", func(r *Reporter) {
			for _, what := range []string{"pair 1 of 2", "pair 2 of 2"} {
				task := r.Start(Work{What: what, Unit: "sentence", Total: 10})
				time.Sleep(50 * time.Second)
				task.Done()
			}
		}, []string{"00:01:00Z pair 2 of 2: sentence 0 of 10"}},
		{"nothing in between two", func(r *Reporter) {
			r.Start(Work{What: "pair 1 of 2", Unit: "sentence"}).Done()
			time.Sleep(90 * time.Second)
		}, nil},
		{"more to do, and less of it", func(r *Reporter) {
			task := r.Start(Work{What: "pair 1 of 1", Unit: "sentence", Total: 10})
			task.Add(10)
			task.More(20)
			r.Start(Work{What: "other work", Unit: "sentence"})
			task.Done() // which is over already, and ends nothing else
			time.Sleep(61 * time.Second)
			require.Equal(t, "sentence 10 of 30", strings.Split(task.state(), ",")[0])
		}, []string{"00:01:00Z other work: sentence 0"}},
		{"lines for people", func(r *Reporter) {
			r.Note("meter rapl")
			r.Note("creating a model")
		}, []string{"00:00:00Z meter rapl", "00:00:00Z creating a model"}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "progress.log")
			require.NoError(t, os.WriteFile(file, []byte("an earlier run\n"), 0o644))
			synctest.Test(t, func(t *testing.T) {
				r, err := Open(nil, file, "run-7")
				require.NoError(t, err)
				tt.do(r)
				require.NoError(t, r.Close())
			})
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			want := "an earlier run\n"
			for _, line := range tt.want {
				at, line, _ := strings.Cut(line, " ")
				want += "2000-01-01T" + at + " run-7 " + line + "\n" // where synctest's clock begins
			}
			require.Empty(t, cmp.Diff(want, string(text)))
		})
	}
}

// A log that cannot be written to is told of, at the beginning or in the end.
func TestLogFaults(t *testing.T) {
	_, err := Open(nil, filepath.Join(t.TempDir(), "none", "p.log"), "1")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "progress: opening the log: ")
	require.ErrorContains(t, err, "(name a file in a folder that exists and can be written to)")

	r, err := Open(nil, filepath.Join(t.TempDir(), "p.log"), "1")
	require.NoError(t, err)
	require.NoError(t, r.log.Close()) // as if the disk were gone
	r.Note("one")
	r.Note("two")
	require.ErrorContains(t, r.Close(), "progress: writing the log: ")
}

// Whoever has no Reporter need not ask.
func TestNobodyLooks(t *testing.T) {
	var r *Reporter
	task := r.Start(Work{What: "work"})
	task.Add(1)
	task.Set(1)
	task.More(1)
	task.Done()
	r.Note("a notice")
	require.False(t, r.Terminal())
	require.NoError(t, r.Close())
}

// The log that is kept where none is named does not grow without bound.
func TestCached(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	file, err := Cached()
	require.NoError(t, err)
	require.Equal(t, filepath.Join("joulebench", "progress.log"), filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file)))
	for _, tt := range []struct{ size, left int }{{1 << 20, 1 << 20}, {1<<20 + 1, 0}} {
		require.NoError(t, os.WriteFile(file, make([]byte, tt.size), 0o644))
		again, err := Cached()
		require.NoError(t, err)
		require.Equal(t, file, again)
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, int64(tt.left), info.Size(), "of %d", tt.size)
	}
	require.NoError(t, os.RemoveAll(filepath.Dir(file)))
	require.NoError(t, os.WriteFile(filepath.Dir(file), nil, 0o644))
	_, err = Cached()
	require.ErrorContains(t, err, "progress: ")
}
