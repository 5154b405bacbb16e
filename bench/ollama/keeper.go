package ollama

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// keeper is the test's end of a guard process.
type keeper struct {
	cmd  *exec.Cmd
	pipe io.Closer // closing it, or dying, ends the server
	pid  int       // of the server
	dir  string    // the server's temporary folder
	down chan struct{}
	exit string // how the server ended by itself, "" where it was not asked; to be read once down is closed
	done chan struct{}
	left error // what the guard could not clear away; to be read once done is closed
}

// keep starts a guard and has it start a server. Whether the server works shows later.
func keep(o order) (*keeper, error) {
	if !guardCalled.Load() {
		return nil, errors.New("ollama: a server needs a guard: make ollama.Guard() the first statement of TestMain or main")
	}
	executable, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("ollama: cannot start a guard: %w", err)
	}
	cmd := exec.Command(executable)
	cmd.Env = append(os.Environ(), guardVariable+"=1")
	cmd.Dir = os.TempDir()
	cmd.SysProcAttr = ownSession()
	// Standard error stays closed: `go test` waits until nobody holds the one it gave to the test.
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("ollama: cannot start a guard: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("ollama: cannot start a guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("ollama: cannot start a guard: %w", err)
	}
	k := &keeper{cmd: cmd, pipe: in, down: make(chan struct{}), done: make(chan struct{})}
	reports := json.NewDecoder(out)
	var first report
	err = json.NewEncoder(in).Encode(o)
	if err == nil {
		err = reports.Decode(&first)
	}
	if err == nil && first.Failure != "" {
		err = errors.New(first.Failure)
	}
	if err != nil {
		_ = in.Close()
		_ = cmd.Wait()
		return nil, fmt.Errorf("ollama: start %s: %w", o.Binary, err)
	}
	k.pid, k.dir = first.PID, first.Dir
	go k.listen(reports)
	return k, nil
}

// listen follows the guard's reports to their end.
func (k *keeper) listen(reports *json.Decoder) {
	defer close(k.done)
	for {
		var r report
		err := reports.Decode(&r)
		if err != nil || r.Done {
			running := k.exit == ""
			switch {
			case err != nil:
				k.exit = "its guard was killed"
				k.left = errors.Join(fmt.Errorf("ollama: the guard of server %d was killed: %w", k.pid, err), killGroup(k.pid), os.RemoveAll(k.dir))
			case r.Failure != "":
				k.left = fmt.Errorf("ollama: left behind: %s", r.Failure)
			}
			if running {
				close(k.down)
			}
			_ = k.cmd.Wait() // what went wrong is in the reports
			return
		}
		k.exit = r.Exit
		close(k.down)
	}
}

// close ends the server and returns when the guard has cleared everything away.
func (k *keeper) close() error {
	_ = k.pipe.Close()
	select {
	case <-k.done:
		return k.left
	case <-time.After(30 * time.Second): // the guard needs 10 s at worst, and time to delete the models
		return fmt.Errorf("ollama: the guard (process %d) of server %d does not end: kill both and delete %s", k.cmd.Process.Pid, k.pid, k.dir)
	}
}

// fate says how a server ended by itself and what it said last; "" while it lives. wait is how long to allow for the news:
// a broken connection is seen a moment before the end of the process.
func (k *keeper) fate(wait time.Duration) string {
	select {
	case <-k.down:
		return fmt.Sprintf("the server ended (%s)%s", k.exit, k.lastWords())
	case <-time.After(wait):
		return ""
	}
}

// lastWords is what the end of the server's log tells, indented, to be appended to an error.
func (k *keeper) lastWords() string {
	log, err := os.ReadFile(filepath.Join(k.dir, logName))
	if err != nil {
		return fmt.Sprintf("; its log cannot be read: %v", err)
	}
	if len(strings.TrimSpace(string(log))) == 0 {
		return "; it logged nothing"
	}
	return "; the end of its log:\n\t" + strings.Join(telling(string(log)), "\n\t")
}
