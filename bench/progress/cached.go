package progress

import (
	"fmt"
	"os"
	"path/filepath"
)

// mostLog is the size in bytes beyond which the log in the cache is begun anew. It has some 8000 lines then.
const mostLog = 1 << 20

// Cached returns the log for those who name none: joulebench/progress.log in the user's cache, which all runs share. One
// of more than 1 MB is emptied.
func Cached() (path string, err error) {
	dir, err := os.UserCacheDir()
	if err == nil {
		path = filepath.Join(dir, "joulebench", "progress.log")
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err != nil {
		return "", fmt.Errorf("progress: a place for the log: %w (or name a file)", err)
	}
	if info, err := os.Stat(path); err == nil && info.Size() > mostLog {
		if err := os.Truncate(path, 0); err != nil {
			return "", fmt.Errorf("progress: beginning the log anew: %w", err)
		}
	}
	return path, nil
}
