package ollama

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/ollama/ollama/api"
	psnet "github.com/shirou/gopsutil/v3/net"
	"github.com/shirou/gopsutil/v3/process"
)

// PIDs returns the process of the server, first, and those of its runners. It reads the process table: some milliseconds,
// not something to do for each sentence.
func (s *Server) PIDs() ([]int32, error) {
	root, err := s.serverPID()
	if err != nil {
		return nil, err
	}
	all, err := process.Pids()
	if err != nil {
		return nil, fmt.Errorf("ollama: list processes: %w", err)
	}
	children := make(map[int32][]int32)
	alive := false
	for _, pid := range all {
		alive = alive || pid == root
		// A process that ended since the list was made has no parent to tell.
		if parent, err := (&process.Process{Pid: pid}).Ppid(); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	if !alive {
		return nil, fmt.Errorf("ollama: the server at %s, process %d, has ended", s.url, root)
	}
	tree := []int32{root}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree, nil
}

// RSS returns the memory that the server and its runners hold now, in bytes.
func (s *Server) RSS() (int64, error) {
	pids, err := s.PIDs()
	if err != nil {
		return 0, err
	}
	return RSS(pids)
}

// RSS returns the memory that processes hold now, in bytes: those of [Server.PIDs], of which only the first must be there.
func RSS(pids []int32) (int64, error) {
	var sum int64
	for i, pid := range pids {
		memory, err := (&process.Process{Pid: pid}).MemoryInfo()
		if err != nil {
			if exists, gone := process.PidExists(pid); i > 0 && gone == nil && !exists {
				continue // a runner that has just been replaced
			}
			return 0, fmt.Errorf("ollama: memory of process %d: %w", pid, err)
		}
		sum += int64(memory.RSS)
	}
	return sum, nil
}

// serverPID finds the process of someone else's server by the port that it listens on.
func (s *Server) serverPID() (int32, error) {
	if s.keeper != nil {
		return int32(s.keeper.pid), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid != 0 {
		return s.pid, nil
	}
	const remedy = "run as the user that the server runs as, or unset OLLAMA_HOST to have a server started"
	_, port, err := net.SplitHostPort(s.url.Host)
	if err != nil {
		return 0, fmt.Errorf("ollama: which process serves %s: %w", s.url, err)
	}
	connections, err := psnet.Connections("tcp")
	if err != nil {
		return 0, fmt.Errorf("ollama: which process serves %s: %w (%s)", s.url, err, remedy)
	}
	for _, c := range connections {
		if c.Status != "LISTEN" || strconv.Itoa(int(c.Laddr.Port)) != port || c.Pid == 0 {
			continue
		}
		name, err := (&process.Process{Pid: c.Pid}).Name()
		if err != nil {
			return 0, fmt.Errorf("ollama: name of process %d: %w", c.Pid, err)
		}
		if !strings.Contains(strings.ToLower(name), "ollama") {
			return 0, fmt.Errorf("ollama: port %s belongs to %s (process %d), which passes it on: the server's own process cannot be seen from here (%s)", port, name, c.Pid, remedy)
		}
		s.pid = c.Pid
		return s.pid, nil
	}
	return 0, fmt.Errorf("ollama: the process that serves %s cannot be seen (%s)", s.url, remedy)
}

// CheckCPU makes sure that a model is loaded and that no part of it is on a GPU, whose joules a CPU's meter does not see. It
// returns the bytes that the model takes by Ollama's account: weights, KV cache and buffers.
func (s *Server) CheckCPU(ctx context.Context, model string) (size int64, err error) {
	running, err := s.Client().ListRunning(ctx)
	if err != nil {
		return 0, s.explain(ctx, model, err)
	}
	return checkCPU(running.Models, model)
}

func checkCPU(running []api.ProcessModelResponse, model string) (size int64, err error) {
	for _, m := range running {
		if !sameModel(m.Name, model) {
			continue
		}
		if m.SizeVRAM != 0 {
			return 0, fmt.Errorf("ollama: %d of %d bytes of %s are on a GPU: its joules would not be seen (start the server with CUDA_VISIBLE_DEVICES=-1, or send num_gpu 0)", m.SizeVRAM, m.Size, m.Name)
		}
		return m.Size, nil
	}
	return 0, fmt.Errorf("ollama: %s is not loaded, so that where it computes cannot be checked (ask it something first)", model)
}
