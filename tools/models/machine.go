package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/shirou/gopsutil/v3/disk"

	"github.com/joulebench/joulebench/bench/host"
	"github.com/joulebench/joulebench/bench/ollama"
)

// A machine is what there is of disk and memory, in bytes.
type machine struct {
	Store      string `json:"store"` // folder of the models that a server started by joulebench keeps
	DiskFree   uint64 `json:"diskFree"`
	MemoryFree uint64 `json:"memoryFree"` // what programs can have without swapping
	Memory     uint64 `json:"memory"`
}

func thisMachine(store string) (machine, error) {
	var err error
	if store == "" {
		store, err = ollama.StoreDir()
	} else {
		store, err = filepath.Abs(store)
	}
	if err != nil {
		return machine{}, fmt.Errorf("models: where the model store is: %w", err)
	}
	usage, err := disk.Usage(existing(store))
	if err != nil {
		return machine{}, fmt.Errorf("models: free disk of %s: %w", store, err)
	}
	free, total, err := host.Memory()
	if err != nil {
		return machine{}, fmt.Errorf("models: %w", err)
	}
	return machine{Store: store, DiskFree: usage.Free, MemoryFree: free, Memory: total}, nil
}

// existing is the folder, or the nearest above it that is there: before the first download there is no store, but its disk is.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}
