package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A need is something the build uses that a machine may lack: a program, or a
// header that a compiler must find.
type need struct {
	name     string // a program is called by it
	language string // of the header, "c" or "c++"; empty for a program
	header   string
	// from says what brings it, by package manager: a package or, where it has
	// a space, a command of its own.
	from map[string]string
}

// needs lists what a build for t takes besides Go. A compiler is there when it
// finds its own library's headers: Debian has compilers without.
func needs(t target) []need {
	xcode := "xcode-select --install"
	list := []need{
		{"C compiler", "c", "stdlib.h", map[string]string{"apt-get": "gcc", "dnf": "gcc", "brew": xcode}},
		{"C++ compiler", "c++", "vector", map[string]string{"apt-get": "g++", "dnf": "gcc-c++", "brew": xcode}},
		{"nlohmann/json_fwd.hpp", "c++", "nlohmann/json_fwd.hpp",
			map[string]string{"apt-get": "nlohmann-json3-dev", "dnf": "json-devel", "brew": "nlohmann-json"}},
		{"stb/stb_image.h", "c++", "stb/stb_image.h", map[string]string{"apt-get": "libstb-dev", "dnf": "stb-devel",
			"brew": `git clone --depth 1 https://github.com/nothings/stb "$(brew --prefix)/include/stb"`}}, // no formula
	}
	if len(t.libraries()) > 0 {
		list = append(list,
			need{name: "cmake", from: map[string]string{"apt-get": "cmake", "dnf": "cmake", "brew": "cmake"}},
			need{name: "ninja", from: map[string]string{"apt-get": "ninja-build", "dnf": "ninja-build", "brew": "ninja"}})
	}
	return list
}

// missing returns those needs of t that the machine does not meet.
func missing(ctx context.Context, t target) []need {
	return slices.DeleteFunc(needs(t), func(n need) bool {
		if n.header == "" {
			_, err := exec.LookPath(n.name)
			return err == nil
		}
		compiler := t.compiler(n.language)
		if _, err := exec.LookPath(compiler[0]); err != nil {
			// Without a compiler to ask, its usual folders tell what else to name.
			return strings.Contains(n.header, "/") && slices.ContainsFunc(append(t.includeDirs(), "/usr/include", "/usr/local/include"),
				func(dir string) bool { _, err := os.Stat(filepath.Join(dir, n.header)); return err == nil })
		}
		cmd := exec.CommandContext(ctx, compiler[0], append(compiler[1:], "-x", n.language, "-E", "-o", os.DevNull, "-")...)
		cmd.Env = append(os.Environ(), "CPLUS_INCLUDE_PATH="+t.includePath())
		cmd.Stdin = strings.NewReader("#include <" + n.header + ">\n")
		return cmd.Run() == nil
	})
}

// compiler returns the command that `go build` takes for the language.
func (t target) compiler(language string) []string {
	gnu, clang, env := "gcc", "clang", "CC"
	if language == "c++" {
		gnu, clang, env = "g++", "clang++", "CXX"
	}
	if fields := strings.Fields(os.Getenv(env)); len(fields) > 0 {
		return fields
	}
	if t.goos == "darwin" {
		return []string{clang}
	}
	return []string{gnu}
}

// includeDirs are folders that compilers pass over and package managers fill.
func (t target) includeDirs() []string {
	if t.goos == "darwin" {
		return []string{"/opt/homebrew/include", "/opt/local/include"}
	}
	return nil
}

// includePath is the CPLUS_INCLUDE_PATH to compile with. A flag -I would do as
// much, but Go keys its build cache by flags: each build would begin anew.
func (t target) includePath(first ...string) string {
	dirs := append(first, t.includeDirs()...)
	if user := os.Getenv("CPLUS_INCLUDE_PATH"); user != "" {
		dirs = append(dirs, user)
	}
	return strings.Join(dirs, string(os.PathListSeparator))
}

// A manager installs packages.
type manager struct {
	program string
	install []string // commands that packages are appended to the last of
	root    bool     // they need root's rights
}

var managers = [...]manager{
	{"apt-get", []string{"apt-get update", "apt-get install -y --no-install-recommends"}, true},
	{"dnf", []string{"dnf install -y"}, true},
	{"brew", []string{"brew install"}, false},
}

// findManager returns the first package manager on PATH, if any.
func findManager() (manager, bool) {
	for _, m := range managers {
		if _, err := exec.LookPath(m.program); err == nil {
			return m, true
		}
	}
	return manager{}, false
}

// command returns the one shell line that brings all of lack.
func (m manager) command(lack []need, root bool) string {
	var packages, commands []string
	for _, n := range lack {
		if from := n.from[m.program]; !strings.Contains(from, " ") {
			packages = append(packages, from)
		} else if !slices.Contains(commands, from) {
			commands = append(commands, from)
		}
	}
	if len(packages) > 0 {
		last := len(m.install) - 1
		install := append(slices.Clone(m.install[:last]), m.install[last]+" "+strings.Join(packages, " "))
		if m.root && !root {
			for i := range install {
				install[i] = "sudo " + install[i]
			}
		}
		commands = append(commands, install...)
	}
	return strings.Join(commands, " && ")
}

// prepare sees that all needs of t are met. As root on Debian or Ubuntu it says
// what is missing and installs it; elsewhere that is an error which names
// everything missing and the command that installs it.
func prepare(ctx context.Context, t target, root bool, stderr io.Writer) error {
	lack := missing(ctx, t)
	if len(lack) == 0 {
		return nil
	}
	m, ok := findManager()
	if !ok {
		return fmt.Errorf("ollama: cannot build the server: missing %s; found none of apt-get, dnf, brew: install them and run this again", names(lack))
	}
	command := m.command(lack, root)
	if root && m.program == "apt-get" {
		fmt.Fprintf(stderr, "ollama: missing %s; installing as root:\n  %s\n", names(lack), command)
		cmd := exec.CommandContext(ctx, "sh", "-c", command)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = stderr, stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("ollama: install what the build needs: %s: %w", command, err)
		}
		if lack = missing(ctx, t); len(lack) == 0 {
			return nil
		}
		return fmt.Errorf("ollama: cannot build the server: still missing after `%s`: %s", command, names(lack))
	}
	return fmt.Errorf("ollama: cannot build the server: missing %s\ninstall with\n\n\t%s\n\nand run this again", names(lack), command)
}

func names(lack []need) string {
	var all []string
	for _, n := range lack {
		all = append(all, n.name)
	}
	return strings.Join(all, ", ")
}
