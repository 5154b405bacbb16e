package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
)

// A side is one state of the code, and what its passes have written.
type side struct {
	name   string   // base or new, as in the head of the table
	dir    string   // root of its module
	binary string   // of its tests
	flags  []string // of its own
	out    string   // its results, without extension
}

func (s *side) part() string    { return s.out + ".part" } // of a run that is not at its end
func (s *side) text() string    { return s.out + ".txt" }
func (s *side) journal() string { return s.out + ".jsonl" }
func (s *side) bench() string   { return filepath.Join(s.dir, "bench") } // where go test would run it

// program is the path of a binary among the results.
func (m *measurement) program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(m.results, name)
}

func (m *measurement) buildTest(ctx context.Context, s *side) error {
	// Of a package without tests go test makes no binary, and that is no error: an older one must not be taken for it.
	if err := os.Remove(s.binary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("measure: %w", err)
	}
	if err := m.compile(ctx, s.name, s.dir, "test", "-c", "-o", s.binary, "./bench"); err != nil {
		return err
	}
	if _, err := os.Stat(s.binary); err != nil {
		return fmt.Errorf("measure: %s: ./bench has no tests to run: %w", s.name, err)
	}
	return nil
}

var orderFlag = regexp.MustCompile(`(?m)^\s+-order\b`)

// knowsOrder asks the binary for its flags. That it ends with an error after it has listed them is no matter.
func (m *measurement) knowsOrder(ctx context.Context, s *side) bool {
	flags, _ := m.guard.command(ctx, s.bench(), s.binary, "-h").CombinedOutput()
	return orderFlag.Match(flags)
}

// pass runs all pairs once and appends the results. With an error it returns what was printed. That a pair failed is none:
// the others' results are as good as ever.
func (m *measurement) pass(ctx context.Context, s *side, order int) (said []byte, err error) {
	out, err := os.OpenFile(s.part(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	before, err := out.Stat()
	if err != nil {
		return nil, err
	}
	args := []string{"-test.run", "^$", "-test.bench", "^BenchmarkSentiment$", "-test.benchtime", "1x", "-test.timeout", "0",
		"-journal", s.journal()}
	if order != 0 {
		args = append(args, "-order", strconv.Itoa(order))
	}
	cmd := m.guard.command(ctx, s.bench(), s.binary, slices.Concat(args, m.flags, s.flags)...)
	cmd.Stdout, cmd.Stderr = out, m.stderr
	failed := cmd.Run()
	all, err := os.ReadFile(s.part())
	if err != nil {
		return nil, err
	}
	said = all[before.Size():]
	if results, faults, pairs, ok := sift(said); failed != nil && ok {
		m.failed = append(m.failed, pairs...)
		_, _ = m.stdout.Write(faults)
		return said, os.WriteFile(s.part(), append(all[:before.Size()], results...), 0o644)
	}
	switch {
	case failed != nil:
		return said, fmt.Errorf("%s: %w", s.binary, failed)
	case !bytes.HasSuffix(said, []byte("\nPASS\n")) && string(said) != "PASS\n":
		return said, fmt.Errorf("%s is cut short: is the disk full?", s.part())
	}
	return said, nil
}
