//go:build !linux && !darwin

package main

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Nothing is built here (target.supported), so nothing needs to be locked or stopped.

func tryLock(*os.File) (bool, error)             { return false, errors.ErrUnsupported }
func ownGroup(*exec.Cmd)                         {}
func signalGroup(*exec.Cmd, syscall.Signal) bool { return false }
