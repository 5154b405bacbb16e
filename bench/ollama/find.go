package ollama

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/ollama/ollama/envconfig"
)

// Version is the Ollama that `make server` builds, and the one whose behaviour this package was tried against.
const Version = "0.17.4"

// ErrNotFound says that there is no server to use and what provides one.
var ErrNotFound = errors.New("ollama: no server found")

// Location is a server that runs already (URL) or one that can be started (Binary).
type Location struct {
	URL    string // base address of someone else's running server, "" where one is to be started
	Binary string // absolute path of the executable to start, "" where URL is set
	Origin string // where it was found: "OLLAMA_HOST", "PATH" or "cache"
}

// Find looks for a server: OLLAMA_HOST, then `ollama` on PATH, then the one that `make server` builds in the user's cache.
// The first that is there is taken, whatever its version: who puts another Ollama on PATH wants that one measured, and
// [Server.Version] is recorded with every number. OLLAMA_HOST must be on this machine, since the meter reads this one;
// whether an Ollama answers there is for [Start] to see.
func Find() (Location, error) {
	if os.Getenv("OLLAMA_HOST") != "" {
		u, err := hostURL()
		if err != nil {
			return Location{}, fmt.Errorf("ollama: OLLAMA_HOST=%s: %w", os.Getenv("OLLAMA_HOST"), err)
		}
		return Location{URL: u, Origin: "OLLAMA_HOST"}, nil
	}
	if path, err := exec.LookPath("ollama"); err == nil {
		path, err = filepath.Abs(path)
		return Location{Binary: path, Origin: "PATH"}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return Location{}, fmt.Errorf("%w: OLLAMA_HOST is not set, no ollama on PATH, and no user cache: %w", ErrNotFound, err)
	}
	name := "ollama"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path, err := exec.LookPath(filepath.Join(cache, "joulebench", "ollama", Version, "bin", name))
	if err != nil {
		return Location{}, fmt.Errorf("%w: OLLAMA_HOST is not set, no ollama on PATH, none built (%w); build one with: make server", ErrNotFound, err)
	}
	return Location{Binary: path, Origin: "cache"}, nil
}

// hostURL reads OLLAMA_HOST as Ollama's own client does, but refuses another machine and an impossible port (the client
// logs that one and takes another).
func hostURL() (string, error) {
	given := strings.TrimSpace(os.Getenv("OLLAMA_HOST"))
	if _, rest, ok := strings.Cut(given, "://"); ok {
		given = rest
	}
	given, _, _ = strings.Cut(given, "/")
	if _, port, err := net.SplitHostPort(given); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return "", fmt.Errorf("port %q is not a number from 0 to 65535", port)
		}
	}
	u := envconfig.Host()
	host, err := localAddress(u.Hostname())
	if err != nil {
		return "", err
	}
	return (&url.URL{Scheme: u.Scheme, Host: net.JoinHostPort(host, u.Port()), Path: u.Path}).String(), nil
}

// localAddress returns the address to dial for a host that is this machine, and an error for any other. 0.0.0.0 and ::, a
// common OLLAMA_HOST because the server listens by it, become loopback.
func localAddress(host string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		return "", fmt.Errorf("%w (unset OLLAMA_HOST to have a server started)", err)
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return "", fmt.Errorf("cannot list this machine's addresses: %w", err)
	}
	for _, address := range addresses {
		if address.IP.IsUnspecified() {
			if address.IP.To4() != nil {
				return "127.0.0.1", nil
			}
			return "::1", nil
		}
		if !address.IP.IsLoopback() && !isOwn(address.IP, own) {
			return "", fmt.Errorf("%s is %s, another machine: the meter would measure this one and the server computes there (unset OLLAMA_HOST, or run on that machine)", host, address.IP)
		}
	}
	return host, nil
}

func isOwn(ip net.IP, own []net.Addr) bool {
	for _, address := range own {
		if network, ok := address.(*net.IPNet); ok && network.IP.Equal(ip) {
			return true
		}
	}
	return false
}
