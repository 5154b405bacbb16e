package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/joulebench/joulebench/bench/score"
)

// print writes the comparison as a person reads it. files says whether sides are
// named by their files as well.
func (r *comparison) print(b *strings.Builder, files, all bool) {
	line := func(format string, args ...any) { fmt.Fprintf(b, "  "+format+"\n", args...) }
	old, new := plain(r.old.Precision), plain(r.new.Precision)
	if files {
		old, new = r.old.where(), r.new.where()
	}
	fmt.Fprintf(b, "%s: %s → %s\n", plain(r.old.Model), old, new)
	line("%d sentences of %s, F1 %.4f → %.4f%s", r.drift.Sentences, plain(r.old.set), r.oldF1, r.newF1, r.verdict())
	line("answers changed %d (drift %.4f): %s %d, %s %d, %s %d", r.drift.Flipped(), r.drift.Share(),
		score.Broke, r.drift.Broke, score.Fixed, r.drift.Fixed, score.Other, r.drift.Other)
	line("%s", r.kl.describe(r.drift.Sentences))
	if s := r.reasons.describe(); s != "" {
		line("%s", s)
	}
	if r.old.prompt != r.new.prompt {
		line("another prompt: %s → %s", plain(r.old.prompt), plain(r.new.prompt))
	}
	if r.old.digest != r.new.digest {
		line("other weights: %s → %s", plain(r.old.digest), plain(r.new.digest))
	}
	for i, a := range []*answers{r.old, r.new} {
		if a.unsteady > 0 {
			line("unsteady: %s answered %d of the sentences otherwise in a later one of %d passes; the first counts",
				[]string{old, new}[i], a.unsteady, a.passes)
		}
	}
	if r.texts != "" && r.drift.Flipped() > 0 {
		line("texts from %s", plain(r.texts))
	}
	r.printFlips(b, all)
}

// verdict tells two lots of answers apart whose F1 looks the same.
func (r *comparison) verdict() string {
	if fmt.Sprintf("%.4f", r.oldF1) != fmt.Sprintf("%.4f", r.newF1) {
		return ""
	}
	if r.drift.Flipped() == 0 {
		return ": the same answers"
	}
	return ": equal F1 (to 4 decimals), other answers"
}

// describe says over how many of n sentences the mean is.
func (d divergence) describe(n int) string {
	if d.sentences == 0 {
		return "label-KL none: no sentence has label probabilities on both sides " +
			"(they stand in journals of runs with -probabilities)"
	}
	s := fmt.Sprintf("label-KL %.3g nats over %d of %d", d.sum/float64(d.sentences), d.sentences, n)
	if d.infinite > 0 {
		s += fmt.Sprintf(" (infinite for %d, where a label has no probability left)", d.infinite)
	}
	return s
}

// describe is empty where no side gives reasons.
func (r reasons) describe() string {
	if r.both+r.oneSided == 0 {
		return ""
	}
	s := fmt.Sprintf("reasons changed %d of %d (%d although the label stayed)", r.changed, r.both, r.kept)
	if r.oneSided > 0 {
		s += fmt.Sprintf("; on one side only %d", r.oneSided)
	}
	return s
}

// printFlips writes a block for each sentence that flipped, worst first.
func (r *comparison) printFlips(b *strings.Builder, all bool) {
	const few = 10
	left := few
	if all {
		left = r.drift.Flipped()
	}
	for _, kind := range []score.Flip{score.Broke, score.Other, score.Fixed} {
		flips := r.flips[kind]
		flips = flips[:min(left, len(flips))]
		left -= len(flips)
		if len(flips) > 0 {
			fmt.Fprintf(b, "  %s:\n", kind)
		}
		for _, f := range flips {
			f.print(b)
		}
	}
	if more := r.drift.Flipped() - few; more > 0 && !all {
		fmt.Fprintf(b, "  and %d more (-all)\n", more)
	}
}

func (f flip) print(b *strings.Builder) {
	fmt.Fprintf(b, "    %s is %s", plain(f.old.ID), plain(f.old.Want))
	if f.text != "" {
		fmt.Fprintf(b, ": %q", f.text)
	}
	b.WriteByte('\n')
	rows := [][2]string{{f.old.answer(), f.new.answer()}}
	if f.old.reason != "" || f.new.reason != "" {
		rows = append(rows, [2]string{f.old.because(), f.new.because()})
	}
	width := 0
	for _, row := range rows {
		width = max(width, utf8.RuneCountInString(row[0]))
	}
	for _, row := range rows {
		fmt.Fprintf(b, "      %-*s | %s\n", width, row[0], row[1])
	}
}

// answer is the label that was given, with its probability where it is known.
func (s sentence) answer() string {
	if p, ok := s.probabilities[s.Got]; ok {
		return fmt.Sprintf("%s %.4f", plain(s.Got), p)
	}
	return plain(s.Got)
}

func (s sentence) because() string {
	if s.reason == "" {
		return "no reason"
	}
	return strconv.Quote(s.reason)
}

// plain is s as it is, or quoted if it could play with the terminal: files are
// written by others.
func plain(s string) string {
	if q := strconv.Quote(s); q != `"`+s+`"` || s == "" {
		return q
	}
	return s
}
