package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/joulebench/joulebench/bench/breakeven"
	"github.com/joulebench/joulebench/bench/gate"
)

var withoutCPU = regexp.MustCompile(`(?m)^ollama-cpu: .*without`)

// conclude prints the table and where the results are, and has the gate judge them if there is a base. The status is the
// gate's.
func (m *measurement) conclude(ctx context.Context) (status int, err error) {
	tableErr := m.table(ctx)
	for _, s := range m.files() {
		text, err := os.ReadFile(s.text())
		if err != nil {
			return 0, fmt.Errorf("measure: %w", err)
		}
		if withoutCPU.Match(text) {
			fmt.Fprintln(m.stdout, "WARNING: the server does not use what this CPU can: these joules say nothing about the Ollama that people run")
		}
		// What the gate does not read, such as sampled answers, has no single line a pass to follow.
		if results, err := gate.ReadResults(s.text()); err == nil {
			for _, drift := range results.Unstable() {
				fmt.Fprintf(m.stdout, "WARNING: unstable: %s: the machine was not the same at the end as at the beginning\n", drift)
			}
		}
	}
	for _, s := range m.files() {
		what := "results"
		if s.name == "base" {
			what = "base"
		}
		fmt.Fprintf(m.stdout, "%s: %s (answers: %s)\n", what, m.shown(s.text()), m.shown(s.journal()))
	}
	if m.sweep == "" {
		fmt.Fprintln(m.stdout, breakEven(m.sides[len(m.sides)-1].text()))
	}
	if len(m.failed) > 0 {
		return 0, errors.Join(tableErr, fmt.Errorf("measure: failed, and not among the results: %s (why stands above)", m.failedPairs()))
	}
	if m.gate == "" {
		return statusPass, tableErr
	}
	status, err = m.judge(ctx)
	return status, errors.Join(tableErr, err)
}

// breakEven says in one line from which length of answer on fewer bits cost less by these results, or why they do not tell:
// it is a remark on what was measured, and never fails a run.
func breakEven(results string) string {
	tables, err := breakeven.Read([]string{results}, breakeven.Options{})
	if err != nil {
		return "break-even: not known: " + err.Error()
	}
	return breakeven.Line(tables)
}

// table prints benchstat's table: pairs by precision, by the values of a sweep, or where there is a base, what the pairs were
// and are.
func (m *measurement) table(ctx context.Context) error {
	ignored := "/seed"
	if m.sweep != "" {
		ignored += ",ollama-settings" // which follow from the values
	}
	args := []string{"tool", "benchstat", "-filter", m.filter, "-ignore", ignored}
	switch {
	case m.sweep != "":
		args = append(args, "-row", "/model,/precision", "-col", m.swept.key, m.shown(m.sides[0].text()))
	case m.base == "":
		args = append(args, "-row", "/model", "-col", "/precision", m.shown(m.sides[0].text()))
	default:
		args = append(args, "-row", "/model,/precision", "-col", ".file")
		for _, s := range m.sides {
			args = append(args, s.name+"="+m.shown(s.text()))
		}
	}
	cmd := m.guard.command(ctx, m.root, "go", args...)
	cmd.Stdout, cmd.Stderr = m.stdout, m.stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("measure: go tool benchstat: %w", err)
	}
	return nil
}

// judge runs the gate; what it finds is its exit status, and no error.
func (m *measurement) judge(ctx context.Context) (status int, err error) {
	args := []string{"-golden", m.golden}
	if m.subset {
		args = append(args, "-subset")
	}
	args = append(args, "-base", m.shown(m.sides[0].text()), m.shown(m.sides[1].text()))
	cmd := m.guard.command(ctx, m.root, m.gate, args...)
	cmd.Stdout, cmd.Stderr = m.stdout, m.stderr
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if err != nil {
		err = fmt.Errorf("measure: the gate: %w", err)
	}
	return 0, err
}

// shown is a path as one would type it in the module's root.
func (m *measurement) shown(path string) string {
	if rel, err := filepath.Rel(m.root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
