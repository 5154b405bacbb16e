package gate

import (
	"bufio"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A proof simulates runs and counts verdicts. The same runs are drawn each time, so that the first of them are those
// of any test, and the report's are more of the same: -update draws those and records the counts after so many runs
// of each kind.
type proof struct {
	spreads  *spreads
	recorded map[string]tally // by scenario and size
	counted  map[string]bool  // which of them were
}

// size is how many runs of a scenario are drawn: with -short, in a test, and for the report, with -update.
type size int

const (
	short size = iota
	normal
	report
)

func (s size) String() string { return [...]string{"short", "test", "report"}[s] }

func thisSize() size {
	switch {
	case *update:
		return report
	case testing.Short():
		return short
	}
	return normal
}

// outcome is what the gate found in a run, and whether some other method would call it regressed.
type outcome struct {
	Verdict
	other bool
}

// tally counts outcomes.
type tally struct{ runs, regressed, inconclusive, pass, other int }

func (c *tally) add(o outcome) {
	c.runs++
	switch o.Verdict {
	case Regressed:
		c.regressed++
	case Pass:
		c.pass++
	case Inconclusive:
		c.inconclusive++
	}
	if o.other {
		c.other++
	}
}

var proofIn = filepath.Join("testdata", "proof.tsv")

const proofTitle = "# Simulated runs and what the gate found in them; `go test ./bench/gate -run TestProof -update` counts anew.\n" +
	"scenario\tsize\truns\tregressed\tinconclusive\tpass\tother\n"

func readProof(t *testing.T) *proof {
	t.Helper()
	p := &proof{spreads: readSpreads(t), recorded: map[string]tally{}, counted: map[string]bool{}}
	rest, ok := strings.CutPrefix(read(t, proofIn), proofTitle)
	require.True(t, ok, proofIn)
	for scan := bufio.NewScanner(strings.NewReader(rest)); scan.Scan(); {
		fields := strings.SplitN(scan.Text(), "\t", 3)
		require.Len(t, fields, 3)
		var c tally
		_, err := fmt.Sscan(fields[2], &c.runs, &c.regressed, &c.inconclusive, &c.pass, &c.other)
		require.NoError(t, err, scan.Text())
		p.recorded[fields[0]+"\t"+fields[1]] = c
	}
	return p
}

// write leaves out scenarios that are no more; parts of the proof (-run TestProof/costs -update) leave the others alone.
func (p *proof) write(t *testing.T) {
	t.Helper()
	if !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		maps.DeleteFunc(p.recorded, func(key string, _ tally) bool { return !p.counted[key] })
	}
	var b strings.Builder
	b.WriteString(proofTitle)
	for _, key := range sortedKeys(p.recorded) {
		c := p.recorded[key]
		fmt.Fprintf(&b, "%s\t%d\t%d\t%d\t%d\t%d\n", key, c.runs, c.regressed, c.inconclusive, c.pass, c.other)
	}
	require.NoError(t, os.WriteFile(proofIn, []byte(b.String()), 0o644))
}

// count draws runs of a scenario, so many of each size, holds the counts against the recorded ones, and returns those
// of this size and those of the report.
func (p *proof) count(t *testing.T, scenario string, runs [3]int, run func(*rand.Rand) outcome) (now, reported tally) {
	t.Helper()
	hash := fnv.New64a()
	hash.Write([]byte(scenario))
	random := rand.New(rand.NewPCG(hash.Sum64(), 1))
	for s := short; s <= thisSize(); s++ {
		for now.runs < runs[s] {
			now.add(run(random))
		}
		key := scenario + "\t" + s.String()
		p.counted[key] = true
		if *update {
			p.recorded[key] = now
		}
		if p.recorded[key] != now {
			t.Errorf("%s: %+v, recorded are %+v: the gate or the spreads have changed (-run TestProof -update counts anew)",
				scenario, now, p.recorded[key])
		}
	}
	return now, p.recorded[scenario+"\t"+report.String()]
}

// atMost is the number of n runs that is exceeded with a chance of at most tail where each has a chance of p: the
// quantile of the binomial distribution at 1 − tail.
func atMost(n int, p, tail float64) int {
	logs := func(k int) float64 {
		choose := lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1)
		return choose + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p)
	}
	sum := 0.0
	for k := n; k > 0; k-- {
		if sum += math.Exp(logs(k)); sum > tail {
			return k
		}
	}
	return 0
}

func lgamma(n int) float64 {
	v, _ := math.Lgamma(float64(n))
	return v
}

// TestAtMost: R's qbinom(0.999, n, p) is 131 of 2,000 at 5 %, 40 of 50 at 60 %; of 4 at 50 % more than 3 come in 1/16.
func TestAtMost(t *testing.T) {
	require.Equal(t, 4, atMost(4, 0.5, 0.06))
	require.Equal(t, 3, atMost(4, 0.5, 0.07))
	for _, tt := range []struct {
		n    int
		p    float64
		want int
	}{{2000, 0.05, 131}, {50, 0.6, 40}} {
		require.Equal(t, tt.want, atMost(tt.n, tt.p, 0.001))
	}
}
