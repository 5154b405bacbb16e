package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// suiteFile is the file that a name means: a path, or the name of a file beside the standard suite's.
func suiteFile(name, standard string) (string, error) {
	if name == "" {
		return standard, nil
	}
	if !strings.ContainsAny(name, `./\`) && standard != "" {
		dir := filepath.Dir(standard)
		file := filepath.Join(dir, name+".json")
		if _, err := os.Stat(file); err != nil {
			return "", fmt.Errorf("bench: -suite %s: there are %s; for a file of your own give its path", name, suitesIn(dir))
		}
		return file, nil
	}
	return fromRoot(name), nil
}

func suitesIn(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	return strings.Join(files, ", ")
}

// fromRoot resolves a path from the command line. "go test" runs a test in its package's folder, but people type
// paths as seen from the module's root, so that is tried where the package's folder has no such file.
func fromRoot(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	if _, err := os.Stat(path); err == nil {
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if rooted := filepath.Join(dir, path); exists(filepath.Dir(rooted)) {
				return rooted
			}
			return path
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return path
		}
		dir = parent
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
