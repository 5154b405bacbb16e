package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/shirou/gopsutil/v3/process"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
	"github.com/joulebench/joulebench/bench/progress"
)

const fakeServer = "JOULEBENCH_FAKE_SERVER"

// TestFakeServer is not a test: it is the server of BenchmarkHarness, in a process of its own so that its CPU time is
// not counted as the harness's. It answers at once, and ends when its standard input does.
func TestFakeServer(t *testing.T) {
	if os.Getenv(fakeServer) == "" {
		return
	}
	reply, err := json.Marshal(api.GenerateResponse{
		Model: "m", Response: " positive", Done: true, DoneReason: "stop", Context: make([]int, 60),
		Metrics: api.Metrics{TotalDuration: 8e6, LoadDuration: 2e6, PromptEvalCount: 55, PromptEvalDuration: 1e6, EvalCount: 2, EvalDuration: 1e6},
	})
	require.NoError(t, err)
	http.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"version":"0.0.0"}`) })
	http.HandleFunc("/api/generate", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Write(reply)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	fmt.Printf("http://%s\n", l.Addr())
	go http.Serve(l, nil)
	io.Copy(io.Discard, os.Stdin)
}

func startFake(tb testing.TB) (url string) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestFakeServer$")
	cmd.Env = append(os.Environ(), fakeServer+"=1")
	stdin, err := cmd.StdinPipe()
	require.NoError(tb, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	tb.Cleanup(func() { stdin.Close(); cmd.Wait() })
	_, err = fmt.Fscanln(stdout, &url)
	require.NoError(tb, err)
	return url
}

// BenchmarkHarness measures what the harness costs per sentence beyond a bare HTTP request with the same body, against
// a server that answers at once. Passes of the two take turns; times are medians of the passes.
//
// It skips itself (silently, as benchmarks do) where the suite's own benchmark runs too: it has nothing to do in a file
// of results.
func BenchmarkHarness(b *testing.B) {
	if (&Suite{Name: "Sentiment"}).benchmarked(flagValue("test.bench")) {
		b.Skip("run it alone: -bench Harness")
	}
	url := startFake(b)
	server, err := ollama.Start(b.Context(), ollama.Location{URL: url, Origin: "fake"}, ollama.Options{})
	require.NoError(b, err)
	defer server.Close()
	var sentences strings.Builder
	labels := []string{"negative", "neutral", "positive"}
	for i := range 300 {
		fmt.Fprintf(&sentences, "Operating profit of the group was EUR %d million in the quarter, the company said.@%s\n", i, labels[i%3])
	}
	set, err := dataset.Read("fake", strings.NewReader(sentences.String()))
	require.NoError(b, err)
	prompt, err := classify.Options{Name: "label", Labels: labels}.New()
	require.NoError(b, err)
	answers, err := journal.Append(filepath.Join(b.TempDir(), "answers.jsonl"))
	require.NoError(b, err)
	r := &run{
		suite: &Suite{Name: "Fake", Labels: labels, Context: 2048}, asked: Prompt{MaxTokens: 8}, set: set, setID: set.ID(), prompt: prompt,
		server: server, journal: answers, passes: map[Pair]int{}, id: "1",
	}
	r.options = flags(b, "-threads=1")
	q, err := r.question(Pair{"m", "f16"}, model{name: "m", digest: "0123456789ab"})
	require.NoError(b, err)
	r.progress, err = progress.Open(progress.Terminal(), filepath.Join(b.TempDir(), "progress.log"), r.id)
	require.NoError(b, err)
	defer r.progress.Close()
	defer r.show(q.pair, nil).Done()

	no := false
	body, err := json.Marshal(api.GenerateRequest{Model: "m", Prompt: prompt.Render(set.Examples[0].Text), Stream: &no})
	require.NoError(b, err)
	bare := func() error {
		for range set.Examples {
			resp, err := http.Post(url+"/api/generate", "application/json", bytes.NewReader(body))
			if err != nil {
				return err
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		return nil
	}
	ours := func() error { return r.pass(b.Context(), q, &tally{}, nil) }

	self, err := process.NewProcess(int32(os.Getpid()))
	require.NoError(b, err)
	var bareTime, oursTime, difference, bareBytes, oursBytes []float64
	var cpu float64
	for b.Loop() {
		t0, b0, _ := cost(b, self, bare)
		t1, b1, c1 := cost(b, self, ours)
		bareTime, oursTime, difference = append(bareTime, t0), append(oursTime, t1), append(difference, t1-t0)
		bareBytes, oursBytes = append(bareBytes, b0), append(oursBytes, b1)
		cpu += c1
	}
	n := float64(len(set.Examples))
	b.ReportMetric(median(bareTime)/n, "bare-ns/sentence")
	b.ReportMetric(median(oursTime)/n, "harness-ns/sentence")
	b.ReportMetric(median(difference)/n, "overhead-ns/sentence")
	b.ReportMetric((median(oursBytes)-median(bareBytes))/n, "overhead-B/sentence")
	b.ReportMetric(cpu/float64(b.N)/n, "client-cpu-ns/sentence")
}

// cost is the wall time in ns, bytes allocated and CPU time in ns of this process while f runs.
func cost(b *testing.B, self *process.Process, f func() error) (wall, bytes, cpu float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu0, err := self.Times()
	require.NoError(b, err)
	begin := time.Now()
	require.NoError(b, f())
	elapsed := time.Since(begin)
	cpu1, err := self.Times()
	require.NoError(b, err)
	runtime.ReadMemStats(&after)
	return float64(elapsed.Nanoseconds()), float64(after.TotalAlloc - before.TotalAlloc), 1e9 * (cpu1.User + cpu1.System - cpu0.User - cpu0.System)
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
