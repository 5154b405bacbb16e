package pty

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// A Terminal is a pseudo-terminal of 24 rows and 80 columns.
type Terminal struct {
	Slave *os.File // the side that programs write to
	// Gone is closed when no program has the terminal open any more, and all that they wrote was read.
	Gone chan struct{}

	master *os.File
	mu     sync.Mutex
	text   []byte
}

// Open opens a new one (pty(7), ioctl_tty(2)).
func Open() (*Terminal, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("pty: %w", err)
	}
	n, err := prepare(master)
	if err == nil {
		t := &Terminal{Gone: make(chan struct{}), master: master}
		if t.Slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err == nil {
			go t.read()
			return t, nil
		}
	}
	return nil, fmt.Errorf("pty: %w", errors.Join(err, master.Close()))
}

// prepare unlocks the other side, sets the size, and returns the other side's number.
func prepare(master *os.File) (n int, err error) {
	conn, err := master.SyscallConn()
	if err != nil {
		return 0, err
	}
	err2 := conn.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err != nil {
			return
		}
		if err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
			return
		}
		n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
	})
	return n, errors.Join(err, err2)
}

func (t *Terminal) read() {
	defer close(t.Gone)
	defer t.master.Close()
	b := make([]byte, 4096)
	for {
		n, err := t.master.Read(b)
		t.mu.Lock()
		t.text = append(t.text, b[:n]...)
		t.mu.Unlock()
		if err != nil { // EIO when the last program has closed it
			return
		}
	}
}

// Written is all that was written so far.
func (t *Terminal) Written() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
