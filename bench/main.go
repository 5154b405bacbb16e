package bench

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/joulebench/joulebench/bench/ollama"
)

// Main is all of a TestMain. It reads the flags, loads the suite, writes the configuration lines if benchmarks are
// going to run, runs the tests and benchmarks, and ends the server. It does not return.
//
// The exit status is 2 if the suite, a flag or a file is unusable, or if the server could not be ended.
func Main(m *testing.M, s *Suite) {
	ollama.Guard() // must come first: this process may have been started to guard a server
	os.Exit(s.main(m, os.Args[1:]))
}

func (s *Suite) main(m *testing.M, args []string) (status int) {
	var o options
	o.register(flag.CommandLine)
	if err := flag.CommandLine.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if flagValue("test.list") != "" {
		return m.Run()
	}
	err := o.parsed(flag.CommandLine)
	if err == nil {
		s.run, err = open(s, o)
	}
	if err == nil {
		err = s.run.openProgress()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer func() {
		if err := s.run.close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 2
		}
	}()
	if s.benchmarked(flagValue("test.bench")) {
		if err := s.run.header(context.Background(), os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
	}
	return m.Run()
}

func flagValue(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// benchmarked tells whether -bench chooses the suite's own benchmark. Another one in the same binary needs no server.
func (s *Suite) benchmarked(pattern string) bool {
	if pattern == "" {
		return false
	}
	first, _, _ := strings.Cut(pattern, "/")
	matched, err := regexp.MatchString(first, "Benchmark"+s.Name)
	return err != nil || matched // package testing reports the broken pattern
}
