package registry

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/joulebench/joulebench/bench/ollama"
)

// fullVariable tells TestDiskFullChild that it is in a mount namespace of its own.
const fullVariable = "JOULEBENCH_TEST_MOUNTS"

// A disk that runs full in mid-pull, whatever it was thought to have free. It takes a small file system, and that a mount
// namespace, which goes with its last process: where root makes it, one of its own; else one of a user namespace.
func TestDiskFull(t *testing.T) {
	executable, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(executable, "-test.run=^TestDiskFullChild$", "-test.v", "-test.timeout=3m")
	cmd.Env = append(os.Environ(), fullVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if id := os.Geteuid(); id != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		t.Skipf("neither root nor allowed a user namespace (try: sudo -E go test -run DiskFull): %v", err)
	}
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
}

// TestDiskFullChild is what TestDiskFull runs among mounts of its own.
func TestDiskFullChild(t *testing.T) {
	if os.Getenv(fullVariable) == "" {
		t.Skip("started by TestDiskFull")
	}
	// Mounts made here do not reach the others.
	require.NoError(t, syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""))
	dir := t.TempDir()
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"))
	defer func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) }()

	r := newRegistry(t)
	name, answer := push(t, start(t, ollama.Options{}), r, mini("llama3.2-mini", "f16"), "m:f16")
	_, err := start(t, ollama.Options{Models: dir}).Pull(t.Context(), name, "", nil)
	require.ErrorContains(t, err, "needs 4.6MB on disk, 3.1MB free in "+dir, "seen before it starts")
	roomy := func(string) (int64, int64, error) { return 1e12, 1e12, nil }
	s := start(t, ollama.Options{Models: dir, Disk: roomy}) // somebody else fills it meanwhile
	_, err = s.Pull(t.Context(), name, "", nil)
	require.ErrorContains(t, err, "no space left on device")
	require.ErrorContains(t, err, "the disk is full (free some, or name a store on another disk)")
	require.Empty(t, listed(t, s))
	require.Empty(t, s.Pulled())

	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=20m"))
	got, err := s.Pull(t.Context(), name, "", nil)
	require.NoError(t, err, "room was made")
	require.Equal(t, answer, ask(t, s, got.Name))
	require.NoError(t, s.Verify(t.Context(), name))
}
