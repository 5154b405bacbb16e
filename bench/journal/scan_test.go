package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// agree fails unless Scan makes of data what ReadFile makes of it. It says whether that is records.
func agree(t *testing.T, data []byte) bool {
	t.Helper()
	records, want := parse("f", data)
	got, err := collect(read("f", bytes.NewReader(data), newScanner().outcome))
	if want != nil {
		require.EqualError(t, err, want.Error())
		return false
	}
	require.NoError(t, err)
	var outcomes []Outcome
	for _, r := range records {
		outcomes = append(outcomes, r.Outcome())
	}
	if diff := cmp.Diff(outcomes, got); diff != "" {
		t.Errorf("(-ReadFile +Scan):\n%s", diff)
	}
	return true
}

func TestScan(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	w, err := Append(path)
	require.NoError(t, err)
	var want []Outcome
	for i := range 2000 { // some 1 MB, several times the buffer
		r := record(fmt.Sprint("s", i%500))
		r.Pass = 1 + i/500
		if i < 1500 {
			r.Probabilities, r.Margin, r.Entropy = nil, 0, 0
		}
		require.NoError(t, w.Write(r))
		want = append(want, Outcome{
			Suite: "Sentiment", Model: "llama-tiny", Precision: "q8_0",
			Set: "joulebench-finance@1f3a9c2e", Prompt: "label@77ab01", Digest: "0123456789ab",
			Run: "r1", Pass: 1 + i/500, ID: fmt.Sprint("s", i%500), Want: "positive", Got: "neutral",
			Options: `{"num_ctx":2048,"temperature":0}`, Probabilities: i >= 1500,
		})
	}
	require.NoError(t, w.Close())
	all := Scan(path)
	for range 2 {
		got, err := collect(all)
		require.NoError(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for o, err := range all {
		require.NoError(t, err)
		require.Equal(t, want[0], o)
		break
	}
	require.NoError(t, os.WriteFile(path, []byte(line("1")+"\n"+line("2")+"\n"), 0o644))
	var errs []error
	for _, err := range all {
		errs = append(errs, err)
	}
	require.Len(t, errs, 2, "whoever goes on after an error gets no more")
	require.NoError(t, errs[0])
	require.ErrorContains(t, errs[1], "journal: "+path+`:2: "" is not the beginning of a record`)
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		_, want := ReadFile(path)
		require.ErrorContains(t, want, "journal: ")
		_, err = collect(Scan(path))
		require.EqualError(t, err, want.Error())
	}
}

// TestScanLine reads a line behind one that is as Write gives it, so that it is read at full speed if it has that form.
func TestScanLine(t *testing.T) {
	const plain, decoded, refused = "plain", "decoded", "refused"
	for _, tt := range []struct {
		name, reason string
		old, new     string // what is changed in the line
		want         string
	}{
		{"same", "what Write gives", "", "", plain},
		{"other pass", "its number begins with that of the one before", `"pass":1,`, `"pass":12,`, plain},
		{"other model", "pairs take turns", "llama-tiny", "llama-tiny-2", plain},
		{"other label", "", `"got":"neutral"`, `"got":"unparsed"`, plain},
		{"no digest", "Write gives that, too", "0123456789ab", "", plain},
		{"reason", "the prompt asks for one", `,"options"`, `,"reason":"it \"rose\"","options"`, plain},
		{"every escape", "", `\u2028`, `\"\\\/\b\f\n\r\t\u00Af\ud83d`, plain},
		{"reply not in UTF-8", "it becomes U+FFFD, and nobody looks", "🚀", "\xff", plain},
		{"no options", "", `"options":{"num_ctx":2048,"temperature":0},`, "", plain},
		{"no probabilities", "a measured pass", `"probabilities":{"negative":0.25,"neutral":0.75},"margin":0.5,"entropy":0.562,`, "", plain},
		{"small probability", "Write gives exponents below 1e-6", `"negative":0.25,"neutral":0.75`, `"negative":2.5e-10,"neutral":1`, plain},
		{"three labels", "", `"negative":0.25,"neutral":0.75`, `"negative":0.25,"neutral":0.25,"positive":0.5`, plain},
		{"nothing measured", "a server may count nothing", line("1")[strings.Index(line("1"), `,"latency_ns"`):], "}\n", plain},

		{"other options", "another question", `2048`, `4096`, decoded},
		{"more options", "they begin like those before", `"temperature":0}`, `"temperature":0.5}`, decoded},
		{"escaped label", "a set is free in its labels", `"want":"positive"`, `"want":"\u0070ositive"`, decoded},
		{"label not in UTF-8", "encoding/json puts U+FFFD there", `"want":"positive"`, `"want":"positive` + "\xff" + `"`, decoded},
		{"label with U+FFFD", "", `"want":"positive"`, `"want":"positive�"`, decoded},
		{"quote in the id", "", `"id":"2"`, `"id":"2\""`, decoded},
		{"space", "an editor's hand", `,"id"`, `, "id"`, decoded},
		{"carriage return", "an editor's, too", "}\n", "}\r\n", decoded},
		{"other model and a space", "what it says must not stick", `"llama-tiny",`, `"llama-tiny-2", `, decoded},
		{"other order", "", `"want":"positive","got":"neutral"`, `"got":"neutral","want":"positive"`, decoded},
		{"other case", "encoding/json takes it", `"got"`, `"Got"`, decoded},
		{"without an answer", "Write gives one, ReadFile does not ask for it", line("2")[strings.Index(line("2"), `"answer"`):strings.Index(line("2"), `"options"`)], "", decoded},
		{"field twice", "the last counts", `"got":"neutral"`, `"got":"neutral","got":"positive"`, decoded},
		{"probabilities null", "none", `{"negative":0.25,"neutral":0.75}`, "null", decoded},
		{"label twice", "the last counts: the sum is 1", `"negative":0.25,"neutral":0.75`, `"neutral":0.25,"neutral":1`, decoded},
		{"label without a name", "", `"negative":0.25`, `"":0.25`, decoded},
		{"labels not sorted", "", `"negative":0.25,"neutral":0.75`, `"neutral":0.75,"negative":0.25`, decoded},
		{"sum off", "within what is forgiven", `"neutral":0.75`, `"neutral":0.7500009`, decoded},
		{"negative margin", "nobody writes it", `"margin":0.5`, `"margin":-0.5`, decoded},
		{"positive exponent", "", `"joules":0.0625`, `"joules":6E+1`, decoded},
		{"large joules", "a float64 holds them", `"joules":0.0625`, `"joules":1234567890123456789`, decoded},

		{"label twice, sum wrong", "the last counts: the sum is 0.5", `"negative":0.25,"neutral":0.75`, `"neutral":0.5,"neutral":0.5`, refused},
		{"label twice in other letters", "", `"negative":0.25,"neutral":0.75`, `"neutral":0.5,"neutra\u006c":0.5`, refused},
		{"labels twice through U+FFFD", "", `"negative":0.25,"neutral":0.75`, "\"\xfe\":0.5,\"\xff\":0.5", refused},
		{"sum wrong", "", `"neutral":0.75`, `"neutral":0.750002`, refused},
		{"no labels", "", `"negative":0.25,"neutral":0.75`, ``, refused},
		{"comma behind the labels", "", `"neutral":0.75}`, `"neutral":0.75,}`, refused},
		{"probability in words", "", `0.75`, `"0.75"`, refused},
		{"options cut", "damage", `"temperature":0}`, `"temperature":0`, refused},
		{"brace behind the options", "damage", `"temperature":0}`, `"temperature":0}}`, refused},
		{"escape of no kind", "", `\u2028`, `\x`, refused},
		{"escape too short", "", `\u2028 `, `\u202g`, refused},
		{"control character in the reply", "", `\u2028`, "\x01", refused},
		{"control character in the id", "", `"id":"2`, "\"id\":\"2\x00", refused},
		{"reply without an end", "", `🚀"`, `🚀`, refused},
		{"leading zero", "", `"prompt_tokens":40`, `"prompt_tokens":040`, refused},
		{"fraction of a token", "", `"prompt_tokens":40`, `"prompt_tokens":40.5`, refused},
		{"too many tokens", "no int64 holds them", `"prompt_tokens":40`, `"prompt_tokens":9223372036854775808`, refused},
		{"no number", "", `"prompt_tokens":40`, `"prompt_tokens":`, refused},
		{"point without a fraction", "", `"joules":0.0625`, `"joules":1.`, refused},
		{"exponent without digits", "", `"joules":0.0625`, `"joules":1e-`, refused},
		{"too many joules", "no float64 holds them", `"joules":0.0625`, `"joules":1e999`, refused},
		{"pass 0", "", `"pass":1`, `"pass":0`, refused},
		{"pass out of range", "", `"pass":1`, `"pass":10000000000000000000`, refused},
		{"no id", "", `"id":"2"`, `"id":""`, refused},
		{"no right label", "", `"want":"positive"`, `"want":""`, refused},
		{"no label", "", `"got":"neutral"`, `"got":""`, refused},
		{"label null", "", `"got":"neutral"`, `"got":null`, refused},
		{"unknown field", "", `,"joules"`, `,"watts":1,"joules"`, refused},
		{"brace missing", "", "}\n", "\n", refused},
		{"two records", "", "}\n", "}{}\n", refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(line("2"), tt.old, tt.new, 1)
			require.True(t, tt.old == "" || changed != line("2"), "%q is not in the line", tt.old)
			s := newScanner()
			_, err := s.outcome([]byte(strings.TrimSuffix(line("1"), "\n")))
			require.NoError(t, err)
			s.rest = []byte(strings.TrimSuffix(changed, "\n"))
			got := decoded
			if s.plain() {
				got = plain
			}
			// What comes behind must not suffer from it.
			if !agree(t, []byte(line("1")+changed+line("3")+changed+line("1"))) {
				require.Equal(t, decoded, got, "must be left to ReadFile's decoder to refuse")
				got = refused
			}
			require.Equal(t, tt.want, got, tt.reason)
		})
	}
}

