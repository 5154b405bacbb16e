package gate

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	update      = flag.Bool("update", false, "write testdata anew: the proof, or with -spreads the spreads")
	spreadsFrom = flag.String("spreads", "", "files of recorded sittings to take spreads from, a pattern seen from bench/gate")
	spreadsIn   = filepath.Join("testdata", "spreads.tsv")
)

const spreadsTitle = `# Costs of an unchanged pair: standard deviations of the logs within a sitting and between the means of sittings, the
# samples they are of, and the correlations within a sitting. Of 0 samples is what is not measured: it spreads like
# sec/op, and moves with nothing.
# go test ./bench/gate -run TestSpreads -update -spreads '../../golden/hosts/*/*.txt' records them anew.
`

func (s *spreads) format() string {
	var b strings.Builder
	columns := strings.Join(costUnits(), "\t")
	fmt.Fprintf(&b, "%s# source: %s\nunit\twithin\tbetween\tsamples\t%s\n", spreadsTitle, s.source, columns)
	for u, unit := range costUnits() {
		fmt.Fprintf(&b, "%s\t%.4f\t%.4f\t%d", unit, s.within[u], s.between[u], s.samples[u])
		for _, r := range s.correlation[u] {
			fmt.Fprintf(&b, "\t%.3f", r)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

// readSpreads reads what format writes.
func readSpreads(t *testing.T) *spreads {
	t.Helper()
	s := &spreads{}
	scan := bufio.NewScanner(strings.NewReader(read(t, spreadsIn)))
	for units := costUnits(); scan.Scan(); {
		fields := strings.Split(scan.Text(), "\t")
		if source, ok := strings.CutPrefix(fields[0], "# source: "); ok {
			s.source = source
		} else if !strings.HasPrefix(fields[0], "#") && fields[0] != "unit" {
			require.Len(t, fields, 4+len(units), scan.Text())
			require.Equal(t, units[len(s.samples)], fields[0], "the order of costUnits")
			numbers := make([]float64, len(fields)-1)
			for i := range numbers {
				_, err := fmt.Sscan(fields[i+1], &numbers[i])
				require.NoError(t, err, scan.Text())
			}
			s.within, s.between = append(s.within, numbers[0]), append(s.between, numbers[1])
			s.samples = append(s.samples, int(numbers[2]))
			s.correlation = append(s.correlation, numbers[3:])
		}
	}
	require.Len(t, s.samples, len(costUnits()))
	s.lower = cholesky(t, s.correlation)
	return s
}

// TestSpreads: the fixture reads and writes back as it is; with -update and -spreads it is recorded anew.
func TestSpreads(t *testing.T) {
	if *update && *spreadsFrom != "" {
		files, err := filepath.Glob(*spreadsFrom)
		require.NoError(t, err)
		require.NotEmpty(t, files, "no file is called %s (seen from bench/gate)", *spreadsFrom)
		var all []*sittings
		count := 0
		for _, file := range files {
			s, err := readSittings(file)
			require.NoError(t, err)
			all, count = append(all, s), count+len(s.all)
		}
		s, err := spreadsOf(all)
		require.NoError(t, err)
		s.source = fmt.Sprintf("%d sittings in %d files", count, len(files))
		require.NoError(t, os.WriteFile(spreadsIn, []byte(s.format()), 0o644))
	}
	s := readSpreads(t)
	require.Equal(t, read(t, spreadsIn), s.format(), "nothing is lost in reading")
	require.NotEmpty(t, s.source)
}
