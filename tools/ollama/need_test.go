package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

var linux = target{"linux", "amd64"}

// fakePath makes PATH a folder of shell scripts.
func fakePath(t *testing.T, scripts map[string]string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("stands in shell scripts for programs")
	}
	dir := t.TempDir()
	for name, body := range scripts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755))
	}
	t.Setenv("PATH", dir)
	t.Setenv("CC", "")
	t.Setenv("CXX", "")
}

// compilerWithout stands for a compiler that lacks the headers whose names match
// a pattern of the shell.
func compilerWithout(pattern string) string {
	return `read line; case "$line" in ` + pattern + `) exit 1;; esac`
}

func TestMissing(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		target    target
		path      map[string]string
		want      string
	}{{
		name: "everything there", why: "no need is invented",
		target: linux,
		path:   map[string]string{"gcc": "", "g++": "", "cmake": "", "ninja": ""},
		want:   "",
	}, {
		name: "several", why: "all are named at once, not one a run",
		target: linux,
		path:   map[string]string{"gcc": "", "g++": compilerWithout("*nlohmann*")},
		want:   "nlohmann/json_fwd.hpp, cmake, ninja",
	}, {
		name: "no C library", why: "Debian's gcc without libc6-dev is on PATH and compiles nothing",
		target: linux,
		path:   map[string]string{"gcc": compilerWithout("*stdlib*"), "g++": compilerWithout("*vector*"), "cmake": "", "ninja": ""},
		want:   "C compiler, C++ compiler",
	}, {
		name: "Apple's chips", why: "the server needs no libraries there, hence no cmake",
		target: target{"darwin", "arm64"},
		path:   map[string]string{"clang": "", "clang++": compilerWithout("*stb*")},
		want:   "stb/stb_image.h",
	}} {
		t.Run(tt.name, func(t *testing.T) {
			fakePath(t, tt.path)
			require.Equal(t, tt.want, names(missing(context.Background(), tt.target)), tt.why)
		})
	}
}

func TestMissingHonoursCXX(t *testing.T) {
	fakePath(t, map[string]string{"gcc": "", "my-g++": `[ "$1" = -flag ]`, "cmake": "", "ninja": ""})
	t.Setenv("CXX", "my-g++ -flag")
	require.Empty(t, missing(context.Background(), linux))
}

func TestCommand(t *testing.T) {
	apt, dnf, brew := managers[0], managers[1], managers[2]
	mac := needs(target{"darwin", "amd64"})
	for _, tt := range []struct {
		name, why string
		manager   manager
		lack      []need
		root      bool
		want      string
	}{
		{"apt as a user", "both commands need root's rights", apt, needs(linux), false,
			"sudo apt-get update && sudo apt-get install -y --no-install-recommends gcc g++ nlohmann-json3-dev libstb-dev cmake ninja-build"},
		{"apt as root", "containers have no sudo", apt, needs(linux)[4:], true,
			"apt-get update && apt-get install -y --no-install-recommends cmake ninja-build"},
		{"dnf", "names differ", dnf, needs(linux), false,
			"sudo dnf install -y gcc gcc-c++ json-devel stb-devel cmake ninja-build"},
		{"brew", "Homebrew refuses to run as root", brew, mac[4:], true, "brew install cmake ninja"},
		{"brew without compilers", "Xcode brings both compilers, once, and stb has no formula", brew, mac, false,
			`xcode-select --install && git clone --depth 1 https://github.com/nothings/stb "$(brew --prefix)/include/stb" && brew install nlohmann-json cmake ninja`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, tt.manager.command(tt.lack, tt.root), tt.why)
		})
	}
}

func TestEveryManagerHasEveryNeed(t *testing.T) {
	for _, n := range needs(linux) {
		for _, m := range managers {
			require.NotEmpty(t, n.from[m.program], "%s by %s", n.name, m.program)
		}
	}
}

func TestPrepare(t *testing.T) {
	compilers := map[string]string{"gcc": "", "g++": ""}
	with := func(name, body string) map[string]string {
		return map[string]string{"gcc": "", "g++": "", name: body}
	}
	t.Run("names the command", func(t *testing.T) {
		fakePath(t, with("dnf", "exit 9"))
		err := prepare(context.Background(), linux, false, nil)
		require.ErrorContains(t, err, "missing cmake, ninja\ninstall with\n\n\tsudo dnf install -y cmake ninja-build\n")
	})
	t.Run("without a manager", func(t *testing.T) {
		fakePath(t, compilers)
		err := prepare(context.Background(), linux, true, nil)
		require.ErrorContains(t, err, "missing cmake, ninja; found none of apt-get, dnf, brew")
	})
	t.Run("installs as root on Debian", func(t *testing.T) {
		t.Setenv("DEBIAN_FRONTEND", "readline")
		// This apt-get installs what it is told, under the names of the programs.
		fakePath(t, with("apt-get", `[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 1
[ "$1" = update ] || for p in cmake ninja; do printf '#!/bin/sh\n' >"${0%/*}/$p"; /bin/chmod +x "${0%/*}/$p"; done`))
		require.NoError(t, os.Symlink("/bin/sh", filepath.Join(os.Getenv("PATH"), "sh")))
		var out bytes.Buffer
		require.NoError(t, prepare(context.Background(), linux, true, &out))
		require.Contains(t, out.String(), "missing cmake, ninja; installing as root:\n  apt-get update && apt-get install")
	})
	t.Run("an installation that brings nothing", func(t *testing.T) {
		fakePath(t, with("apt-get", ""))
		require.NoError(t, os.Symlink("/bin/sh", filepath.Join(os.Getenv("PATH"), "sh")))
		err := prepare(context.Background(), linux, true, new(bytes.Buffer))
		require.ErrorContains(t, err, "still missing after")
	})
	t.Run("an installation that fails", func(t *testing.T) {
		fakePath(t, with("apt-get", "exit 100"))
		require.NoError(t, os.Symlink("/bin/sh", filepath.Join(os.Getenv("PATH"), "sh")))
		err := prepare(context.Background(), linux, true, new(bytes.Buffer))
		require.ErrorContains(t, err, "apt-get update && apt-get install -y --no-install-recommends cmake ninja-build: exit status 100")
	})
}
