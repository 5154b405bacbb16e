package bench

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/joulebench/joulebench/bench/host"
)

// units are the metrics that a benchmark line may carry, with the direction that benchstat and the gate need. F1 and
// its like are exact: repeats of a deterministic pass must agree.
var units = []struct{ name, metadata string }{
	{"joules/op", "better=lower"},
	{"gCO2/op", "better=lower"},
	{"F1", "better=higher assume=exact"},
	{"accuracy", "better=higher assume=exact"},
	{"macro-precision", "better=higher assume=exact"},
	{"macro-recall", "better=higher assume=exact"},
	{"unparsed", "better=lower assume=exact"},
	{"quoted", "better=higher assume=exact"},  // share of answers whose reason quotes the sentence; of prompts that ask for one
	{"unstable", "better=lower assume=exact"}, // share of sentences that a repeated pass answered otherwise
	{"joules/sentence", "better=lower"},
	{"p50-latency-ns", "better=lower"},
	{"p95-latency-ns", "better=lower"},
	{"prompt-tok/s", "better=higher"},
	{"eval-tok/s", "better=higher"},
	{"peak-RSS-bytes", "better=lower"},
}

// header starts the server, opens the meter and writes the lines that every result of the run stands under. All of
// it comes before the first benchmark: package testing prints a benchmark's name before running it, so a later line
// would cut a result in two.
//
// A configuration line states what makes two numbers incomparable, and only that.
func (r *run) header(ctx context.Context, w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.openMeter(); err != nil {
		return err
	}
	if err := r.start(ctx); err != nil {
		return err
	}
	machine, err := host.Read()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	// The server names its CPU library only when it computes.
	if _, err := r.use(ctx, r.pairs[0]); err != nil {
		return err
	}
	library := r.server.CPU()
	if r.server.CPUWarning() != "" {
		library += " (without this CPU's AVX2)" // where no terminal shows the warning, the results must
	}
	var b strings.Builder
	for _, u := range units {
		fmt.Fprintf(&b, "Unit %s %s\n", u.name, u.metadata)
	}
	for _, c := range [][2]string{
		{"set", r.setID},
		{"set-size", fmt.Sprint(len(r.set.Examples))},
		{"prompt", r.prompt.ID()},
		{"max-tokens", fmt.Sprint(r.asked.MaxTokens)},
		{"context", fmt.Sprint(r.suite.Context)},
		{"ollama", r.server.Version()},
		{"ollama-cpu", library},
		{"meter", r.meter.Name()},
		{"meter-error", fmt.Sprintf("%.0f%%", 100*r.meter.Error())},
		{"grid", r.grid.String()},
		{"pue", fmt.Sprint(r.pue)},
		{"threads", fmt.Sprint(r.threads)},
		{"concurrency", "1"},
		{"cache", "warm"}, // the server keeps what all prompts begin with between sentences
		{"host", machine.String()},
	} {
		fmt.Fprintf(&b, "%s: %s\n", c[0], c[1])
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("bench: writing the configuration lines: %w (nothing was measured; is there room for the results?)", err)
	}
	return nil
}
