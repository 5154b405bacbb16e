package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A builder holds what the stages of one build share.
type builder struct {
	store    store
	tmp      string // folder beside the build: same file system, so that the rename is atomic
	out      string // below tmp, what becomes the build
	progress progress
	log      *os.File // everything the commands print
}

// build makes the server and its libraries in a folder beside the build and
// renames it into place when all of it is proved. The lock must be held.
func build(ctx context.Context, s store, p progress) (err error) {
	tmp := s.beside("building")
	if err := os.RemoveAll(tmp); err != nil { // of an interrupted build
		return fmt.Errorf("ollama: %w", err)
	}
	b := &builder{store: s, tmp: tmp, out: filepath.Join(tmp, "out"), progress: p}
	if err := b.workspace(); err != nil {
		return fmt.Errorf("ollama: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	if b.log, err = os.Create(s.beside("log")); err != nil {
		return fmt.Errorf("ollama: %w", err)
	}
	defer b.log.Close()

	fmt.Fprintf(p.w, "ollama %s for %s: building into %s (once; five to ten minutes on two cores)\n", s.version, s.target, s.dir())
	sources, err := b.fetch(ctx)
	if err != nil {
		return err
	}
	if len(s.target.libraries()) > 0 {
		if err := b.compileLibraries(ctx, sources[serverModule]); err != nil {
			return err
		}
	}
	if err := b.compileServer(ctx, sources[audioModule]); err != nil {
		return err
	}
	if err := b.verify(ctx); err != nil {
		return err
	}
	if err := s.seal(b.out); err != nil {
		return fmt.Errorf("ollama: %w", err)
	}
	if err := s.install(b.out); err != nil {
		return fmt.Errorf("ollama: put the build in place: %w", err)
	}
	return nil
}

// workspace lays out a module with our pins, for the go command to work in.
func (b *builder) workspace() error {
	for _, dir := range []string{b.out, b.src(), filepath.Join(b.tmp, "include", "miniaudio")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(b.src(), "go.mod"), goMod, 0o644),
		os.WriteFile(filepath.Join(b.src(), "go.sum"), goSum, 0o644))
}

func (b *builder) src() string { return filepath.Join(b.tmp, "src") }

// fetch brings the pinned modules into the module cache and returns their folders.
func (b *builder) fetch(ctx context.Context) (map[string]string, error) {
	dirs := map[string]string{}
	var out bytes.Buffer
	err := b.run(ctx, "fetch modules", &out, nil, "go", "mod", "download", "-json", serverModule, audioModule)
	if err != nil {
		return nil, err
	}
	for dec := json.NewDecoder(&out); ; {
		var m struct{ Path, Dir string }
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return dirs, nil
		} else if err != nil {
			return nil, fmt.Errorf("ollama: output of go mod download: %w", err)
		}
		dirs[m.Path] = m.Dir
	}
}

// compileLibraries builds the CPU libraries as the server's releases do
// (Dockerfile, scripts/build_darwin.sh). The machine's GPU compilers are hidden
// from cmake, which would otherwise set up libraries that nobody asked for.
func (b *builder) compileLibraries(ctx context.Context, module string) error {
	work := filepath.Join(b.tmp, "cmake")
	origin := "$ORIGIN" // libraries find libggml-base beside them, not in the folder of the build
	if b.store.target.goos == "darwin" {
		origin = "@loader_path"
	}
	anonymous := fmt.Sprintf("%q", "-ffile-prefix-map="+module+"=.")
	if err := b.run(ctx, "CPU libraries: configure", nil, nil, "cmake", "-S", module, "-B", work, "-G", "Ninja", "--preset", "CPU",
		"-DCMAKE_INSTALL_PREFIX="+b.out, "-DCMAKE_INSTALL_RPATH="+origin,
		"-DCMAKE_C_FLAGS="+anonymous, "-DCMAKE_CXX_FLAGS="+anonymous,
		"-DCMAKE_CUDA_COMPILER=NOTFOUND", "-DCMAKE_HIP_COMPILER=NOTFOUND", "-DCMAKE_DISABLE_FIND_PACKAGE_Vulkan=ON"); err != nil {
		return err
	}
	if err := b.run(ctx, "CPU libraries: compile", nil, ninjaState, "cmake", "--build", work, "--target", "ggml-cpu"); err != nil {
		return err
	}
	if err := b.run(ctx, "CPU libraries: install", nil, nil, "cmake", "--install", work, "--component", "CPU", "--strip"); err != nil {
		return err
	}
	if dir := b.store.target.libDir(); dir != "lib/ollama" {
		return os.Rename(filepath.Join(b.out, "lib", "ollama"), filepath.Join(b.out, dir))
	}
	return nil
}

