package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/joulebench/joulebench/bench/ollama"
)

// A commit is what -base means.
type commit struct {
	hash, subject string
	prefix        string // way from the root of the repository to that of the module, "" where they are one
}

func (c commit) String() string { return c.hash[:min(10, len(c.hash))] + " " + c.subject }

// forgetHook drops what a git hook that runs this is told about its repository: git worktree add would write the base's index
// over the one that is named there.
func forgetHook() {
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"} {
		os.Unsetenv(name)
	}
}

// resolve finds the commit that base names in the repository of root. A shallow clone is fine where it has that commit:
// nothing is read of its history.
func resolve(root, base string) (c commit, err error) {
	shallow, err := git(root, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return c, fmt.Errorf("measure: -base %s: %s is not in a git repository that can be read, and a base is one of its commits (clone the repository): %w", base, root, err)
	}
	if c.hash, err = git(root, "rev-parse", "--verify", "--quiet", base+"^{commit}"); err != nil {
		if shallow == "true" {
			return c, fmt.Errorf("measure: -base %s: no such commit in this shallow clone: git fetch --unshallow (in CI: a checkout with fetch-depth 0)", base)
		}
		return c, fmt.Errorf("measure: -base %s: no such commit (name one that git log knows; git fetch brings those of others, as origin/NAME)", base)
	}
	if c.prefix, err = git(root, "rev-parse", "--show-prefix"); err == nil {
		c.subject, err = git(root, "log", "-1", "--format=%s", c.hash)
	}
	if err != nil {
		return c, fmt.Errorf("measure: -base %s: %w", base, err)
	}
	if _, err := git(root, "rev-parse", "--verify", "--quiet", c.hash+":./bench"); err != nil {
		return c, fmt.Errorf("measure: -base %s: that commit has no ./bench to run (name a later one)", base)
	}
	return c, nil
}

// checkOut puts the base into the guard's folder and returns the root of its module there.
func (m *measurement) checkOut(ctx context.Context, base commit) (dir string, err error) {
	out, err := m.guard.command(ctx, m.root, "git", "worktree", "add", "--detach", m.guard.dir, base.hash).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("measure: -base %s: git worktree add %s: %w\n%s", m.base, m.guard.dir, err, strings.TrimSpace(string(out)))
	}
	return filepath.Join(m.guard.dir, filepath.FromSlash(base.prefix)), nil
}

// buildServer builds the Ollama that the base pins, unless OLLAMA_HOST or PATH names one for both sides.
func (m *measurement) buildServer(ctx context.Context, dir string) error {
	if at, err := ollama.Find(); err == nil && at.Origin != "cache" {
		return nil
	}
	dir = filepath.Join(dir, "tools", "ollama")
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("measure: -base %s: that commit does not say which server it wants: %w (set OLLAMA_HOST, or put an ollama on PATH)", m.base, err)
	}
	cmd := m.guard.command(ctx, dir, "go", "run", ".")
	cmd.Stdout, cmd.Stderr = m.stdout, m.stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("measure: -base %s: building its server: %w", m.base, err)
	}
	return nil
}

// git returns what a short git command says, without the end of the line.
func git(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSuffix(string(out), "\n"), err
}
