package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func record(id string) Record {
	return Record{
		Suite: "Sentiment", Model: "llama-tiny", Precision: "q8_0",
		Set: "joulebench-finance@1f3a9c2e", Prompt: "label@77ab01", Digest: "0123456789ab",
		Run: "r1", Pass: 1, ID: id, Want: "positive", Got: "neutral",
		Answer:        " neutral\n<b>\"Q&A\"</b> \u2028 \u00a0 🚀",
		Options:       json.RawMessage(`{"num_ctx":2048,"temperature":0}`),
		Probabilities: map[string]float64{"negative": 0.25, "neutral": 0.75}, Margin: 0.5, Entropy: 0.562,
		LatencyNS: 1_200_000, PromptTokens: 40, PromptNS: 800_000, EvalTokens: 2, EvalNS: 300_000, LoadNS: 1000, Joules: 0.0625,
	}
}

// line is how record(id) is written.
func line(id string) string {
	return `{"suite":"Sentiment","model":"llama-tiny","precision":"q8_0","set":"joulebench-finance@1f3a9c2e","prompt":"label@77ab01","digest":"0123456789ab","run":"r1","pass":1,"id":"` + id +
		`","want":"positive","got":"neutral","answer":" neutral\n<b>\"Q&A\"</b> \u2028 ` + "\u00a0" + ` 🚀","options":{"num_ctx":2048,"temperature":0},"probabilities":{"negative":0.25,"neutral":0.75},"margin":0.5,"entropy":0.562,` +
		`"latency_ns":1200000,"prompt_tokens":40,"prompt_ns":800000,"eval_tokens":2,"eval_ns":300000,"load_ns":1000,"joules":0.0625}` + "\n"
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.jsonl")
	unmeasured := Record{Suite: "S", Model: "m", Precision: "f16", Run: "r", Pass: 2, ID: "2", Want: "a", Got: "unparsed"}
	want := []Record{record("1"), unmeasured, record("3")}
	for i, r := range want {
		w, err := Append(path) // a run after another
		require.NoError(t, err)
		require.NoError(t, w.Write(r))
		got, err := ReadFile(path)
		require.NoError(t, err, "a record is in the file before Sync and Close")
		if diff := cmp.Diff(want[:i+1], got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		require.NoError(t, w.Sync())
		require.NoError(t, w.Close())
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	// What was not measured must not look as if it took no time.
	two := `{"suite":"S","model":"m","precision":"f16","set":"","prompt":"","digest":"","run":"r","pass":2,"id":"2","want":"a","got":"unparsed","answer":""}` + "\n"
	if diff := cmp.Diff(line("1")+two+line("3"), string(data)); diff != "" {
		t.Errorf("the format of the file has changed (-want +got):\n%s", diff)
	}
}

func TestWriteConcurrently(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	w, err := Append(path)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 50 {
				if err := w.Write(record(fmt.Sprint(worker, "-", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, w.Close())
	got, err := ReadFile(path)
	require.NoError(t, err)
	ids := make(map[string]bool)
	for _, r := range got {
		ids[r.ID] = true
	}
	require.Len(t, ids, 400)
	require.Len(t, got, 400)
}

func TestWriteErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	w, err := Append(path)
	require.NoError(t, err)
	r := record("")
	require.ErrorContains(t, w.Write(r), path+": record without the id of its sentence")
	r = record("1")
	r.Pass = 0
	require.ErrorContains(t, w.Write(r), "passes count from 1")
	r = record("1")
	r.Got = ""
	require.ErrorContains(t, w.Write(r), "without a right label or a given one")
	r = record("1")
	r.Options = json.RawMessage(`[1]`)
	require.ErrorContains(t, w.Write(r), "are not an object")
	r = record("1")
	r.Probabilities = map[string]float64{"negative": 0.25, "neutral": 0.5}
	require.ErrorContains(t, w.Write(r), "sum to 0.75, not to 1")
	require.NoError(t, w.Write(record("1")), "a refused record spoils nothing")
	require.NoError(t, w.Close())
	require.ErrorIs(t, w.Write(record("2")), os.ErrClosed)
	require.ErrorContains(t, w.Sync(), path)
	require.ErrorContains(t, w.Close(), path)
}

func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full, which Linux has")
	}
	w, err := Append("/dev/full")
	require.NoError(t, err)
	err = w.Write(record("1"))
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, "journal: write /dev/full: no space left on device (make room")
	// The disk has room again, but the file may end in a piece of a line.
	require.NoError(t, w.file.Close())
	path := filepath.Join(t.TempDir(), "j")
	w.file, _ = os.Create(path)
	defer w.Close()
	require.Equal(t, err, w.Write(record("2")), "a line behind a piece of one would spoil the journal")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, data)
}

