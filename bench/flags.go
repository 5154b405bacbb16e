package bench

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/joulebench/joulebench/bench/carbon"
	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/bench/score"
)

// options are what the command line says. Flags are registered on the FlagSet that register is given and nowhere else.
type options struct {
	suite, golden      string
	models, precisions string
	order              int // of the pairs: 0 as in the suite, k shuffled by this seed, -k the reverse

	store       string // folder
	pull, prune bool

	set     string
	reading dataset.Options // of the set
	sample  int             // 0: the whole set
	seed    uint64          // of the sample and of the shots

	prompt, shotsFrom string
	shots, maxTokens  int
	constrain         *bool // nil: as the prompt says
	protocol, seeds   string
	samples           []int // seeds, parsed
	unparsed          string
	probabilities     bool

	threads, concurrency int
	cache                string
	kvCache              string // "" is as Ollama has it, as with flashAttention
	flashAttention       string
	meter, grid          string
	embodied             carbon.Embodied
	idle                 *time.Duration // nil: as the suite says
	pue                  float64

	journal, log   string
	resume, update bool
	accept         string // why -update may record worse answers
}

const (
	warm = "warm" // the server keeps what all prompts begin with between sentences
	cold = "cold" // every prompt is evaluated from its first token on
)

func (o *options) register(fs *flag.FlagSet) {
	fs.StringVar(&o.suite, "suite", "", "run the suite in this `FILE`, or the one of that name beside the default suite")
	fs.StringVar(&o.golden, "golden", "", "`DIR` of the golden files, instead of the suite's own")
	fs.StringVar(&o.models, "models", "", "run these models only (comma-separated `NAMES`), of the suite, of another in its folder, or tags of Ollama's by their whole name")
	fs.StringVar(&o.precisions, "precisions", "", "run these precisions only (comma-separated `NAMES`, or all); by default those that the suite says")
	fs.IntVar(&o.order, "order", 0, "ask the pairs in an order shuffled by the seed `K`, or with -K in its reverse; 0 is the order of the suite. With -probabilities, a model's highest precision comes before its others")

	fs.StringVar(&o.store, "store", "", "`DIR` of the models that were pulled, by default joulebench/models in the user's cache; shape twins are kept there for the next run if it is given. It is no matter to a server of your own (OLLAMA_HOST)")
	fs.BoolVar(&o.pull, "pull", false, "pull what the server lacks of the suite's tags, each before it is measured")
	fs.BoolVar(&o.prune, "prune", false, "with -pull, delete what this run has pulled, each model after its last pair")
	fs.StringVar(&o.set, "set", "", "classify the labelled sentences in this `FILE` instead of the suite's own")
	o.reading.Register(fs)
	fs.IntVar(&o.sample, "sample", 0, "ask for `N` sentences of the set only, with its shares of the labels; 0 is all")
	fs.Uint64Var(&o.seed, "seed", 1, "`SEED` of -sample and -shots")

	fs.StringVar(&o.prompt, "prompt", "", "ask with the suite's prompt of this `NAME`, or with the template in a file (x.txt); by default with the suite's first")
	fs.IntVar(&o.shots, "shots", 0, "show `N` answered examples before each question, drawn from the suite's set for that or from -shots-from")
	fs.StringVar(&o.shotsFrom, "shots-from", "", "labelled `FILE` to draw the examples of -shots from; those that the set holds too are left out")
	fs.IntVar(&o.maxTokens, "max-tokens", 0, "end a reply after `N` tokens, instead of where the prompt says")
	fs.BoolFunc("constrain", "let the server allow a label and nothing else as the answer, or with =false anything; by default as the prompt says", func(v string) error {
		on, err := strconv.ParseBool(v)
		o.constrain = &on
		return err
	})
	fs.StringVar(&o.protocol, "protocol", "", "sample as the `NAME`d protocol of the suite says (study), instead of taking the most probable token")
	fs.StringVar(&o.seeds, "seeds", "1,2,3,4,5,6", "`SEEDS` of the passes of -protocol, one result each")
	fs.StringVar(&o.unparsed, "unparsed", string(score.Wrong), "how answers without a label count: wrong, or drop to see what leaving them out would have flattered")
	fs.BoolVar(&o.probabilities, "probabilities", false, "ask once more, unmeasured, for the probabilities of the labels")

	fs.IntVar(&o.threads, "threads", max(1, runtime.NumCPU()-1), "threads of the model; by default one core is left free, since a busy last core makes spinning threads slow")
	fs.IntVar(&o.concurrency, "concurrency", 1, "ask for `N` sentences at once, which the server computes together")
	fs.StringVar(&o.cache, "cache", warm, "warm: the server keeps the beginning that all prompts share; cold: it evaluates each prompt whole")
	fs.StringVar(&o.kvCache, "kv-cache", "", "`PRECISION` of the KV cache: f16, q8_0 or q4_0, with flash attention unless -flash-attention says otherwise; by default as Ollama chooses")
	fs.StringVar(&o.flashAttention, "flash-attention", "", "`true` or false; by default as Ollama chooses")
	fs.StringVar(&o.meter, "meter", "", "energy meter by `NAME`: rapl, perf, hwmon, battery, estimate, or one that needs an address; by default the best that can be read (go run ./tools/meter lists them)")
	fs.Func("idle", "measure the machine at rest for this `DURATION` before and after each pair, for net joules; 0s is not at all (default: as the suite says)", func(v string) error {
		d, err := time.ParseDuration(v)
		if err == nil && d < 0 {
			err = errors.New("want 0s or more")
		}
		o.idle = &d
		return err
	})
	fs.StringVar(&o.grid, "grid", carbon.World, "electricity grid by `CODE` (FRA; go run ./tools/grid lists them), as 'my site=123' in gCO2e/kWh, or live as electricitymaps:FR or ukcarbon")
	fs.Func("embodied", "what it took to make the machine, as `MASS/LIFETIME` (300kg/4y): reports gCO2e-sci/op, grams of electricity and of the machine's share", func(v string) (err error) {
		o.embodied, err = carbon.ParseEmbodied(v)
		return err
	})
	fs.Float64Var(&o.pue, "pue", 1, "power usage effectiveness: the site's power over the computers' power, 1 or more")

	fs.StringVar(&o.journal, "journal", "", "append every answer to this `FILE`, one line of JSON each")
	fs.StringVar(&o.log, "log", "", "append to this `FILE` how far the run is, a line a minute; without a terminal also by default, beside -journal, else in the user's cache")
	fs.BoolVar(&o.resume, "resume", false, "take the answers that -journal already has of each pair's last pass, and ask for the rest; no costs are reported for these")
	// Users' tests often have an -update of their own, with the same meaning.
	if fs.Lookup("update") == nil {
		fs.BoolVar(&o.update, "update", false, "record the golden files anew")
	}
	fs.StringVar(&o.accept, "accept-regression", "", "with -update, record answers that are worse than the golden ones, or to another set or prompt, for the reason `WHY`, which is written into the files")
}

