package main

import (
	"bytes"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/semver"
)

const hostOS = runtime.GOOS

// ownCache sends os.UserCacheDir to a fresh folder.
func ownCache(t *testing.T) store {
	dir := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	if hostOS == "darwin" {
		dir = filepath.Join(dir, "Library", "Caches")
	}
	version, err := pinned(serverModule)
	require.NoError(t, err)
	return newStore(dir, version, target{hostOS, runtime.GOARCH})
}

func TestRun(t *testing.T) {
	s := ownCache(t)
	var out bytes.Buffer
	err := run([]string{"-print"}, &out, io.Discard)
	require.ErrorContains(t, err, "make server", "an absent server is an error that names the remedy")
	require.Empty(t, out.String())

	dir := s.beside("building")
	write(t, filepath.Join(dir, filepath.FromSlash(s.target.exe())), "server")
	require.NoError(t, s.seal(dir))
	require.NoError(t, s.install(dir))

	require.NoError(t, run([]string{"-print"}, &out, io.Discard))
	require.Equal(t, s.binary()+"\n", out.String())

	out.Reset()
	require.NoError(t, run(nil, &out, io.Discard), "a complete build is left as it is")
	require.Equal(t, "ollama "+s.version+" is built: "+s.binary()+"\n", out.String())

	require.ErrorContains(t, run([]string{"now"}, io.Discard, io.Discard), `unexpected argument "now"`)
	require.ErrorContains(t, run([]string{"-x"}, io.Discard, io.Discard), "-x")
}

func TestPinned(t *testing.T) {
	for _, module := range []string{serverModule, audioModule} {
		version, err := pinned(module)
		require.NoError(t, err)
		require.True(t, semver.IsValid(version), version)
		// `go mod download` verifies the module's content only if go.sum has its hash.
		require.Contains(t, string(goSum), module+" "+version+" h1:")
	}
	_, err := pinned("example.com/nobody")
	require.ErrorContains(t, err, "does not require example.com/nobody")
}

func TestLibraries(t *testing.T) {
	for _, tt := range []struct {
		target target
		want   string
		n      int
	}{
		{target{"linux", "amd64"}, "lib/ollama/libggml-cpu-haswell.so", 7},
		{target{"linux", "arm64"}, "lib/ollama/libggml-cpu.so", 1},
		{target{"darwin", "amd64"}, "bin/libggml-cpu-haswell.so", 7}, // beside the binary: ml/path.go
		{target{"darwin", "arm64"}, "", 0},
	} {
		got := tt.target.libraries()
		require.Len(t, got, tt.n, tt.target)
		if tt.n > 0 {
			require.Contains(t, got, tt.want, tt.target)
		}
	}
}

func TestLoaded(t *testing.T) {
	const haswell = "load_backend: loaded CPU backend from /x/lib/ollama/libggml-cpu-haswell.so\n" +
		`time=2026-01-01T00:00:00.000Z level=INFO source=ggml.go:104 msg=system CPU.0.SSE3=1 CPU.0.AVX=1 CPU.0.AVX2=1 CPU.0.LLAMAFILE=1`
	for _, tt := range []struct {
		name, why string
		log       string
		target    target
		avx2      bool
		want, err string
	}{
		{name: "as it should be", why: "the usual log", log: haswell, target: linux, avx2: true, want: "libggml-cpu-haswell.so"},
		{name: "old CPU", why: "a library without AVX2 is right where there is none",
			log:    strings.NewReplacer("haswell", "sandybridge", "CPU.0.AVX2=1 ", "").Replace(haswell),
			target: linux, want: "libggml-cpu-sandybridge.so"},
		{name: "too low", why: "a wrong choice makes joules wrong",
			log: strings.NewReplacer("haswell", "x64", "CPU.0.AVX2=1 ", "").Replace(haswell), target: linux, avx2: true,
			err: "the CPU has AVX2, but the server loads libggml-cpu-x64.so"},
		{name: "plain build", why: "libraries that the server does not find", log: "msg=system CPU.0.LLAMAFILE=1",
			target: linux, avx2: true, err: "loads none"},
		{name: "no answer", why: "a server that ends at once", log: "Error: listen tcp", target: linux, err: "does not say"},
		{name: "Apple's chips", why: "they have no libraries", log: "msg=system Metal.0.EMBED_LIBRARY=1",
			target: target{"darwin", "arm64"}, want: "CPU code of the server itself"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := loaded(tt.log, tt.target, tt.avx2)
			require.Equal(t, tt.want, got, tt.why)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err, tt.why)
			} else {
				require.NoError(t, err, tt.why)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := progress{w: &out, every: time.Hour}
	require.NoError(t, p.stage("compile", func(note func(string)) error {
		w := &lineWriter{f: func(line string) { note(ninjaState(line)) }}
		for _, part := range []string{"[1/132] Building ", "a.o\n[132/132] Linking b.so\r\n[1"} {
			if _, err := w.Write([]byte(part)); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Regexp(t, `^  compile +\w+  132/132\n$`, out.String())

	out.Reset()
	require.ErrorIs(t, p.stage("compile", func(func(string)) error { return io.ErrClosedPipe }), io.ErrClosedPipe)
	require.Empty(t, out.String(), "a stage that failed is not shown as done")
}
