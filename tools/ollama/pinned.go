package main

import (
	_ "embed"
	"fmt"
	"path"

	"golang.org/x/mod/modfile"
)

const (
	serverModule = "github.com/ollama/ollama"
	audioModule  = "github.com/gen2brain/malgo" // its root holds the miniaudio.h that the server's module zip lacks
)

// The module is built from its own go.mod and go.sum, wherever the command is
// run from: also as `go run github.com/joulebench/joulebench/tools/ollama@latest`.
var (
	//go:embed go.mod
	goMod []byte
	//go:embed go.sum
	goSum []byte
)

// pinned returns the version of a module that go.mod requires, with its "v".
func pinned(module string) (string, error) {
	file, err := modfile.Parse("go.mod", goMod, nil)
	if err != nil {
		return "", fmt.Errorf("ollama: %w", err)
	}
	for _, r := range file.Require {
		if r.Mod.Path == module {
			return r.Mod.Version, nil
		}
	}
	return "", fmt.Errorf("ollama: go.mod does not require %s", module)
}

// A target is what a server is built for.
type target struct{ goos, goarch string }

func (t target) String() string { return t.goos + "/" + t.goarch }

func (t target) supported() bool { return t.goos == "linux" || t.goos == "darwin" }

// x86Variants are the CPU libraries of x86, one for each set of instructions
// that ggml_add_cpu_backend_variant names in ml/backend/ggml/ggml/src/CMakeLists.txt.
var x86Variants = [...]string{"alderlake", "haswell", "icelake", "sandybridge", "skylakex", "sse42", "x64"}

// libraries returns the files of the CPU libraries, relative to the build: what
// the CMakeLists.txt and scripts/build_darwin.sh of the server's module make.
// Apple's chips have none: there the code compiled into the server is all.
func (t target) libraries() []string {
	switch {
	case t.goos == "darwin" && t.goarch == "arm64":
		return nil
	case t.goarch != "amd64":
		return []string{path.Join(t.libDir(), "libggml-cpu.so")}
	}
	var files []string
	for _, v := range x86Variants {
		files = append(files, path.Join(t.libDir(), "libggml-cpu-"+v+".so"))
	}
	return files
}

// libDir is where the server looks for its libraries (LibOllamaPath in
// ml/path.go), relative to the build.
func (t target) libDir() string {
	if t.goos == "darwin" {
		return "bin"
	}
	return "lib/ollama"
}

func (t target) exe() string {
	if t.goos == "windows" {
		return "bin/ollama.exe"
	}
	return "bin/ollama"
}
