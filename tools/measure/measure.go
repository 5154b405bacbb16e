package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A measurement is one run of this command: of one side, or of two in turns.
type measurement struct {
	options
	root           string // of the working tree's module
	stdout, stderr io.Writer
	guard          *keeper
	gate           string   // the built gate, "" without -base
	sides          []*side  // the base, if there is one, and last the working tree
	ordered        bool     // the order of the pairs can be chosen
	failed         []string // pairs that failed in some pass
}

// measure does all that the options say. However it returns, nothing that it started runs on and the base's folder is gone.
func measure(o options, stdout, stderr io.Writer) (status int, err error) {
	if err := o.check(); err != nil {
		return 0, err
	}
	m := &measurement{options: o, stdout: stdout, stderr: stderr}
	if m.root, err = os.Getwd(); err == nil {
		m.results, err = filepath.Abs(o.results)
	}
	if err == nil {
		err = os.MkdirAll(m.results, 0o755)
	}
	if err != nil {
		return 0, fmt.Errorf("measure: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends this process at once, and its guard does the rest

	var base commit
	if m.base != "" {
		forgetHook()
		if base, err = resolve(m.root, m.base); err == nil {
			err = removeLeftovers(m.root)
		}
		if err != nil {
			return 0, err
		}
	}
	if m.guard, err = startGuard(m.root, m.base != ""); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, m.guard.close()) }()
	if err := m.build(ctx, base); err != nil {
		if ctx.Err() != nil {
			err = errors.New("measure: interrupted while building")
		}
		return 0, err
	}
	if err := m.passes(ctx); err != nil {
		return 0, err
	}
	return m.conclude(ctx)
}

// build builds all that the run needs: what does not build should not be found out after hours of measuring.
func (m *measurement) build(ctx context.Context, base commit) error {
	out := filepath.Join(m.results, time.Now().UTC().Format("20060102T150405Z"))
	now := &side{name: "new", dir: m.root, binary: m.program("bench.test"), out: out}
	m.sides = []*side{now}
	if m.base != "" {
		fmt.Fprintf(m.stdout, "base: %s\n", base)
		old := &side{name: "base", binary: m.program("base.test"), out: out + ".base"}
		m.sides = []*side{old, now}
		var err error
		if old.dir, err = m.checkOut(ctx, base); err != nil {
			return err
		}
		if err := m.buildServer(ctx, old.dir); err != nil {
			return err
		}
		m.gate = m.program("gate")
		if err := m.compile(ctx, "the gate", m.root, "build", "-o", m.gate, "./tools/gate"); err != nil {
			return err
		}
	}
	m.ordered = true
	for _, s := range m.sides {
		if err := m.buildTest(ctx, s); err != nil {
			return err
		}
		if m.seed != 0 && !m.knowsOrder(ctx, s) {
			// Of both sides: else a pair would have its turn early in the passes of one and late in those of the other.
			fmt.Fprintf(m.stdout, "%s knows no -order: all passes are in the table's order\n", s.name)
			m.ordered = false
		}
	}
	if m.sweep != "" {
		m.sides = m.sweepSides(now)
	}
	return ctx.Err()
}

// passes runs all passes. Both the order of the pairs and that of the sides are reversed from one to the next.
func (m *measurement) passes(ctx context.Context) error {
	order, turns := m.seed, slices.Clone(m.sides)
	if !m.ordered {
		order = 0
	}
	for i := range m.count {
		for _, s := range turns {
			what := fmt.Sprintf("pass %d of %d over all pairs", i+1, m.count)
			if order != 0 {
				what += fmt.Sprintf(" in order %d", order)
			}
			if len(turns) > 1 {
				what += ": " + s.name
			}
			fmt.Fprintln(m.stdout, what)
			said, err := m.pass(ctx, s, order)
			switch {
			case err == nil:
			case ctx.Err() != nil:
				return fmt.Errorf("measure: interrupted in %s: what is done is in %s", what, s.part())
			default:
				_, _ = m.stdout.Write(said)
				return fmt.Errorf("measure: %s: %w", what, err)
			}
		}
		order = -order
		slices.Reverse(turns)
	}
	for _, s := range m.files() {
		if err := os.Rename(s.part(), s.text()); err != nil {
			return fmt.Errorf("measure: %w", err)
		}
	}
	return nil
}

// compile runs the go command in dir; what it says belongs into the error, since that is what has to be mended.
func (m *measurement) compile(ctx context.Context, what, dir string, args ...string) error {
	out, err := m.guard.command(ctx, dir, "go", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("measure: building %s in %s: %w\n%s", what, dir, err, strings.TrimSpace(string(out)))
	}
	return nil
}
