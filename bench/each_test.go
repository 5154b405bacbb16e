package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/classify"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/journal"
	"github.com/joulebench/joulebench/bench/ollama"
)

// answered is a run of n sentences against a server that takes a while and says "no", or fails where fail says so.
func answered(t *testing.T, n int, delay time.Duration, fail func(prompt string) bool, args ...string) (*run, *question) {
	t.Setenv("OLLAMA_NUM_PARALLEL", "4")
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/version" {
			io.WriteString(w, `{"version":"0.0.0"}`)
			return
		}
		var ask api.GenerateRequest
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
			t.Error(err)
		}
		time.Sleep(delay)
		if fail(ask.Prompt) {
			http.Error(w, `{"error":"broken"}`, http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(api.GenerateResponse{Response: " no", Done: true})
	}))
	t.Cleanup(fake.Close)
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, "Sentence %d.@no\n", i)
	}
	set, err := dataset.Read("set", strings.NewReader(lines.String()))
	require.NoError(t, err)
	prompt, err := classify.Options{Name: "p", Labels: []string{"no", "yes"}}.New()
	require.NoError(t, err)
	r := &run{suite: &Suite{Name: "S", Labels: []string{"no", "yes"}}, set: set, setID: set.ID(), prompt: prompt, passes: map[Pair]int{}, id: "1", options: flags(t, args...)}
	r.server, err = ollama.Start(t.Context(), ollama.Location{URL: fake.URL, Origin: "fake"}, ollama.Options{Parallel: r.concurrency})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.server.Close()) })
	q, err := r.question(Pair{"m", "f16"}, model{name: "m"})
	require.NoError(t, err)
	return r, q
}

// oneWatt is a meter whose counter moves every millisecond.
type oneWatt struct{ began time.Time }

// slow is one that moves once a second.
type slow struct{ oneWatt }

func (slow) Period() time.Duration { return time.Second }

func (oneWatt) Name() string          { return "one watt" }
func (oneWatt) Error() float64        { return 0 }
func (oneWatt) Period() time.Duration { return time.Millisecond }
func (m oneWatt) Read(ctx context.Context) (energy.Energy, error) {
	return energy.Energy(time.Since(m.began).Microseconds()), ctx.Err()
}

// The joules of a sentence stand in the journal where it lasts as long as the meter can tell, which the one before shows.
func TestJoulesOfASentence(t *testing.T) {
	for _, c := range []struct {
		why     string
		meter   energy.Meter
		visible bool
	}{
		{"25 periods or more", oneWatt{time.Now()}, true},
		{"less than 20", slow{oneWatt{time.Now()}}, false},
	} {
		r, q := answered(t, 4, 25*time.Millisecond, func(string) bool { return false })
		r.meter = c.meter
		file := filepath.Join(t.TempDir(), "answers.jsonl")
		var err error
		r.journal, err = journal.Append(file)
		require.NoError(t, err)
		require.NoError(t, r.pass(t.Context(), q, &tally{}, &clock{}))
		require.NoError(t, r.journal.Close())
		records, err := journal.ReadFile(file)
		require.NoError(t, err)
		require.Zero(t, records[0].Joules, c.why)
		for _, rec := range records[1:] {
			if !c.visible {
				require.Zero(t, rec.Joules, c.why)
				continue
			}
			// A watt for as long as it took, and between the two readings round it nothing else.
			took := time.Duration(rec.LatencyNS).Seconds()
			require.GreaterOrEqual(t, rec.Joules, took-1e-5, c.why)
			require.Less(t, rec.Joules, took+1, c.why)
		}
	}
}

// The first failure ends a pass, is named, and nothing more is asked.
func TestFailureAmongMany(t *testing.T) {
	for _, concurrency := range []string{"1", "4"} {
		r, q := answered(t, 200, time.Millisecond, func(prompt string) bool { return strings.Contains(prompt, "Sentence 9.") }, "-concurrency="+concurrency)
		var got tally
		err := r.pass(t.Context(), q, &got, nil)
		require.ErrorContains(t, err, "model=m/precision=f16: sentence 10 (line 10 of set)")
		require.ErrorContains(t, err, "broken")
		answers := 0
		for _, a := range got.answers {
			if a.Got != "" {
				answers++
			}
		}
		require.Less(t, answers, 30, "-concurrency %s: what was under way may still answer", concurrency)
		require.Zero(t, got.scores.Total(), "half a pass has no score")
	}
	r, q := answered(t, 200, time.Millisecond, func(string) bool { return false }, "-concurrency=4")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := r.each(ctx, q, []int{0, 1, 2, 3, 4, 5, 6, 7}, nil, func(i int, _ reply) error {
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled, "a run that is given up is not a run that has ended")
	full := errors.New("no space left")
	err = r.each(t.Context(), q, []int{0, 1, 2, 3}, nil, func(int, reply) error { return full })
	require.ErrorIs(t, err, full, "an answer that cannot be written is lost")
}