// parsed completes the options from the parsed flags and refuses values that mean nothing.
func (o *options) parsed(fs *flag.FlagSet) error {
	if g, ok := fs.Lookup("update").Value.(flag.Getter); ok {
		o.update, _ = g.Get().(bool)
	}
	for _, n := range []struct {
		flag         string
		value, least int
	}{
		{"threads", o.threads, 1}, {"concurrency", o.concurrency, 1},
		{"sample", o.sample, 0}, {"shots", o.shots, 0}, {"max-tokens", o.maxTokens, 0},
	} {
		if n.value < n.least {
			return fmt.Errorf("bench: -%s %d: want %d or more", n.flag, n.value, n.least)
		}
	}
	if !(o.pue >= 1) || math.IsInf(o.pue, 0) {
		return fmt.Errorf("bench: -pue %v: want a number of 1 or more (a site uses at least what its computers use)", o.pue)
	}
	if o.unparsed != string(score.Wrong) && o.unparsed != string(score.Drop) {
		return fmt.Errorf("bench: -unparsed %s: want %s or %s", o.unparsed, score.Wrong, score.Drop)
	}
	switch {
	case o.cache != warm && o.cache != cold:
		return fmt.Errorf("bench: -cache %s: want %s or %s", o.cache, warm, cold)
	case o.cache == cold && o.concurrency > 1:
		return fmt.Errorf("bench: -cache cold -concurrency %d: the caches of requests that are computed together cannot be emptied one by one (ask with -concurrency 1)", o.concurrency)
	case o.kvCache != "" && !slices.Contains([]string{"f16", "q8_0", "q4_0"}, o.kvCache):
		return fmt.Errorf("bench: -kv-cache %s: want f16, q8_0 or q4_0", o.kvCache)
	case o.flashAttention != "" && o.flashAttention != "true" && o.flashAttention != "false":
		return fmt.Errorf("bench: -flash-attention %s: want true or false", o.flashAttention)
	case o.kvCache != "" && o.kvCache != "f16" && o.flashAttention == "false":
		return fmt.Errorf("bench: -kv-cache %s -flash-attention false: Ollama quantises the KV cache with flash attention only (leave one of the two out)", o.kvCache)
	case o.log != "" && o.log == o.journal:
		return fmt.Errorf("bench: -log %s: that is the journal, which must hold nothing but answers (name another file)", o.log)
	case o.prune && !o.pull:
		return fmt.Errorf("bench: -prune: it deletes what the run itself has pulled, which it does with -pull only")
	case o.resume && o.journal == "":
		return fmt.Errorf("bench: -resume: name the journal to go on from with -journal")
	case o.accept != "" && !o.update:
		return fmt.Errorf("bench: -accept-regression %q: it is for -update, which records golden answers", o.accept)
	case o.shotsFrom != "" && o.shots == 0:
		return fmt.Errorf("bench: -shots-from %s: say how many examples with -shots", o.shotsFrom)
	}
	if o.kvCache != "" && o.flashAttention == "" {
		o.flashAttention = "true" // for f16 too: of two things that differ, one could not tell which made the difference
	}
	for s := range strings.SplitSeq(o.seeds, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return fmt.Errorf("bench: -seeds %s: %q is no whole number (write them as in 1,2,3)", o.seeds, s)
		}
		if slices.Contains(o.samples, n) {
			return fmt.Errorf("bench: -seeds %s: %d stands twice, and would give the same answers (name each once)", o.seeds, n)
		}
		o.samples = append(o.samples, n)
	}
	return o.checkUpdate()
}

// checkUpdate refuses to record the answers to another question, or to other sentences, in the place of the suite's own.
func (o *options) checkUpdate() error {
	if !o.update {
		return nil
	}
	if o.protocol != "" {
		return fmt.Errorf("bench: -update -protocol %s: golden answers are the most probable ones, sampled ones differ from seed to seed (leave one of the two out)", o.protocol)
	}
	if other := o.otherQuestion(); other != "" && o.golden == "" {
		return fmt.Errorf("bench: -update with -%s would replace the golden answers of the suite's own set and prompt: name another folder with -golden", other)
	}
	return nil
}

// otherQuestion is the first flag that may make of the suite's question, or of its sentences, others; empty if none does.
func (o *options) otherQuestion() string {
	for _, other := range []struct {
		flag  string
		given bool
	}{
		{"set", o.set != ""}, {"sample", o.sample > 0}, {"prompt", o.prompt != ""}, {"shots", o.shots > 0},
		{"constrain", o.constrain != nil}, {"max-tokens", o.maxTokens > 0},
	} {
		if other.given {
			return other.flag
		}
	}
	return ""
}
