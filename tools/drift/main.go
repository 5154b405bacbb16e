// Command drift prints which sentences a pair answers otherwise than the same
// model does at another precision, or than it did in another run:
//
//	go run ./tools/drift [-model NAME] [-from PRECISION] [-to PRECISION] [-set FILE] [-all] A [B]
//
// A and B are journals, as `go test ./bench -journal FILE` writes them, or golden
// answers (golden/<Suite>/<model>/<precision>.tsv, told by their .tsv).
//
//   - Of one journal, each pair is compared with the same model at the highest
//     precision that the journal has of it, in the order f32 f16 q8_0 q4_K_M
//     q4_K_S q4_0, or at the one that -from names. f32 holds the numbers of f16.
//   - Of two files, pairs of the same suite and model are compared, those of A
//     with those of B: precision by precision where both files have the same
//     ones, else the only one of A with the only one of B. Otherwise -from must
//     choose of A, and may have all of B compared with it, or the one that -to
//     names.
//
// Answers are compared sentence by sentence, so both must be to the same set,
// with the same right labels. Another prompt or other weights are no error, as
// they may be what is compared, and are said. Of a journal the first pass of a
// pair counts.
//
// F1 is macro-F1. Drift is the share of answers that changed, from right to wrong
// (or to no label), from wrong to right, or from one wrong answer to another: two
// pairs of equal F1 need not give the same answers. label-KL is the mean over
// sentences of D(p‖q), in nats, where p are the label probabilities of the left
// side and q those of the right (see score.KL). They stand in the journal of a
// run with -probabilities; where the first pass has none, those of a later pass
// of the same run count, as far as it gives the same answers. Reasons are
// compared as texts, but for white space.
//
// Below stand the sentences that flipped, left and right side by side, the worst
// first: ten of a comparison, or with -all all of them. Golden answers have the
// sentences' texts; for journals -set names the file to take them from.
//
// The exit status is 0 however much has drifted, since this is a report (the
// gate decides), and 1 on an error.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/joulebench/joulebench/bench/dataset"
	"github.com/joulebench/joulebench/tools/internal/command"
)

func main() {
	command.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) error {
	var c choice
	flags := flag.NewFlagSet("drift", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: drift [flags] A [B]")
		flags.PrintDefaults()
	}
	flags.StringVar(&c.model, "model", "", "compare the pairs of the model with this `NAME` only")
	flags.StringVar(&c.from, "from", "", "compare with this `PRECISION` (of A), instead of the highest")
	flags.StringVar(&c.to, "to", "", "compare this `PRECISION` (of B) only")
	set := flags.String("set", "", "take the texts of the sentences from this `FILE`, a labelled set")
	all := flags.Bool("all", false, "print all sentences that flipped, not the first ten of a comparison")
	names, err := command.Parse(flags, args)
	if err != nil {
		return err
	}
	if len(names) != 1 && len(names) != 2 {
		return fmt.Errorf("drift: want one journal, or two files to compare, got %d (usage: drift [flags] A [B])", len(names))
	}
	files := make([]*file, len(names))
	for i, name := range names {
		if files[i], err = read(name); err != nil {
			return err
		}
	}
	couples, notes, err := c.couples(files)
	if err != nil {
		return err
	}
	var texts *dataset.Set
	if *set != "" {
		if texts, err = dataset.Open(*set); err != nil {
			return err
		}
	}
	var out strings.Builder // a failure prints no half a report
	for i, couple := range couples {
		compared, err := compare(couple)
		if err != nil {
			return err
		}
		if texts != nil {
			if err := compared.addTexts(texts); err != nil {
				return err
			}
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		compared.print(&out, len(files) == 2, *all)
	}
	for i, note := range notes {
		if i == 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "note: %s\n", note)
	}
	_, err = io.WriteString(stdout, out.String())
	return err
}
