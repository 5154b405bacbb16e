// Command ollama builds the Ollama server that joulebench measures, from the Go
// module pinned in this folder's go.mod, into the user's cache:
//
//	os.UserCacheDir()/joulebench/ollama/<version>/bin/ollama
//	os.UserCacheDir()/joulebench/ollama/<version>/lib/ollama/libggml-*.so
//
// so that every clone shares one build. Usage:
//
//	go -C tools/ollama run . [-print] [-force]
//
// It builds once: with a complete build of this version in place it says so and
// ends. An interrupted build never looks complete, and of two builds at a time
// the second waits for the first.
//
// It builds what the official releases ship for the CPU, no more: the server
// and, where releases choose the instruction set at run time, one library for
// each. A plain `go build` would compute without AVX, and its joules would say
// nothing about the Ollama that people run. GPU libraries are left out on
// purpose, even where their compilers are found. It refuses to build on Windows
// and anything else but Linux and macOS.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run prints the result to stdout, progress to stderr.
func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("ollama", flag.ContinueOnError)
	flags.SetOutput(stderr)
	printOnly := flags.Bool("print", false, "print the path of the binary and build nothing; an error if there is none")
	force := flags.Bool("force", false, "build even if there is a complete build")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("ollama: unexpected argument %q (see -h)", flags.Arg(0))
	}

	t := target{runtime.GOOS, runtime.GOARCH}
	version, err := pinned(serverModule)
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("ollama: no folder to build into: %w", err)
	}
	s := newStore(cache, version, t)
	have := s.check()
	switch {
	case *printOnly && have != nil:
		return fmt.Errorf("ollama: no server of version %s: %w (build it: make server)", s.version, have)
	case *printOnly:
		_, err := fmt.Fprintln(stdout, s.binary())
		return err
	case have == nil && !*force:
		_, err := fmt.Fprintf(stdout, "ollama %s is built: %s\n", s.version, s.binary())
		return err
	}
	if !t.supported() {
		return fmt.Errorf("ollama: building the server is supported on Linux and macOS, not on %s: "+
			"install Ollama (https://ollama.com/download) and see that `ollama` is on PATH, or set OLLAMA_HOST", t)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	unlock, err := s.lock(ctx, func() {
		fmt.Fprintf(stderr, "ollama %s: another build is under way, waiting for it\n", s.version)
	})
	if err != nil {
		return err
	}
	defer unlock()
	if s.check() == nil && !*force { // whoever held the lock has built it
		_, err := fmt.Fprintf(stdout, "ollama %s is built: %s\n", s.version, s.binary())
		return err
	}
	if err := prepare(ctx, t, os.Geteuid() == 0, stderr); err != nil {
		return err
	}
	if err := build(ctx, s, newProgress(stderr)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "ollama %s: %s\n", s.version, s.binary())
	return err
}