func TestAppend(t *testing.T) {
	long := strings.Repeat("x", 200_000) // several blocks of the search for the last line end
	for _, tt := range []struct {
		name, reason string
		before       string
		after        string // once record 9 is written; "" if Append refuses
		err          string
	}{
		{"empty", "a file that was only created", "", line("9"), ""},
		{"whole", "what stands there stays", line("1"), line("1") + line("9"), ""},
		{"torn", "killed while writing", line("1") + line("2")[:70], line("1") + line("9"), ""},
		{"torn at once", "killed while writing the first line", line("1")[:70], line("9"), ""},
		{"torn after a byte", "the shortest piece", line("1") + "{", line("1") + line("9"), ""},
		{"torn before the line end", "ReadFile ignores it, so it must go", line("1") + strings.TrimSpace(line("2")), line("1") + line("9"), ""},
		{"torn and long", "a long answer", line("1") + first + long, line("1") + line("9"), ""},
		{"long lines", "", line("1") + first + long + "\n", line("1") + first + long + "\n" + line("9"), ""},
		{"other file", "its last line must not be cut off", "remember the milk", "", `is not a journal: at byte 0 stands "remember t"`},
		{"other file with lines", "nor must it be written to", "text,label\nUp,positive\n", "", "is not a journal: at byte 0"},
		{"other tail", "somebody wrote a remark", line("1") + "see above", "", fmt.Sprintf("is not a journal: at byte %d stands \"see above\"", len(line("1")))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j")
			require.NoError(t, os.WriteFile(path, []byte(tt.before), 0o644))
			w, err := Append(path)
			if tt.err != "" {
				require.ErrorContains(t, err, path, tt.reason)
				require.ErrorContains(t, err, tt.err, tt.reason)
				tt.after = tt.before
			} else {
				require.NoError(t, err, tt.reason)
				require.NoError(t, w.Write(record("9")))
				require.NoError(t, w.Close())
			}
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, tt.after, string(got), tt.reason)
		})
	}
	dir := t.TempDir()
	_, err := Append(dir)
	require.ErrorContains(t, err, dir+" is a directory (name a file in it)")
	_, err = Append(filepath.Join(dir, "none", "j"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "in a folder that exists")
}

func parse(name string, data []byte) ([]Record, error) {
	return collect(read(name, bytes.NewReader(data), parseLine))
}

