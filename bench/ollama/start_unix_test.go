//go:build unix

package ollama

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// script is a program to start in place of a server.
func script(t *testing.T, lines string) Location {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ollama")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+lines), 0o700))
	return Location{Binary: path, Origin: "PATH"}
}

// folders lists what guards have made in the temporary folder that this test has for itself.
func folders(t *testing.T, tmp string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(tmp, "joulebench-ollama-*"))
	require.NoError(t, err)
	return found
}

func TestStartFaults(t *testing.T) {
	for _, test := range []struct {
		name, script string
		faults       []string
		why          string
	}{
		{"never ready", "echo thinking; sleep 60", []string{"not ready after 1s", "end of its log", "thinking"}, "the log says what it was doing"},
		{"silent", "sleep 60", []string{"not ready after 1s", "it logged nothing"}, "nor is an empty log shown"},
		{"ends at once", "echo no such library >&2; exit 3", []string{"the server ended (exit status 3)", "no such library"}, "noticed long before the deadline"},
		{"ends well", "exit 0", []string{"the server ended (exit status 0)", "it logged nothing"}, "a server that ends is a failure, whatever its status"},
		{"deaf to SIGTERM", "trap '' TERM; sleep 60 & wait; sleep 60", []string{"not ready after 1s"}, "it and its child are killed"},
		{"port always taken", "echo 'Error: listen tcp 127.0.0.1:1: bind: address already in use'; exit 1", []string{"in use by another program", "bind: address already in use"}, "tried again, but not for ever"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tmp := t.TempDir()
			t.Setenv("TMPDIR", tmp)
			loc := script(t, test.script)
			_, err := Start(t.Context(), loc, Options{Ready: time.Second})
			for _, fault := range append(test.faults, loc.Binary) {
				require.ErrorContains(t, err, fault, test.why)
			}
			require.NotContains(t, err.Error(), "left behind", test.why)
			require.Empty(t, folders(t, tmp), test.why)
		})
	}

	t.Run("no program", func(t *testing.T) {
		_, err := Start(t.Context(), Location{Binary: filepath.Join(t.TempDir(), "absent")}, Options{})
		require.ErrorContains(t, err, "absent: no such file")
	})
	t.Run("given up", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := Start(ctx, script(t, "sleep 60"), Options{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("no guard", func(t *testing.T) {
		guardCalled.Store(false)
		defer guardCalled.Store(true)
		_, err := Start(t.Context(), script(t, "sleep 60"), Options{})
		require.ErrorContains(t, err, "ollama.Guard()", "else the tests would start themselves again and again")
	})
	t.Run("no room", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "absent"))
		_, err := Start(t.Context(), script(t, "sleep 60"), Options{})
		require.ErrorContains(t, err, "no such file or directory")
	})
}

// What answers at the port must be the server that was started, not another that has taken it.
func TestStartPortInUse(t *testing.T) {
	loc := location(t)
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"by Ollama", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":"0.17.4"}`) }},
		{"by another", http.NotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			other := httptest.NewServer(test.handler)
			defer other.Close()
			_, err := Start(t.Context(), loc, Options{Port: other.Listener.Addr().(*net.TCPAddr).Port})
			require.ErrorContains(t, err, "in use by another program")
			require.ErrorContains(t, err, other.Listener.Addr().String())
		})
	}
	t.Run("for a moment", func(t *testing.T) {
		flag := filepath.Join(t.TempDir(), "flag")
		lost := script(t, fmt.Sprintf(`[ -e %[1]s ] && exec %[2]s "$@"
touch %[1]s; echo 'Error: listen tcp 127.0.0.1:1: bind: address already in use'; exit 1`, flag, loc.Binary))
		s, err := Start(t.Context(), lost, Options{})
		require.NoError(t, err, "lost to another program between choosing and listening: another port is tried")
		require.NoError(t, s.Close())
	})
}

// The user's own settings must not reach the server but for those that are recorded, nor its traces the user's home.
func TestServerEnvironment(t *testing.T) {
	t.Setenv("OLLAMA_FLASH_ATTENTION", "1")
	for _, name := range []string{"NUM_PARALLEL", "MAX_LOADED_MODELS", "KEEP_ALIVE", "CONTEXT_LENGTH", "SCHED_SPREAD", "LOAD_TIMEOUT", "MULTIUSER_CACHE", "LLM_LIBRARY"} {
		t.Setenv("OLLAMA_"+name, "77")
	}
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:1")
	t.Setenv("CUDA_VISIBLE_DEVICES", "0")
	t.Setenv("HOME", t.TempDir())
	models := t.TempDir()
	out := filepath.Join(t.TempDir(), "env")
	_, err := Start(t.Context(), script(t, "env >"+out+"; exit 1"), Options{Models: models, Parallel: 3})
	require.Error(t, err)
	env, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, line := range []string{"OLLAMA_MODELS=" + models, "OLLAMA_NUM_PARALLEL=3", "CUDA_VISIBLE_DEVICES=-1", "OLLAMA_MAX_LOADED_MODELS=1", "OLLAMA_KEEP_ALIVE=-1", "OLLAMA_FLASH_ATTENTION=1"} {
		require.Contains(t, string(env), line+"\n")
	}
	for _, name := range []string{"=77", "PROXY", "HOME=" + os.Getenv("HOME"), guardVariable} {
		require.NotContains(t, string(env), name)
	}
}

// A store that is kept outlives the server, with its models.
func TestKeptStore(t *testing.T) {
	loc, weights, models := location(t), randomWeights(t, 1), t.TempDir()
	for range 2 {
		s, err := Start(t.Context(), loc, Options{Models: models})
		require.NoError(t, err)
		_, _, err = s.Create(t.Context(), Model{Name: "random", Weights: weights, Precision: "q8_0"})
		require.NoError(t, err)
		list, err := s.Client().List(t.Context())
		require.NoError(t, err)
		require.Len(t, list.Models, 1)
		require.NoError(t, s.Close())
	}
}
