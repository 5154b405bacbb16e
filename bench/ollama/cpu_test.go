package ollama

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Excerpts of the logs of runs of v0.17.4, paths shortened: with its CPU libraries, without them, and of both runners.
const (
	logWithLibraries = `time=2026-11-22T15:58:59.774Z level=INFO source=runner.go:965 msg="starting go runner"
load_backend: loaded CPU backend from /opt/ollama/lib/ollama/libggml-cpu-haswell.so
time=2026-11-22T15:58:59.791Z level=INFO source=ggml.go:104 msg=system CPU.0.SSE3=1 CPU.0.SSSE3=1 CPU.0.AVX=1 CPU.0.AVX2=1 CPU.0.F16C=1 CPU.0.FMA=1 CPU.0.BMI2=1 CPU.0.LLAMAFILE=1 CPU.1.LLAMAFILE=1 compiler=cgo(gcc)
time=2026-11-22T15:58:59.792Z level=INFO source=runner.go:1001 msg="Server listening on 127.0.0.1:41875"
`
	logWithoutLibraries = `time=2026-11-22T15:59:53.537Z level=INFO source=runner.go:965 msg="starting go runner"
time=2026-11-22T15:59:53.538Z level=INFO source=ggml.go:104 msg=system CPU.0.LLAMAFILE=1 compiler=cgo(gcc)
`
	logStarted = `time=2026-11-22T15:57:37.777Z level=INFO source=routes.go:1718 msg="Listening on 127.0.0.1:23456 (version 0.17.4)"
time=2026-11-22T15:57:37.826Z level=INFO source=types.go:60 msg="inference compute" id=cpu library=cpu compute="" name=cpu description=cpu
`
)

func TestCPULog(t *testing.T) {
	for _, test := range []struct {
		name, log, library string
		avx2, warns        bool // what the CPU has
		why                string
	}{
		{"haswell", logStarted + logWithLibraries, "haswell", true, false, "AVX2 is among the features"},
		{"no libraries", logStarted + logWithoutLibraries, "none", true, true, "a plain build has no vector instructions"},
		{"not loaded", logStarted, "", true, false, "a server says nothing before its first runner"},
		{"last runner", logWithLibraries + logWithoutLibraries, "none", true, true, "the library belongs to the runner that loaded it"},
		{"too old a library", "load_backend: loaded CPU backend from /lib/ollama/libggml-cpu-sandybridge.so\nx msg=system CPU.0.AVX=1 compiler=cgo(gcc)\n", "sandybridge", true, true, "AVX is not AVX2"},
		{"compiled in", "x msg=system CPU.0.AVX=1 CPU.0.AVX2=1 compiler=cgo(gcc)\n", "native", true, false, "-march=native"},
		{"ARM", "x msg=system CPU.0.NEON=1 CPU.0.ARM_FMA=1 compiler=cgo(clang)\n", "native", false, false, "NEON is ARM's baseline"},
		{"Windows", "load_backend: loaded CPU backend from C:\\ollama\\lib\\ollama\\ggml-cpu-alderlake.dll\r\nx msg=system CPU.0.AVX2=1 compiler=cgo(clang)\r\n", "alderlake", true, false, "backslashes, .dll, line ends"},
		{"dot in the name", "load_backend: loaded CPU backend from /lib/ollama/libggml-cpu-armv8.2_2.so\nx msg=system CPU.0.NEON=1 compiler=cgo(gcc)\n", "armv8.2_2", false, false, "only .so is cut off"},
		{"GPU", "x msg=system CPU.0.LLAMAFILE=1 CUDA.0.AVX2=1 compiler=cgo(gcc)\n", "none", true, true, "only what the CPU backends have counts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log serverLog
			log.add([]byte(test.log))
			got := log.cpu
			require.Equal(t, test.library, got.library, test.why)
			require.Empty(t, got.warning(false), "a CPU without AVX2 cannot do better")
			require.Equal(t, test.warns, got.warning(test.avx2) != "", test.why)
			if test.warns {
				require.Contains(t, got.warning(true), test.library, test.why)
				require.Contains(t, got.warning(true), "make server")
			}
		})
	}
}
