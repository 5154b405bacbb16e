package bench

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ollama/ollama/envconfig"

	"github.com/joulebench/joulebench/bench/host"
)

// mustFit skips a pair for which the machine has not the memory, with how much it has and how much it would take: a machine
// that swaps measures its disk. Under CI=true it fails, since a skipped pair would look like a passed one.
func (r *run) mustFit(tb testing.TB, p Pair) {
	tb.Helper()
	r.mu.Lock()
	lack, err := r.lack(tb.Context(), p)
	r.mu.Unlock()
	switch {
	case err != nil:
		tb.Fatal(err)
	case lack == "":
	case os.Getenv("CI") == "true":
		tb.Fatalf("bench: %s: %s", p, lack)
	default:
		tb.Skipf("bench: %s: %s", p, lack)
	}
}

// lack says why the pair does not fit into what memory is free or would be, and remembers it for the end of the run. What the
// server holds now counts as free: it lets go of another pair's model for this one's.
func (r *run) lack(ctx context.Context, p Pair) (string, error) {
	cache := r.kvCache
	if cache == "" && envconfig.FlashAttention(false) { // without it Ollama quantises no cache
		cache = strings.ToLower(envconfig.KvCacheType())
	}
	needs := r.suite.Needs(p, r.concurrency, cache)
	if needs.Memory() == 0 {
		return "", nil
	}
	free, total, err := host.Memory()
	if err != nil {
		return "", fmt.Errorf("bench: %s: %w", p, err)
	}
	loaded, err := r.server.Client().ListRunning(ctx)
	if err != nil {
		return "", fmt.Errorf("bench: %s: what the server has loaded: %w", p, err)
	}
	for _, m := range loaded.Models {
		free += uint64(max(0, m.Size-m.SizeVRAM))
	}
	lack := needs.Lack(min(free, total), total)
	if lack != "" {
		r.unfit[p] = lack
	}
	return lack, nil
}

// unfitLine is what is told at the end of a run of which pairs were skipped for lack of memory; "" if none was.
func (r *run) unfitLine() string {
	var lines []string
	for _, p := range r.pairs {
		if lack, ok := r.unfit[p]; ok {
			lines = append(lines, p.String()+" "+lack)
		}
	}
	if lines == nil {
		return ""
	}
	return fmt.Sprintf("joulebench: %d of %d pairs skipped: %s", len(lines), len(r.pairs), strings.Join(lines, "; "))
}
