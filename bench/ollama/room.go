package ollama

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/shirou/gopsutil/v3/disk"
)

// A Disk tells how many bytes the file system of a folder has free for this user, and how many in all.
type Disk func(dir string) (free, total int64, err error)

// Room is what pulling models into a store takes, and what its file system has, in bytes.
type Room struct {
	Dir      string // of the store
	Download int64  // of what is not in the store yet, which is also what it takes on disk
	Make     int64  // what models that are made there take on disk besides, for the caller to add
	Free     int64
	Reserve  int64 // what must stay free: the smaller of 1 GB and 5 % of the file system
}

// NewRoom counts what the store at dir lacks of models; a nil disk is the one that dir, or what is there of it, lies on.
func NewRoom(dir string, on Disk, models ...Manifest) (Room, error) {
	if on == nil {
		on = usage
	}
	download, err := store(dir).missing(models...)
	if err != nil {
		return Room{}, fmt.Errorf("ollama: store %s: %w", dir, err)
	}
	free, total, err := on(dir)
	if err != nil {
		return Room{}, fmt.Errorf("ollama: free disk of %s: %w", dir, err)
	}
	return Room{Dir: dir, Download: download, Free: free, Reserve: min(1e9, total/20)}, nil
}

// Check refuses what would not fit, or would fill the disk to the brim. what is what is to be pulled, in words.
func (r Room) Check(what string) error {
	need := r.Download + r.Make
	if need == 0 || need <= r.Free-r.Reserve {
		return nil
	}
	return fmt.Errorf("ollama: %s needs %s on disk, %s free in %s, of which %s must stay free: nothing was downloaded (free some, name a store on another disk, or choose fewer -precisions)",
		what, Bytes(need), Bytes(r.Free), r.Dir, Bytes(r.Reserve))
}

func usage(dir string) (free, total int64, err error) {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	u, err := disk.Usage(dir)
	if err != nil {
		return 0, 0, err
	}
	return int64(u.Free), int64(u.Total), nil
}

// Bytes writes a number of bytes as Ollama's library does, in decimal units: "776MB", "7.6GB", "16GB".
func Bytes(n int64) string {
	unit, x := "B", float64(n)
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if x < 999.5 {
			break
		}
		unit, x = next, x/1000
	}
	if unit != "B" && x < 9.95 {
		return fmt.Sprintf("%.1f%s", x, unit)
	}
	return fmt.Sprintf("%.0f%s", x, unit)
}
