package ollama

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// guardVariable, set in a process's environment, makes [Guard] keep a server instead of returning.
const guardVariable = "JOULEBENCH_OLLAMA_GUARD"

// logName is the server's log in its temporary folder.
const logName = "server.log"

// guardCalled is the one variable of this package: without it, Start in a program that never calls Guard would start the
// whole program again as its own guard, and that one the next.
var guardCalled atomic.Bool

// order is the one line that the guard reads from its standard input before it waits for the end of it.
type order struct {
	Binary string
	Env    []string // what the server needs beyond what every server gets
}

// report is a line that the guard writes to its standard output: first PID and Dir, or Failure; then Exit, should the server
// end by itself; and, when everything is over, Done.
type report struct {
	PID     int    // of the server, which leads its process group
	Dir     string // the server's temporary folder
	Exit    string // how the server ended
	Failure string // why it could not be started, or what could not be cleared away
	Done    bool
}

// Guard takes over the process if [Start] started it to keep a server, and then never returns; in every other process it
// returns at once. It must be the first statement of TestMain or main, before flags are parsed.
func Guard() {
	if os.Getenv(guardVariable) == "" {
		guardCalled.Store(true)
		return
	}
	// Caught and dropped rather than ignored: a server would inherit that a signal is ignored. SIGPIPE, so that writing to a
	// test that has gone is an error instead of the end.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	if err := guard(os.Stdin, os.Stdout); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// guard starts a server, waits until in ends, and clears everything away.
func guard(in io.Reader, out io.Writer) error {
	runtime.LockOSThread() // the server is to die with the thread that started it (see ownGroup)
	adoptOrphans()
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	tell := json.NewEncoder(out)

	// The folder is made here and not by the test, which might be killed between making it and starting a guard.
	dir, err := os.MkdirTemp("", "joulebench-ollama-")
	var server *exec.Cmd
	if err == nil {
		server, err = serve(o, dir)
	}
	if err != nil {
		err = errors.Join(err, os.RemoveAll(dir))
		return errors.Join(err, tell.Encode(report{Failure: err.Error()}))
	}
	_ = tell.Encode(report{PID: server.Process.Pid, Dir: dir}) // where nobody listens any more, in ends too

	abandoned, ended := make(chan struct{}), make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, in); close(abandoned) }()
	go func() { _ = server.Wait(); close(ended) }()
	select {
	case <-abandoned:
	case <-ended:
	}
	err = endGroup(server.Process.Pid, ended) // a server that was killed leaves its runners computing
	select {
	case <-abandoned:
	default:
		_ = tell.Encode(report{Exit: server.ProcessState.String()})
		<-abandoned // the test may want to read the log
	}
	err = errors.Join(err, os.RemoveAll(dir))
	last := report{Done: true}
	if err != nil {
		last.Failure = err.Error()
	}
	return errors.Join(err, tell.Encode(last))
}

// serve starts a server in dir, with an environment of its own: what the user has set for their own Ollama, a proxy or a
// GPU must not change what is measured.
func serve(o order, dir string) (*exec.Cmd, error) {
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, logName))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(o.Binary, "serve")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.SysProcAttr = ownGroup()
	cmd.Env = append([]string{
		"HOME=" + home, "USERPROFILE=" + home, "LOCALAPPDATA=" + home, "APPDATA=" + home,
		"TMPDIR=" + dir, "TMP=" + dir, "TEMP=" + dir,
		"OLLAMA_MODELS=" + filepath.Join(dir, "models"),
		"OLLAMA_MAX_LOADED_MODELS=1", // two models in memory would share the machine
		"OLLAMA_KEEP_ALIVE=-1",       // never unloaded between two sentences
		"OLLAMA_NOHISTORY=1", "OLLAMA_NOPRUNE=1", "OLLAMA_NO_CLOUD=1",
		"CUDA_VISIBLE_DEVICES=-1", "HIP_VISIBLE_DEVICES=-1", "ROCR_VISIBLE_DEVICES=-1", "GGML_VK_VISIBLE_DEVICES=-1",
		"GIN_MODE=release",
	}, o.Env...)
	for _, name := range []string{"PATH", "SystemRoot", "SystemDrive", "windir"} { // Windows starts nothing without the last three
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd, cmd.Start()
}

// endGroup asks a server's process group to end, then kills it, and returns once no process of it is left. ended is closed
// when the server itself has been waited for.
func endGroup(pid int, ended <-chan struct{}) error {
	for _, end := range []func(pid int) error{terminateGroup, killGroup} {
		_ = end(pid) // fails where nobody is left; whether somebody is left is asked next
		for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			select {
			case <-ended:
				if !groupAlive(pid) {
					return nil
				}
			default:
			}
		}
	}
	return fmt.Errorf("process group %d is still there after it was killed", pid)
}
