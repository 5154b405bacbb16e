// Miniature trains the suite's own models from scratch and writes them where the suite looks for them.
//
// Usage, from the project's root:
//
//	GOEXPERIMENT=simd go run ./tools/miniature -model phi3-mini   # train, write fixtures/models/phi3-mini.gguf
//	go run ./tools/miniature -model phi3-mini -eval FILE          # how good are the weights? beside naive Bayes
//	go run ./tools/miniature -table JOURNAL...                    # how good are all pairs? from answers that make bench kept
//
// The text is generated (package text), so nothing is downloaded and nobody's data are in the weights. The same flags
// give the same file, byte for byte, on the same architecture and kernel; the committed ones were made by the first
// command on amd64 with the kernel "avx2". Without GOEXPERIMENT=simd it takes many times as long, and rounds differently.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/joulebench/joulebench/tools/miniature/export"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(2)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("miniature", flag.ContinueOnError)
	f.SetOutput(stderr)
	model := f.String("model", recipes[0].Model, "which model: "+strings.Join(names(), ", "))
	n := f.Int("n", 0, "different sentences to train on (0: the model's own number)")
	steps := f.Int("steps", 0, "steps of sentences (0: the model's own number)")
	seed := f.Uint64("seed", 0, "of text, weights and order (0: the model's own)")
	out := f.String("o", "", "weights to write, or to read with -eval (default fixtures/models/MODEL.gguf)")
	threads := f.Int("threads", 0, "goroutines that compute (0: one a core); the result does not depend on it")
	eval := f.String("eval", "", "do not train: score the weights on this labelled set")
	tables := f.Bool("table", false, "do not train: score the answers in the journals named as arguments")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *tables {
		return table(f.Args(), stdout)
	}
	if f.NArg() > 0 {
		return fmt.Errorf("miniature: argument %q: there are only flags", f.Arg(0))
	}
	r, err := recipeFor(*model)
	if err != nil {
		return err
	}
	if min(*n, *steps, *threads) < 0 {
		return errors.New("miniature: -n, -steps and -threads must not be negative")
	}
	override(&r.Sentences, *n)
	override(&r.Steps, *steps)
	override(&r.Seed, *seed)
	if *out == "" {
		*out = filepath.Join("fixtures", "models", r.Model+".gguf")
	}
	if *eval != "" {
		return evaluate(r, *out, *eval, *threads, stdout)
	}
	file, err := train(r, *threads, newProgress(stderr))
	if err != nil {
		return err
	}
	if err := export.Write(*out, file); err != nil {
		return err
	}
	written := []string{*out}
	if r.Projector {
		written = append(written, strings.TrimSuffix(*out, ".gguf")+projectorSuffix+".gguf")
		if err := r.writeProjector(written[1]); err != nil {
			return err
		}
	}
	for _, path := range written {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("miniature: %w", err)
		}
		fmt.Fprintf(stdout, "%x  %s (kernel %s)\n", sha256.Sum256(data), path, file.Model.Kernel())
	}
	return nil
}

// override sets *v where a flag was given.
func override[T int | uint64](v *T, flag T) {
	if flag != 0 {
		*v = flag
	}
}
