package gate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// report writes the tables of testdata/proof.md, or holds those that are there against what was counted.
func (p *proof) report(t *testing.T) {
	_, _, _, source := recordedRounds(t)
	got := p.format(source)
	file := filepath.Join("testdata", "proof.md")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	if diff := cmp.Diff(read(t, file), got); diff != "" {
		t.Errorf("%s is out of date (-run TestProof -update writes it anew; -there +counted):\n%s", file, diff)
	}
}

func (p *proof) of(scenario string) tally { return p.recorded[scenario+"\t"+report.String()] }

func (p *proof) format(measured string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Runs in which nothing changed, drawn from spreads (%s), or as measured (%s). At most 5 %% may be "+
		"found regressed:\n\n", p.spreads.source, measured)
	b.WriteString("| no change | runs | regressed | inconclusive | pass | plain tests at 5 % cry |\n|---|--:|--:|--:|--:|--:|\n")
	for _, scenario := range []string{aaTurns, aaRecorded, aaSittings, aaBalanced, aaStudy, aaTwoDays} {
		c := p.of(scenario)
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s |\n",
			scenario, c.runs, fine(c.regressed, c), fine(c.inconclusive, c), fine(c.pass, c), fine(c.other, c))
	}
	c := p.of(promisedCosts)
	fmt.Fprintf(&b, "\nOne metric that got worse, beside 89 others: %% of runs found regressed / inconclusive / pass. In "+
		"a whole run of 15 pairs, +10 %% at 10 samples and a spread of 3 %% is found in %s of %d.\n\n", fine(c.regressed, c), c.runs)
	b.WriteString("| spread | samples a side |")
	for _, change := range changesTried {
		fmt.Fprintf(&b, " %+g %% |", 100*change)
	}
	b.WriteString("\n|--:|--:|" + strings.Repeat("---|", len(changesTried)) + "\n")
	for _, spread := range spreadsTried {
		for _, n := range sampleSizes {
			fmt.Fprintf(&b, "| %g %% | %d |", 100*spread, n)
			for _, change := range changesTried {
				fmt.Fprintf(&b, " %s |", p.of(costCell(n, spread, change)).shares())
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("\nAnswers of one pair that got worse, beside 14 others: % of runs found regressed / inconclusive / pass, " +
		"and in brackets what the unpaired two-proportion z-test finds in the same answers.")
	for _, tt := range []struct {
		n           int
		churn, lost float64
	}{{500, 0.07, 0.05}, {5842, 0.05, 0.015}} {
		c := p.of(promisedAnswers(tt.n, tt.churn, tt.lost))
		fmt.Fprintf(&b, " %g points of %d sentences at a churn of %.4g %% are found in %s of %d (%s).",
			100*tt.lost, tt.n, 100*tt.churn, fine(c.regressed, c), c.runs, fine(c.other, c))
	}
	b.WriteString("\n\n| sentences | churn |")
	for _, lost := range lostTried {
		fmt.Fprintf(&b, " %g lost |", 100*lost)
	}
	b.WriteString("\n|--:|--:|" + strings.Repeat("---|", len(lostTried)) + "\n")
	for _, n := range sentencesTried {
		for _, churn := range churnTried {
			fmt.Fprintf(&b, "| %d | %.4g %% |", n, 100*churn)
			for _, lost := range lostTried {
				c := p.of(answerCell(n, churn, lost))
				fmt.Fprintf(&b, " %s (%s) |", c.shares(), whole(c.other, c))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// shares are those of the verdicts in whole percent.
func (c tally) shares() string {
	return whole(c.regressed, c) + " / " + whole(c.inconclusive, c) + " / " + whole(c.pass, c)
}

func whole(k int, of tally) string { return fmt.Sprintf("%.0f", 100*float64(k)/float64(of.runs)) }

func fine(k int, of tally) string { return fmt.Sprintf("%.1f %%", 100*float64(k)/float64(of.runs)) }