func TestParse(t *testing.T) {
	one, two := record("1"), record("2")
	for _, tt := range []struct {
		name, reason string
		data         string
		want         []Record
		err          string
	}{
		{"empty", "no answer yet", "", nil, ""},
		{"whole", "", line("1") + line("2"), []Record{one, two}, ""},
		{"torn", "its answer is asked for again", line("1") + line("2")[:90], []Record{one}, ""},
		{"torn before the line end", "whether it is whole can't be told from outside, so it is not", line("1") + strings.TrimSpace(line("2")), []Record{one}, ""},
		{"cut in the middle", "tolerated at the end only", line("1")[:90] + "\n" + line("2"), nil, "f:1: record cut short"},
		{"two lines run together", "as after a write behind a torn line", line("1")[:30] + line("2"), nil, "f:1: invalid character"},
		{"two records on a line", "", line("1") + strings.TrimSpace(line("2")) + line("3"), nil, "f:2: more on the line than one record"},
		{"unknown field", "a journal of another version", line("1") + strings.Replace(line("2"), `"run"`, `"ran"`, 1), nil, `f:2: json: unknown field "ran"`},
		{"wrong type", "", strings.Replace(line("1"), `"pass":1`, `"pass":"1"`, 1), nil, "f:1: json: cannot unmarshal string"},
		{"blank line", "", line("1") + "\n" + line("2"), nil, `f:2: "" is not the beginning of a record`},
		{"null", "it would decode to an empty record", "null\n", nil, `f:1: "null" is not the beginning of a record`},
		{"no id", "", `{"suite":"S","pass":1}` + "\n", nil, "f:1: record without the id of its sentence"},
		{"options with spaces", "they are compared by their bytes", strings.Replace(line("1"), `{"num_ctx":2048,`, `{ "num_ctx": 2048, `, 1), []Record{one}, ""},
		{"no options", "null is none", strings.Replace(line("1"), `{"num_ctx":2048,"temperature":0}`, "null", 1), nil, "f:1: record of sentence \"1\": options \"null\" are not an object"},
		{"options without a value", "behind a line that has none", strings.ReplaceAll(line("1"), `"options":{"num_ctx":2048,"temperature":0},`, "") + strings.Replace(line("2"), `{"num_ctx":2048,"temperature":0}`, "", 1), nil, "f:2: invalid character ','"},
		{"no probabilities", "they would be nobody's", strings.Replace(line("1"), `{"negative":0.25,"neutral":0.75}`, "{}", 1), nil, "f:1: record of sentence \"1\": probabilities sum to 0"},
		{"a negative one", "", strings.Replace(line("1"), `{"negative":0.25,"neutral":0.75}`, `{"negative":-0.25,"neutral":1.25}`, 1), nil, `f:1: record of sentence "1": label "negative" has probability -0.25`},
		{"no pass", "", `{"suite":"S","id":"1"}` + "\n", nil, "f:1: record of sentence \"1\": pass 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parse("f", []byte(tt.data))
			agree(t, []byte(tt.data))
			if tt.err != "" {
				require.ErrorContains(t, err, "journal: "+tt.err, tt.reason)
				return
			}
			require.NoError(t, err, tt.reason)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
	_, err := ReadFile(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// FuzzParse: what can be read is written again as a journal of equal records.
func FuzzParse(f *testing.F) {
	f.Add([]byte(line("1") + line("2")[:50]))
	f.Add([]byte(strings.Replace(line("1"), "neutral", "\xff", 1)))
	f.Add([]byte(`{"suite":"S","pass":1,"id":"1","want":"a","got":"b"}` + "\n"))
	f.Add([]byte(`{"suite":"S","pass":1,"id":"1","want":"a","got":"b","options":{ "a" : "\u2028<" },"probabilities":{"a":1}}` + "\n"))
	path := filepath.Join(f.TempDir(), "j")
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := parse("f", data)
		if err != nil {
			require.Regexp(t, `^journal: f:[1-9][0-9]*: `, err.Error())
			return
		}
		require.Len(t, records, strings.Count(string(data), "\n"))
		require.NoError(t, os.RemoveAll(path))
		w, err := Append(path)
		require.NoError(t, err)
		for _, r := range records {
			require.NoError(t, w.Write(r))
		}
		require.NoError(t, w.Close())
		again, err := ReadFile(path)
		require.NoError(t, err)
		if diff := cmp.Diff(records, again); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	w, err := Append(filepath.Join(b.TempDir(), "j"))
	require.NoError(b, err)
	defer w.Close()
	r := record("1")
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Write(r); err != nil {
			b.Fatal(err)
		}
	}
}
