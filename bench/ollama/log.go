package ollama

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// serverLog is what the log of a server has said so far of its runners. In the words of v0.17.4:
//
//	time=... level=INFO source=server.go:431 msg="starting runner" cmd="/.../ollama runner --ollama-engine --model /... --port 39719"
//	load_backend: loaded CPU backend from /.../lib/ollama/libggml-cpu-haswell.so
//	time=... level=INFO source=ggml.go:104 msg=system CPU.0.SSE3=1 ... CPU.1.LLAMAFILE=1 compiler=cgo(gcc)
//	time=... level=INFO source=runner.go:1284 msg=load request="{Operation:commit LoraPath:[] Parallel:4 BatchSize:512 ...}"
//
// Of the operations of the last line only commit counts: Ollama's own engine has fit and alloc before it, and close,
// which says Parallel:0.
type serverLog struct {
	read    int64  // bytes that were looked at, to the end of a line
	library string // the CPU library that was loaded and whose features have not been told yet
	cpu     cpuLog
	runner  Runner // the one that was started last; its Parallel is 0 until it has told it
	loads   int    // runners started
}

// readLog reads what the server has logged since the last time. What was known before comes back with an error.
func (s *Server) readLog() (serverLog, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.Open(filepath.Join(s.keeper.dir, logName))
	if err != nil {
		return s.log, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.NewSectionReader(f, s.log.read, 1<<62))
	s.log.add(text)
	return s.log, err
}

// add takes in the whole lines of text and leaves the start of another one for the next time.
func (l *serverLog) add(text []byte) {
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			return
		}
		l.read += int64(len(line))
		l.line(string(bytes.TrimSpace(line)))
	}
}

func (l *serverLog) line(line string) {
	if _, path, ok := strings.Cut(line, "loaded CPU backend from "); ok {
		l.library = libraryName(path)
		return
	}
	if _, system, ok := strings.Cut(line, " msg=system "); ok {
		l.cpu = newCPULog(l.library, system)
		l.library = ""
		return
	}
	// A runner without a model looks for GPUs and ends.
	if _, command, ok := strings.Cut(line, ` msg="starting runner" cmd=`); ok && strings.Contains(command, " --model ") {
		l.loads++
		l.runner = Runner{Engine: llamaEngine}
		if strings.Contains(command, " --ollama-engine ") {
			l.runner.Engine = ollamaEngine
		}
		return
	}
	if _, request, ok := strings.Cut(line, ` msg=load request="{Operation:commit `); ok {
		l.runner.FlashAttention, l.runner.KVCache = field(request, "FlashAttention"), field(request, "KvCacheType")
		if parallel, err := strconv.Atoi(field(request, "Parallel")); err == nil { // else it stays 0, which Runner reports
			l.runner.Parallel = parallel
		}
	}
}

// field is what a request says of the named setting.
func field(request, name string) string {
	_, value, _ := strings.Cut(request, " "+name+":")
	value, _, _ = strings.Cut(value, " ")
	return value
}
