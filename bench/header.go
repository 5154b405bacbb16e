package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/joulebench/joulebench/bench/carbon"
	"github.com/joulebench/joulebench/bench/energy"
	"github.com/joulebench/joulebench/bench/host"
)

// units are the metrics that a benchmark line may carry, with the direction that benchstat and the gate need. F1 and
// its like are exact: repeats of a deterministic pass must agree.
var units = []struct{ name, metadata string }{
	{"joules/op", "better=lower"},
	{"gCO2/op", "better=lower"},
	{"gCO2e-sci/op", "better=lower"}, // ISO/IEC 21031:2024: of electricity, and of the machine's making
	{"F1", "better=higher assume=exact"},
	{"accuracy", "better=higher assume=exact"},
	{"macro-precision", "better=higher assume=exact"},
	{"macro-recall", "better=higher assume=exact"},
	{"F1-low", "better=higher assume=exact"},
	{"F1-high", "better=higher assume=exact"},
	{"weighted-F1", "better=higher assume=exact"},
	{"weighted-precision", "better=higher assume=exact"},
	{"weighted-recall", "better=higher assume=exact"},
	{"MCC", "better=higher assume=exact"},
	{"drift", "better=lower assume=exact"},
	{"unparsed", "better=lower assume=exact"},
	{"quoted", "better=higher assume=exact"},  // share of answers whose reason quotes the sentence; of prompts that ask for one
	{"unstable", "better=lower assume=exact"}, // share of sentences that a repeated pass answered otherwise
	{"Brier", "better=lower assume=exact"},
	{"ECE", "better=lower assume=exact"},
	{"label-margin", "better=higher assume=exact"},
	{"label-entropy", "better=lower assume=exact"},
	{"label-KL", "better=lower assume=exact"},
	{"without-probabilities", "better=lower assume=exact"},
	{"batch-dependent", "better=lower assume=exact"},
	{"joules-error", "better=lower"}, // relative, of joules/op: the meter's own and that of so short a window
	{"joules-load/op", "better=lower"},
	{"joules-prompt/op", "better=lower"},
	{"joules-eval/op", "better=lower"},
	{"net-joules/op", "better=lower"},
	{"net-error", "better=lower"}, // relative uncertainty of net-joules/op
	{"idle-watts", "better=lower"},
	{"idle-change-watts", "better=lower"}, // between before and after
	{"joules/sentence", "better=lower"},
	{"joules/correct", "better=lower"},
	{"p50-latency-ns", "better=lower"},
	{"p95-latency-ns", "better=lower"},
	{"prompt-tok/s", "better=higher"},
	{"eval-tok/s", "better=higher"},
	{"eval-B/s", "better=higher"}, // of shape twins: weights' bytes that answers read
	{"peak-RSS-bytes", "better=lower"},
	{"loaded-bytes", "better=lower"}, // weights, KV cache and buffers, as Ollama counts them
	{"load-ns", "better=lower"},      // of the model, from files that the system may have in memory
	{"prompt-tokens/op", "better=lower"},
	{"eval-tokens/op", "better=lower"},
	{"server-share", "better=higher"}, // of the machine's CPU time
	{"clock-MHz", "better=higher"},    // these two tell a run that drifts
	{"temperature-C", "better=lower"},
}

// header starts the server, opens the meter and writes the lines that every result of the run stands under. All of
// it comes before the first benchmark: package testing prints a benchmark's name before running it, so a later line
// would cut a result in two.
//
// A configuration line states what makes two numbers incomparable, and only that.
func (r *run) header(ctx context.Context, w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.openMeter(ctx); err != nil {
		return err
	}
	machine, err := host.Read()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := r.warmUp(ctx); err != nil {
		return err
	}
	if err := r.openReferences(); err != nil {
		return err
	}
	library := r.server.CPU()
	if r.server.CPUWarning() != "" {
		library += " (without this CPU's AVX2)" // where no terminal shows the warning, the results must
	}
	var b strings.Builder
	for _, u := range units {
		metadata := u.metadata
		if r.protocol != "" {
			metadata = strings.TrimSuffix(metadata, " assume=exact") // sampled answers differ from seed to seed
		}
		fmt.Fprintf(&b, "Unit %s %s\n", u.name, metadata)
	}
	for _, c := range r.configuration(library, machine.String()) {
		if c[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", c[0], c[1])
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("bench: writing the configuration lines: %w (nothing was measured; is there room for the results?)", err)
	}
	return nil
}

// warmUp has the server compute something, since it names its CPU library only then: the first pair that can be used. One that
// cannot fails when it is its turn.
func (r *run) warmUp(ctx context.Context) error {
	var errs []error
	for _, p := range r.pairs {
		if err := r.start(ctx); err != nil {
			return errors.Join(append(errs, err)...)
		}
		lack, err := r.lack(ctx, p)
		if err == nil && lack != "" {
			err = fmt.Errorf("bench: %s: %s", p, lack)
		}
		if err == nil {
			_, err = r.use(ctx, p)
		}
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// configuration are the keys and values of the lines; one without a value is left out.
func (r *run) configuration(library, machine string) [][2]string {
	klFrom, embodied := "", ""
	if r.embodied != (carbon.Embodied{}) {
		embodied = r.embodied.String()
	}
	if r.probabilities {
		klFrom = r.highestPrecisions()
	}
	asked := r.questionLines
	if r.tokens != nil {
		asked = r.tokenLines
	}
	return append(asked(), [][2]string{
		{"drift-from", r.reference},
		{"label-kl-from", klFrom},
		{"ollama", r.server.Version()},
		{"ollama-cpu", library},
		{"ollama-settings", r.server.Settings()},
		{"meter", r.meter.Name()},
		{"meter-error", fmt.Sprintf("%.0f%%", 100*r.meter.Error())},
		{"meter-note", energy.Caveat(r.meter)},
		{"grid", r.grid.String()},
		{"grid-note", r.grid.Caveat()},
		{"pue", fmt.Sprint(r.pue)},
		{"embodied", embodied},
		{"threads", fmt.Sprint(r.threads)},
		{"concurrency", fmt.Sprint(r.concurrency)},
		{"cache", r.cache},
		{"kv-cache", r.kvCache},
		{"flash-attention", r.flashAttention},
		{"host", machine},
	}...)
}

// questionLines tell what is asked about what.
func (r *run) questionLines() [][2]string {
	audit := r.set.Audit(nil)
	tokens := fmt.Sprint(r.asked.MaxTokens)
	if r.protocol != "" && r.maxTokens == 0 {
		tokens = "as the protocol says"
	}
	return [][2]string{
		{"set", r.setID},
		{"set-size", fmt.Sprint(len(r.set.Examples))},
		{"set-form", r.set.Form + ", " + r.set.Encoding},
		{"set-skipped", r.skipped},
		{"set-ceiling", fmt.Sprintf("accuracy %.2f %%", 100*audit.Ceiling)},
		{"set-majority", fmt.Sprintf("%s: accuracy %.2f %%, F1 %.4f", audit.Majority.Label, 100*audit.Majority.Accuracy, audit.Majority.MacroF1)},
		{"prompt", r.prompt.ID()},
		{"max-tokens", tokens},
		{"context", fmt.Sprint(r.suite.Context)},
		{"protocol", r.protocolLine()},
		{"unparsed", r.unparsed},
	}
}
