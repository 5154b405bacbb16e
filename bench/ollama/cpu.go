package ollama

import (
	"bufio"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/cpu"
)

// cpuLog is what the log of a server says about the instructions that its runners compute with.
type cpuLog struct {
	library string // as in Server.CPU
	system  string // the attributes of the line `msg=system`, e.g. "CPU.0.AVX=1 CPU.0.AVX2=1 ... compiler=cgo(gcc)"
}

// CPU names the CPU library that the server's runner loaded: "haswell", "icelake" and so on, "native" where the instruction
// set was compiled in, or "none" where it computes without vector instructions beyond the baseline (on amd64 9 to 35 times
// slower, so that its joules say nothing about the Ollama that people run). A runner logs it when it starts: before a model
// has been loaded, and of someone else's server, it is "unknown".
func (s *Server) CPU() string {
	if c := s.cpuLog(); c.library != "" {
		return c.library
	}
	return "unknown"
}

// CPUFeatures is what the runner said about the instructions that it uses, verbatim; "" where [Server.CPU] is "unknown".
func (s *Server) CPUFeatures() string { return s.cpuLog().system }

// CPUWarning says that this CPU has AVX2 and the server makes no use of it, and what to do; else it is "".
func (s *Server) CPUWarning() string {
	return s.cpuLog().warning(runtime.GOARCH == "amd64" && cpu.X86.HasAVX2)
}

// cpuLog is what is known: a log that cannot be read says nothing new.
func (s *Server) cpuLog() cpuLog {
	if s.keeper == nil {
		return cpuLog{}
	}
	log, _ := s.readLog()
	return log.cpu
}

// newCPULog judges the features that a runner told after it had loaded library, "" where it loaded none.
func newCPULog(library, system string) cpuLog {
	switch {
	case library != "":
	case hasFeature(system, "AVX"), hasFeature(system, "NEON"):
		library = "native"
	default:
		library = "none"
	}
	return cpuLog{library: library, system: system}
}

// libraryName makes "haswell" of /lib/ollama/libggml-cpu-haswell.so and of C:\lib\ollama\ggml-cpu-haswell.dll.
func libraryName(path string) string {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	name = strings.TrimSuffix(name, filepath.Ext(name))
	return strings.TrimPrefix(strings.TrimPrefix(name, "lib"), "ggml-cpu-")
}

// hasFeature reports whether any CPU backend of a `msg=system` line has the feature.
func hasFeature(system, feature string) bool {
	words := bufio.NewScanner(strings.NewReader(system))
	words.Split(bufio.ScanWords)
	for words.Scan() {
		if w := words.Text(); strings.HasPrefix(w, "CPU.") && strings.HasSuffix(w, "."+feature+"=1") {
			return true
		}
	}
	return false
}

func (c cpuLog) warning(avx2 bool) string {
	if c.system == "" || !avx2 || hasFeature(c.system, "AVX2") {
		return ""
	}
	return fmt.Sprintf("ollama: this CPU has AVX2 and the server computes without it (CPU library %q; it says: %s). Its joules can be wrong by 9 to 35 times and the order of the precisions with them: take an official release, or build the server with its CPU libraries by: make server", c.library, c.system)
}
