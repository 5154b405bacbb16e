package gate

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// asUser has the rest of the test meet dir as a user whom permissions bind, which they do not root: on this thread alone,
// files are opened as nobody, whose dir becomes.
func asUser(t *testing.T, dir string) {
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755)) // os.MkdirTemp lets nobody else in
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Chown(path, nobody, nobody)
		}
		return err
	}))
	runtime.LockOSThread()
	require.NoError(t, syscall.Setfsuid(nobody))
	t.Cleanup(func() { // before the folder is removed
		require.NoError(t, syscall.Setfsuid(0))
		runtime.UnlockOSThread()
	})
}
