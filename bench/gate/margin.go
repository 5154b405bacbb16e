package gate

import (
	"fmt"

	"github.com/joulebench/joulebench/bench/score"
)

// DefaultMargin is the margin of a pair to which nobody has given another, for
// a set of n sentences, and the reason that goes with it.
//
// It is the smallest loss that the set can tell from chance. Each CPU library
// of Ollama rounds in its own way, so the same weights may answer some
// sentences otherwise on another machine, in either direction: d = n/100 flips,
// rounded up, are allowed for. That is an allowance, not a measurement (of the
// 2-million-parameter miniature, 0 of 300 answers differed between Ollama
// 0.17.4's haswell, sandybridge and x64 libraries at f16, q8_0 and q4_K_M,
// 2026-11-22; larger models have closer calls). Of d flips, b right→wrong
// and d−b wrong→right, the exact one-sided McNemar test calls a loss at 5 %
// from some b on; with fewer than 5 flips it never does (1/2⁴ = 6.25 %, 1/2⁵ =
// 3.125 %), hence d is at least 5. The net loss 2b−d, over n, is the margin:
//
//	n = 100: 5 of 5 flips, 5/100 = 0.05
//	n = 200: 5 of 5 flips, 5/200 = 0.025
//	n = 1000: 9 of 10 flips, (9−1)/1000 = 0.008
//	n = 5842: 37 of 59 flips, (37−22)/5842 = 0.0026
//
// One net flip moves macro-F1 by about 1/n, as it does accuracy, where the
// labels are about equally frequent: the F1 of the label that is missed falls
// by about (2−F1)/D, that of the label given instead by F1/D, with D = 2n/L for
// L labels, and the mean over L of their sum 2/D is 1/n.
//
// Below 50 sentences this would let more than a tenth pass, so there 0.1 it is:
// stricter than the test could justify, since a gate that never closes is none.
func DefaultMargin(n int) (margin float64, reason string) {
	const alpha, most = 0.05, 0.1
	flips := max(5, (n+99)/100)
	broke := flips
	for broke > 0 {
		if p, _ := score.McNemar(broke-1, flips-broke+1); p > alpha {
			break
		}
		broke--
	}
	net := 2*broke - flips
	// Rounded up to 4 decimals, so that a loss of exactly net still passes.
	margin = float64((net*1e4+n-1)/max(n, 1)) / 1e4
	if margin > most {
		return most, fmt.Sprintf("default for %d sentences, which are too few to tell a smaller loss than %d flips from chance", n, net)
	}
	return margin, fmt.Sprintf("default for %d sentences: the net loss of %d is the least that an exact one-sided McNemar test calls at 5 %% among %d flips, and 1 %% may flip with the CPU build", n, net, flips)
}
