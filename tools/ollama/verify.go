package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/cpu"
)

// verify proves the build in b.out: all libraries are there, the server answers
// with its version, and it computes with what this CPU can.
func (b *builder) verify(ctx context.Context) error {
	return b.progress.stage("verify", func(note func(string)) error {
		for _, file := range b.store.target.libraries() {
			if _, err := os.Stat(filepath.Join(b.out, filepath.FromSlash(file))); err != nil {
				return fmt.Errorf("ollama: verify: the build made no such library: %w", err)
			}
		}
		library, err := b.serve(ctx)
		if err != nil {
			return fmt.Errorf("ollama: verify: %w", err)
		}
		note(library)
		return nil
	})
}

// serve runs the server for a moment, with a home of its own, asks for its
// version and returns the CPU library it loads. No process is left behind.
func (b *builder) serve(ctx context.Context) (library string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("no answer within a minute"))
	defer cancel()
	addr, err := freeAddr()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(b.out, filepath.FromSlash(b.store.target.exe()))
	home := filepath.Join(b.tmp, "home")
	cmd := exec.Command(binary, "serve")
	// At its finest log level the server shows what its runner loads as it looks for devices.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "OLLAMA_HOST=" + addr, "OLLAMA_DEBUG=2"}
	ownGroup(cmd)
	log, writer, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = writer, writer
	err = cmd.Start()
	writer.Close()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, end(cmd)) }()
	defer context.AfterFunc(ctx, func() { log.SetReadDeadline(time.Now()) })()

	var seen strings.Builder
	for lines := bufio.NewScanner(log); lines.Scan(); {
		fmt.Fprintln(b.log, lines.Text())
		fmt.Fprintln(&seen, lines.Text())
		if strings.Contains(lines.Text(), "msg=system ") {
			break
		}
	}
	go io.Copy(io.Discard, log) // a full pipe would hold up the server
	if library, err = loaded(seen.String(), b.store.target, runtime.GOARCH == "amd64" && cpu.X86.HasAVX2); err != nil {
		return "", errors.Join(context.Cause(ctx), fmt.Errorf("%w (log: %s)", err, b.log.Name()))
	}

	version := exec.CommandContext(ctx, binary, "--version")
	version.Env = cmd.Env
	out, err := version.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "version is "+b.store.version) {
		return "", fmt.Errorf("%s --version: want %s, got %q, %w", binary, b.store.version, out, err)
	}
	return library, nil
}

var backendLine = regexp.MustCompile(`(?m)^load_backend: loaded CPU backend from (.+)$`)

// loaded returns the CPU library that a server's log names, if the log shows
// that the server computes as it should on this target.
func loaded(log string, t target, avx2 bool) (string, error) {
	_, system, ok := strings.Cut(log, "msg=system ")
	if !ok {
		return "", errors.New("the server's log does not say what it computes with")
	}
	if len(t.libraries()) == 0 {
		return "CPU code of the server itself", nil
	}
	m := backendLine.FindStringSubmatch(log)
	if m == nil {
		return "", errors.New("the server loads none of its CPU libraries")
	}
	if avx2 && !strings.Contains(system, "CPU.0.AVX2=1") {
		return "", fmt.Errorf("the CPU has AVX2, but the server loads %s and does not use it", path.Base(m[1]))
	}
	return path.Base(m[1]), nil
}

// freeAddr returns a loopback address that nobody listens on at the moment.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// end stops a server and its runners and waits until none of them is left.
func end(cmd *exec.Cmd) error {
	signalGroup(cmd, syscall.SIGTERM)
	kill := time.AfterFunc(10*time.Second, func() { signalGroup(cmd, syscall.SIGKILL) })
	defer kill.Stop()
	cmd.Wait() // a server stopped by a signal reports it as its error
	for range 100 {
		if !signalGroup(cmd, syscall.SIGKILL) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("processes of the server (group %d) do not end", cmd.Process.Pid)
}