// TestScanAllocates: a line whose strings were met before costs no memory.
func TestScanAllocates(t *testing.T) {
	s := newScanner()
	i, lines := 0, [][]byte{
		[]byte(strings.TrimSpace(line("1"))), []byte(strings.TrimSpace(line("2"))),
		[]byte(strings.Replace(strings.TrimSpace(line("1")), `"got":"neutral"`, `"got":"positive"`, 1)),
	}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for range lines {
			if _, err := s.outcome(lines[i%len(lines)]); err != nil {
				t.Fatal(err)
			}
			i++
		}
	}))
}

func TestReadLongLine(t *testing.T) {
	r := record("2")
	r.Answer = strings.Repeat("and so on ", 100_000) // a model that does not stop; 1 MB, several times the buffer
	long := strings.Replace(line("2"), line("2")[strings.Index(line("2"), ` neutral\n`):strings.Index(line("2"), `","options"`)], r.Answer, 1)
	for _, tail := range []string{"", long[:len(long)-1]} {
		data := []byte(line("1") + long + line("3") + tail)
		got, err := parse("f", data)
		require.NoError(t, err)
		if diff := cmp.Diff([]Record{record("1"), r, record("3")}, got); diff != "" {
			t.Errorf("(-want +got):\n%.2000s", diff)
		}
		require.True(t, agree(t, data))
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("read f: input/output error")
	for _, tail := range []string{"", line("2")[:90]} {
		from := io.MultiReader(strings.NewReader(line("1")+tail), iotest.ErrReader(broken))
		got, err := collect(read("f", from, parseLine))
		require.ErrorIs(t, err, broken)
		require.EqualError(t, err, "journal: read f: input/output error")
		require.Nil(t, got, "a disk that fails is no torn line")
	}
}

// FuzzScan: what ReadFile reads Scan reads, what it refuses Scan refuses. The data comes a second time, since a scanner
// knows more by then.
func FuzzScan(f *testing.F) {
	f.Add([]byte(line("1")), []byte(line("2")))
	f.Add([]byte(line("1")), []byte(line("2")[:50]))
	f.Add([]byte(line("1")), []byte(strings.Replace(line("2"), `"pass":1`, `"pass":12`, 1)))
	f.Add([]byte(line("1")), []byte(strings.Replace(line("2"), `{"negative":0.25,"neutral":0.75}`, `{"a":0.25,"b":7.5e-1}`, 1)))
	f.Add([]byte(line("1")), []byte(`{"suite":"S","pass":1,"id":"1","want":"a","got":"b"}`+"\n"))
	f.Add([]byte(`{"suite":"","model":"","precision":"","set":"","prompt":"","digest":"","run":"","pass":1,"id":"1","want":"a","got":"b","answer":"\ud800","joules":0}`+"\n"),
		[]byte(`{"suite":"","model":"","precision":"","set":"","prompt":"","digest":"","run":"","pass":1,"id":"1","want":"a","got":"b","answer":"","options":{}}`+"\n"))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		agree(t, bytes.Join([][]byte{one, two, one, two}, nil))
	})
}

