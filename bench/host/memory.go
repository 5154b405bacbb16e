package host

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v3/mem"
)

// Memory is what programs can have without swapping, and what there is in all, in bytes: of the machine, or of the control group
// that this process is in (a container's, a service's), which the kernel kills from where the machine would swap.
func Memory() (free, total uint64, err error) {
	m, err := mem.VirtualMemory()
	if err != nil {
		return 0, 0, fmt.Errorf("host: how much memory is free: %w", err)
	}
	return limited(os.DirFS("/"), m.Available, m.Total)
}

// limited is what the limits of the process's control group and of those above it leave. Version 2 only, as in
// https://docs.kernel.org/admin-guide/cgroup-v2.html: where there is none, nothing is limited by it.
func limited(root fs.FS, free, total uint64) (uint64, uint64, error) {
	own, err := fs.ReadFile(root, "proc/self/cgroup")
	_, group, ok := strings.Cut(string(own), "0::/")
	if err != nil || !ok {
		return free, total, nil
	}
	group, _, _ = strings.Cut(group, "\n")
	for ; ; group = path.Dir(group) {
		dir := path.Join("sys/fs/cgroup", group)
		most, limit, err := limitOf(root, path.Join(dir, "memory.max"))
		if err != nil {
			return 0, 0, err
		}
		if limit {
			used, _, err := limitOf(root, path.Join(dir, "memory.current"))
			if err != nil {
				return 0, 0, err
			}
			// Pages of files that nobody uses are given back when others need them.
			used -= min(used, idleFiles(root, dir))
			total, free = min(total, most), min(free, most-min(most, used))
		}
		if group == "." || group == "" {
			return free, total, nil
		}
	}
}

// limitOf reads a file of one number; "max", or no such file, is none.
func limitOf(root fs.FS, file string) (n uint64, ok bool, err error) {
	text, err := fs.ReadFile(root, file)
	if errors.Is(err, fs.ErrNotExist) || string(bytes.TrimSpace(text)) == "max" {
		return 0, false, nil
	}
	if err == nil {
		n, err = strconv.ParseUint(string(bytes.TrimSpace(text)), 10, 64)
	}
	if err != nil {
		return 0, false, fmt.Errorf("host: memory of the control group: %s: %w", file, err)
	}
	return n, true, nil
}

// idleFiles is inactive_file of the group's memory.stat, 0 where that does not say.
func idleFiles(root fs.FS, dir string) uint64 {
	text, _ := fs.ReadFile(root, path.Join(dir, "memory.stat"))
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "inactive_file "); ok {
			n, _ := strconv.ParseUint(strings.TrimSpace(value), 10, 64)
			return n
		}
	}
	return 0
}
