// Package scripts has the commands of the test scripts of the gate, and of what
// records for it.
package scripts

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Commands are these:
//
//	exits STATUS COMMAND...       runs a command that must end with that status
//	replace FILE OLD NEW [COUNT]  changes OLD, which must be there COUNT times (1)
//	answer PRECISION ID GOT       changes one answer in the journal
//	worse PRECISION [NAME]        answers eight sentences wrong that were right, in NAME.jsonl and NAME.txt (results)
//	last FILE [twice]             takes the last benchmark line away, or doubles it
//	passes NAME [KEY=VALUE...]    writes NAME.txt and NAME.jsonl: those of base, measured several times, see passes
func Commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "replace": replace, "answer": answer, "worse": worse, "last": last, "passes": passes,
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: replace FILE OLD NEW [COUNT]")
	}
	want := 1
	if len(args) == 4 {
		n, err := strconv.Atoi(args[3])
		ts.Check(err)
		want = n
	}
	unquote := strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace
	file, old, new := args[0], unquote(args[1]), unquote(args[2])
	text := ts.ReadFile(file)
	if n := strings.Count(text, old); n != want {
		ts.Fatalf("%s holds %q %d times, want %d", file, old, n, want)
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(strings.ReplaceAll(text, old, new)), 0o644))
}

func answer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: answer PRECISION ID GOT")
	}
	answerIn(ts, "results.jsonl", args[0], args[1], args[2], 1)
}

func answerIn(ts *testscript.TestScript, file, precision, id, got string, want int) {
	line := regexp.MustCompile(`("precision":"` + precision + `".*"id":"` + id + `".*"got":")[a-z]+`)
	text := ts.ReadFile(file)
	if n := len(line.FindAllString(text, -1)); n != want {
		ts.Fatalf("the journal answers %s %s %d times", precision, id, n)
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(line.ReplaceAllString(text, "${1}"+got)), 0o644))
}

func worse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 || args[0] != "q4_K_M" {
		ts.Fatalf("usage: worse q4_K_M [NAME]")
	}
	name := "results"
	if len(args) == 2 {
		name = args[1]
	}
	text := ts.ReadFile(name + ".txt")
	ts.Check(os.WriteFile(ts.MkAbs(name+".txt"), []byte(strings.ReplaceAll(text, "0.8320 F1", "0.1439 F1")), 0o644))
	passes := strings.Count(text, "precision=q4_K_M")
	for _, id := range []string{"s01", "s02", "s03", "s04", "s09", "s10"} {
		answerIn(ts, name+".jsonl", args[0], id, "neutral", passes)
	}
	for _, id := range []string{"s05", "s06"} {
		answerIn(ts, name+".jsonl", args[0], id, "positive", passes)
	}
}

func last(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	i := strings.LastIndex(text, "Benchmark")
	if len(args) > 1 {
		text += text[i:]
	} else {
		text = text[:i]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// passes makes of results.txt and results.jsonl a run of n=10 passes, one begun every=2 minutes after the first at
// start=0 of some hour. Each cost is base's times a factor (time=1, joules=1), give or take 3 %, and time grows by a share
// (drift=0) until the last pass; config lines are added by their names, such as meter=rapl:package-0.
func passes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: passes NAME [KEY=VALUE...]")
	}
	number := map[string]float64{"n": 10, "start": 0, "every": 2, "time": 1, "joules": 1, "drift": 0}
	config := map[string]string{"host": "a machine", "meter": "rapl:package-0", "threads": "1"}
	for _, arg := range args[1:] {
		key, value, _ := strings.Cut(arg, "=")
		if _, ok := number[key]; !ok {
			config[key] = value
			continue
		}
		x, err := strconv.ParseFloat(value, 64)
		ts.Check(err)
		number[key] = x
	}
	var results, journal strings.Builder
	fmt.Fprintln(&results, "Unit joules/op better=lower\nUnit prompt-tok/s better=higher\nUnit peak-RSS-bytes better=lower")
	for _, key := range slices.Sorted(maps.Keys(config)) {
		fmt.Fprintf(&results, "%s: %s\n", key, config[key])
	}
	lines := regexp.MustCompile(`(?m)^(Benchmark\S+).* ns/op\t (.*)$|^.*$`)
	head, answers := ts.ReadFile("results.txt"), ts.ReadFile("results.jsonl")
	for pass := range int(number["n"]) {
		// Quantiles of a normal distribution of 3 % spread, in an order that has no trend.
		spread := 1 + []float64{0.011, -0.046, 0.003, 0.029, -0.019, -0.003, 0.046, -0.011, 0.019, -0.029}[pass%10]
		slower := number["time"] * (1 + number["drift"]*float64(pass)/max(1, number["n"]-1))
		for _, m := range lines.FindAllStringSubmatch(head, -1) {
			switch {
			case m[1] != "":
				fmt.Fprintf(&results, "%s 1 %.0f ns/op %s %.4g joules/op %.4g prompt-tok/s 104857600 peak-RSS-bytes\n",
					m[1], 5e8*slower*spread, m[2], 30*number["joules"]*spread, 1000/slower/spread)
			case pass == 0 && m[0] != "PASS":
				fmt.Fprintln(&results, m[0])
			}
		}
		run := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC).Add(time.Duration(number["start"]+float64(pass)*number["every"]) * time.Minute)
		journal.WriteString(strings.ReplaceAll(answers, `"run":"r1","pass":1`, fmt.Sprintf(`"run":"%s-7","pass":%d`, run.Format("20060102T150405.000Z"), pass+1)))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".txt"), []byte(results.String()), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".jsonl"), []byte(journal.String()), 0o644))
}