func BenchmarkScan(b *testing.B) {
	benchmark(b, func(path string) (n int, err error) {
		for _, err := range Scan(path) {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	})
}

func BenchmarkReadFile(b *testing.B) {
	benchmark(b, func(path string) (int, error) {
		records, err := ReadFile(path)
		return len(records), err
	})
}

// benchmark has a pass of one pair, and one of each of 15 pairs, over a set as large as the study's read. Ten of the
// latter are what a verdict takes.
func benchmark(b *testing.B, read func(path string) (lines int, err error)) {
	const sentences = 5842
	for _, pairs := range []int{1, 15} {
		b.Run(fmt.Sprintf("lines=%d", pairs*sentences), func(b *testing.B) {
			var data bytes.Buffer
			for pair := range pairs {
				for i := range sentences {
					data.WriteString(strings.Replace(line(fmt.Sprintf("%08x", i)), "llama-tiny", fmt.Sprint("model-", pair), 1))
				}
			}
			path := filepath.Join(b.TempDir(), "j")
			require.NoError(b, os.WriteFile(path, data.Bytes(), 0o644))
			b.SetBytes(int64(data.Len()))
			b.ReportAllocs()
			for b.Loop() {
				n, err := read(path)
				require.NoError(b, err)
				require.Equal(b, pairs*sentences, n)
			}
		})
	}
}
