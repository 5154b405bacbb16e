package ollama

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
)

// fakeVariable makes this test binary a server that answers at once, until its standard input ends.
const fakeVariable = "JOULEBENCH_TEST_FAKE"

func serveFake() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, reply)
	}))
	fmt.Println(server.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// fakeProcess is a server of its own process, so that what it costs is not counted as the client's.
func fakeProcess(tb testing.TB, executable string) *Server {
	cmd := exec.Command(executable)
	cmd.Env = append(os.Environ(), fakeVariable+"=1")
	in, err := cmd.StdinPipe()
	require.NoError(tb, err)
	out, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	tb.Cleanup(func() { require.NoError(tb, in.Close()); require.NoError(tb, cmd.Wait()) })
	address, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(tb, err)
	return newServer(mustParse(tb, strings.TrimSpace(address)), nil)
}

// BenchmarkGenerate compares the client's side of one sentence: the official client, ours, and a bare request through
// http.Transport that neither encodes nor decodes. Run the test binary several times over, so that the three take turns:
//
//	go test -c && for i in 1 2 3 4 5 6 7 8 9 10; do ./ollama.test -test.run '^$' -test.bench Generate; done
func BenchmarkGenerate(b *testing.B) {
	executable, err := os.Executable()
	require.NoError(b, err)
	s := fakeProcess(b, executable)
	client, whole := s.Client(), false
	body, err := json.Marshal(sentence())
	require.NoError(b, err)
	for _, way := range []struct {
		name string
		ask  func() error
	}{
		{"api", func() error {
			r := sentence()
			r.Stream = &whole
			return client.Generate(b.Context(), r, func(api.GenerateResponse) error { return nil })
		}},
		{"ours", func() error {
			_, err := s.Generate(b.Context(), sentence())
			return err
		}},
		{"transport", func() error {
			resp, err := s.http.Post(s.wire.url.String(), "application/json", bytes.NewReader(body))
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			_, err = io.Copy(io.Discard, resp.Body)
			return err
		}},
	} {
		b.Run("client="+way.name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime(b)
			for b.Loop() {
				if err := way.ask(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpuTime(b)-start).Seconds()*1e9/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkStore shows what models that only lie in the store cost every request: three servers, of 1, 15 and 30 models,
// are asked in turn for one token of the same model. The ratios are of medians; the time is of the three together.
//
//	go test -run '^$' -bench Store -benchtime 500x
func BenchmarkStore(b *testing.B) {
	sizes := []int{1, 15, 30}
	servers, times := make([]*Server, len(sizes)), make([][]time.Duration, len(sizes))
	var name string
	for i, size := range sizes {
		servers[i] = live(b)
		name = makeRandom(b, servers[i], "q8_0")
		for n := 1; n < size; n++ {
			require.NoError(b, servers[i].Client().Copy(b.Context(), &api.CopyRequest{Source: name, Destination: fmt.Sprint("copy", n)}))
		}
		_, err := servers[i].Generate(b.Context(), short(name, 1))
		require.NoError(b, err)
	}
	for b.Loop() {
		for i, s := range servers {
			begin := time.Now()
			if _, err := s.Generate(b.Context(), short(name, 1)); err != nil {
				b.Fatal(err)
			}
			times[i] = append(times[i], time.Since(begin))
		}
	}
	var median []float64
	for _, t := range times {
		slices.Sort(t)
		median = append(median, float64(t[len(t)/2]))
	}
	b.ReportMetric(median[0], "1-model-ns")
	b.ReportMetric(median[1]/median[0], "15-models-ratio")
	b.ReportMetric(median[2]/median[0], "30-models-ratio")
}
