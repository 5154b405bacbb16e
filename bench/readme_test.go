package bench

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the README promises is held against what there is.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	readme := string(data)

	example, err := os.ReadFile("example/reviews_test.go")
	require.NoError(t, err)
	_, code, _ := strings.Cut(string(example), "package example_test\n\n")
	require.True(t, strings.Contains(readme, "```go\n"+code+"```"), "the README shows bench/example as it is")
	require.Less(t, strings.Count(code, "\n"), 30, "a task of one's own is gated in under 30 lines")

	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	targets := regexp.MustCompile("(?:`|    )make ([a-z]+)").FindAllStringSubmatch(readme, -1)
	require.NotEmpty(t, targets)
	for _, m := range targets {
		require.Contains(t, string(makefile), "\n"+m[1]+":", "make %s", m[1])
	}

	var o options
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	o.register(fs)
	goes := " o run bench benchtime filter table recompute watch row col ignore count golden html v update file against all model from to alpha across base format inconclusive subset line json " // of go test, benchstat and our tools
	for _, m := range regexp.MustCompile("[ `(]-([a-z]+)[ `']").FindAllStringSubmatch(readme, -1) {
		require.True(t, fs.Lookup(m[1]) != nil || strings.Contains(goes, " "+m[1]+" "), "the README names -%s", m[1])
	}
	for _, u := range units {
		require.True(t, strings.Contains(readme, "`"+u.name+"`"), "%s: a metric without an explanation", u.name)
	}
	fs.VisitAll(func(f *flag.Flag) {
		require.True(t, regexp.MustCompile("[ `(]-"+f.Name+"[ `'=)]").MatchString(readme), "-%s: a flag that the README does not tell of", f.Name)
	})
	require.False(t, strings.Contains(readme, "@@"), "a passage that was never filled in")
}
