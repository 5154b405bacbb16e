package gate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sittingsOf is a file of recorded costs of the pair mini: of each sitting, named s0, s1 and so on, passes lines with the
// given seconds.
func sittingsOf(host string, passes int, seconds ...float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Unit sec/op better=lower\nlines: %d\n", passes*len(seconds))
	for i, s := range seconds {
		fmt.Fprintf(&b, "\nsitting: s%d\n", i)
		for _, key := range conditions() {
			value := map[string]string{"host": host, "set": "set@1", "prompt": "prompt@1"}[key]
			fmt.Fprintln(&b, strings.TrimSpace(key+": "+value))
		}
		b.WriteString(strings.Repeat(fmt.Sprintf("Benchmark%s 1 %v sec/op\n", mini, s), passes))
	}
	return b.String()
}

func TestReadSittingsRefuses(t *testing.T) {
	good := sittingsOf("A CPU, 2 cores", 2, 1, 2)
	last := strings.LastIndex(good, "Benchmark")
	second := strings.Index(good, "\nsitting: s1")
	for _, tt := range []struct{ why, text, want string }{
		{"nothing in it", "", `:1: its sittings give "Unit sec/op better=lower\n", this line reads ""`},
		{"cut at the end of a line", good[:last], `:2: its sittings give "lines: 3\n", this line reads "lines: 4\n"`},
		{"cut between two sittings", good[:second], `:2: its sittings give "lines: 2\n"`},
		{"cut within a line", good[:last+9], "cut short at"},
		{"a sitting that stands twice counts twice", good + good[second:], ":2: its sittings give \"lines: 6"},
		{"the same, with the number mended", strings.Replace(good+good[second:], "lines: 4", "lines: 6", 1), `:37: its sittings give`},
		{"out of order, so that two records of it differ", strings.NewReplacer("s0", "s1", "s1", "s0").Replace(good), ":4: its sittings give"},
		{"a unit without direction", strings.Replace(good, "1 2 sec/op", "1 2 sec/op 3 joules/op", 1), ":35: unit joules/op without a direction"},
		{"a direction that benchfmt knows by itself", strings.Replace(good, "Unit sec/op better=lower\n", "", 1), `:1: its sittings give "Unit sec/op better=lower\n"`},
		{"a condition that nobody knows", strings.Replace(good, "threads:\n", "threads:\nfan: off\n", 1), `this line reads "fan: off\n"`},
		{"a condition left out, which may be that of the sitting before", strings.Replace(good, "cache:\n", "", 1), "its sittings give \"cache:\\n\""},
		{"conditions that change within a sitting", strings.Replace(good, "1 2 sec/op\n", "1 2 sec/op\nthreads: 3\n", 1), `has threads "3" here and "" on line`},
		{"no sitting", strings.ReplaceAll(strings.ReplaceAll(good, "sitting: s0\n", ""), "sitting: s1\n", ""), `lacks the config line "sitting: ..."`},
		{"NaN", strings.Replace(good, "1 2 sec/op", "1 NaN sec/op", 1), "sec/op is NaN"},
		{"another host's", strings.ReplaceAll(good, "A CPU", "B CPU"), `:18: Sentiment/model=mini/precision=q4_K_M on the host "B CPU, 2 cores" does not belong here`},
		{"another suite's", strings.ReplaceAll(good, "Sentiment/", "Topics/"), `does not belong here`},
	} {
		file := hostFile(t.TempDir(), "A CPU, 2 cores", "Sentiment")
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o644))
		s, err := readSittings(file)
		require.Nil(t, s, tt.why)
		require.ErrorContains(t, err, tt.want, tt.why)
		require.ErrorContains(t, err, file+":", tt.why)
		require.ErrorContains(t, err, "git checkout -- "+file, tt.why)
	}
	file := hostFile(t.TempDir(), "A CPU, 2 cores", "Sentiment")
	s, err := readSittings(file)
	require.NoError(t, err, "nothing recorded yet")
	require.Empty(t, s.all)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(good, "\n", "\r\n")), 0o644))
	s, err = readSittings(file)
	require.NoError(t, err, "git's core.autocrlf is no damage")
	require.Equal(t, good, string(s.format()))
}

// A folder's name must do on every system, and lie in the folder of the golden files.
func TestHostFile(t *testing.T) {
	for host, folder := range map[string]string{
		"Intel Xeon (6/85), 2 cores":   "Intel-Xeon-6-85-2-cores",
		`..\..\etc`:                    "etc",
		"../../etc":                    "etc",
		"C:\\Windows":                  "C-Windows",
		"AMD EPYC™ 7763, 1.5 GiB.":     "AMD-EPYC-7763-1.5-GiB",
		"a\x00b":                       "a-b",
		"Intel Xeon [6/85] -- 2 cores": "Intel-Xeon-6-85-2-cores",
	} {
		require.Equal(t, filepath.Join("golden", "hosts", folder, "Sentiment.txt"), hostFile("golden", host, "Sentiment"))
	}
}
