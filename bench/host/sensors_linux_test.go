package host

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A driver that has nothing to say for now must not stop a measurement for ever.
// It looks like a pipe that nobody writes to.
func TestSilentSensor(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "temp1_input")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	w, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	defer w.Close()
	_, err = number(os.DirFS(dir), "temp1_input", maxTemperature)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.ErrorContains(t, err, "temp1_input")
}
