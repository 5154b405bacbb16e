package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v3/process"
)

// makeFolder makes the temporary folder of a worktree. Its name tells whose it is: the process that keeps it.
func makeFolder() (string, error) {
	dir, err := os.MkdirTemp("", fmt.Sprintf("joulebench-base-%d-", os.Getpid()))
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir) // git writes it so
}

// keeperOf is the process that keeps the worktree in dir; ok is false of anybody else's worktree.
func keeperOf(dir string) (pid int32, ok bool) {
	_, err := fmt.Sscanf(filepath.Base(dir), "joulebench-base-%d-", &pid)
	return pid, err == nil
}

// worktrees lists the folders that the repository of root believes to be its worktrees, the lost ones too.
func worktrees(root string) (dirs []string, err error) {
	list, err := git(root, "worktree", "list", "--porcelain")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(list) {
		if dir, ok := strings.CutPrefix(strings.TrimSpace(line), "worktree "); ok {
			dirs = append(dirs, filepath.FromSlash(dir))
		}
	}
	return dirs, nil
}

// removeWorktree deletes dir, and has the repository forget it if it knows it.
func removeWorktree(root, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	known, err := worktrees(root)
	if err != nil || !slices.Contains(known, dir) {
		return err
	}
	_, err = git(root, "worktree", "remove", "--force", "--force", dir) // twice: it is locked where adding it was cut short
	return err
}

// removeLeftovers removes the worktrees of runs that were lost together with their guard, as when the machine went down.
// git worktree prune would take those of others too, and leave ours where the folder is still there.
func removeLeftovers(root string) error {
	known, err := worktrees(root)
	if err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	var errs []error
	for _, dir := range known {
		pid, ours := keeperOf(dir)
		if !ours {
			continue
		}
		if alive, err := process.PidExists(pid); alive || err != nil {
			continue // in use by another run, or by whoever has that number now: the next run will see
		}
		if err := removeWorktree(root, dir); err != nil {
			errs = append(errs, fmt.Errorf("measure: removing what an earlier run left behind: %w", err))
		}
	}
	return errors.Join(errs...)
}
