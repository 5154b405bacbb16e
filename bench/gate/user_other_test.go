//go:build !linux

package gate

import (
	"os"
	"testing"
)

func asUser(t *testing.T, _ string) {
	if os.Geteuid() <= 0 {
		t.Skip("permissions do not bind root, nor work like this on Windows")
	}
}