// compileServer builds the binary. audio is the module that carries miniaudio.h.
func (b *builder) compileServer(ctx context.Context, audio string) error {
	header := filepath.Join(b.tmp, "include", "miniaudio", "miniaudio.h")
	if err := os.Symlink(filepath.Join(audio, "miniaudio.h"), header); err != nil {
		return fmt.Errorf("ollama: %w", err)
	}
	packages := 0
	state := func(line string) string {
		packages++
		return fmt.Sprintf("%d packages", packages)
	}
	return b.run(ctx, "server: compile", nil, state, "go", "build", "-v", "-trimpath",
		"-ldflags", "-s -w -X "+serverModule+"/version.Version="+b.store.version,
		"-o", filepath.Join(b.out, filepath.FromSlash(b.store.target.exe())), serverModule)
}

// env is what the commands run with. Flags for compilers that the user has set
// are put aside: -march=native would make libraries for older CPUs in name only.
func (b *builder) env() []string {
	t := b.store.target
	return append(os.Environ(),
		"CGO_ENABLED=1", "GOWORK=off", "GOFLAGS=", "GOOS="+t.goos, "GOARCH="+t.goarch,
		"CC="+strings.Join(t.compiler("c"), " "), "CXX="+strings.Join(t.compiler("c++"), " "),
		"CGO_CFLAGS=-O2", "CGO_CXXFLAGS=-O2", "CGO_CPPFLAGS=", "CGO_LDFLAGS=", "CFLAGS=", "CXXFLAGS=", "CPPFLAGS=", "LDFLAGS=",
		"CPLUS_INCLUDE_PATH="+t.includePath(filepath.Join(b.tmp, "include")),
		"NINJA_STATUS=[%f/%t] ")
}

// run executes one command as a stage. What it prints goes to the log, but for
// stdout if that is given; state, if given, makes of a line how far it is.
func (b *builder) run(ctx context.Context, name string, stdout io.Writer, state func(line string) string, command ...string) error {
	return b.progress.stage(name, func(note func(string)) error {
		var tail []string
		lines := &lineWriter{f: func(line string) {
			tail = append(tail, line)
			if len(tail) > 20 {
				tail = tail[1:]
			}
			if state == nil {
				return
			}
			if s := state(line); s != "" {
				note(s)
			}
		}}
		fmt.Fprintf(b.log, "\n$ %s\n", strings.Join(command, " "))
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Dir, cmd.Env = b.src(), b.env()
		cmd.Stderr = io.MultiWriter(b.log, lines)
		if cmd.Stdout = stdout; stdout == nil {
			cmd.Stdout = cmd.Stderr
		}
		ownGroup(cmd) // so that the compilers that cmake and go start end with them
		cmd.Cancel = func() error { signalGroup(cmd, syscall.SIGINT); return nil }
		cmd.WaitDelay = 10 * time.Second
		err := cmd.Run()
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("ollama: %s: %w", name, context.Cause(ctx))
		case err != nil:
			return fmt.Errorf("ollama: %s: %s: %w\n\n%s\n\nall of it is in %s", name, command[0], err, strings.Join(tail, "\n"), b.log.Name())
		}
		return nil
	})
}

// ninjaState returns the [n/m] that a line of ninja begins with.
func ninjaState(line string) string {
	if state, _, ok := strings.Cut(strings.TrimPrefix(line, "["), "] "); ok {
		return state
	}
	return ""
}
